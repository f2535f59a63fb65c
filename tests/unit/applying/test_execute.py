"""Many changes at once, and what becomes of each."""

from __future__ import annotations

import signal
import threading
import time as clock_time
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from simulated import Service, content, task, version

from taskops.applying.carry import Carrying
from taskops.applying.execute import Executor, Pace
from taskops.applying.lanes import Lanes
from taskops.applying.stop import StopFlag
from taskops.applying.surroundings import Surroundings
from taskops.errors import AuthenticationFailed, OutcomeUnknown, Refused
from taskops.model.change import Create
from taskops.model.resource import (
    Address,
    Identity,
    Observed,
    Reading,
    Resource,
    Target,
    Version,
)
from taskops.model.step import Publish, Upsert

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from taskops.model.ports import Event
    from taskops.model.problem import Problem
    from taskops.model.record import Job, Record
    from taskops.model.resource import Kind
    from taskops.model.step import Done, JobState, Step
    from taskops.model.values import Tree


@dataclass
class Simulated:
    """The few lines of a service as a provider, with a door to trip over."""

    service: Service = field(default_factory=Service)
    before: Callable[[Step], None] = lambda step: None
    after: Callable[[Step], None] = lambda step: None
    name: str = "anchor"
    lock: threading.Lock = field(default_factory=threading.Lock)
    blind: bool = False
    """Whether its listing shows nothing."""
    busy: int = 0
    busiest: int = 0
    """How many were asked about one at once."""

    def perform(self, step: Step) -> Done:
        self.before(step)
        with self.lock:
            done = self.service.perform(step)
        self.after(step)
        return done

    def begin(self, known: Mapping[Address, Record], *, refresh: bool = False) -> None:
        raise AssertionError("an apply reads nothing")

    def look(self, at: Identity) -> Observed | None:
        with self.lock:
            self.busy += 1
            self.busiest = max(self.busy, self.busiest)
        clock_time.sleep(0.005)
        with self.lock:
            self.busy -= 1
        found = self.service.objects.get(at.id)
        named = [o for o in self.service.objects.values() if o.name == at.name]
        return found or (named[0] if named else None)

    def live(self, at: Identity) -> Version | None:
        return self.service.objects[at.id].latest

    def glance(self, ids: Collection[str], part: int, parts: int) -> Reading:
        if self.blind:
            return Reading(Target(""))
        rows = [
            replace(o, version="draft", row="f" * 64, shown=o.draft)
            for o in self.service.objects.values()
            if o.id in ids
        ]
        return Reading(Target(""), tuple(rows[part - 1 :: parts]))

    def canonical(self, kind: Kind, spec: Tree) -> Tree:
        return spec

    def check(self, wanted: Iterable[Resource]) -> list[Problem]:
        return []

    def read(
        self,
        wanted: Sequence[Resource],
        known: Mapping[Address, Record],
        *,
        refresh: bool = False,
    ) -> Reading:
        raise AssertionError("carrying out never lists")

    def poll(self, job: Job) -> JobState:
        raise AssertionError(job)

    def recover(self, job: Job, after: Resource) -> Job | None:
        raise AssertionError(job)

    def date(self) -> float | None:
        return None


class Clock:
    """Real time."""

    def monotonic(self) -> float:
        return clock_time.monotonic()

    def wall(self) -> float:
        return clock_time.time()

    def uuid(self) -> str:
        return uuid.uuid4().hex


def named(name: str) -> Resource:
    return replace(task(f"code of {name}"), address=Address("anchor", name), name=name)


def run(
    names: list[str], provider: Simulated, pace: Pace | None = None, **parts: object
) -> Executor:
    stop = parts.get("stop", StopFlag())
    assert isinstance(stop, StopFlag)
    lanes = parts.get("lanes", Lanes(4))
    assert isinstance(lanes, Lanes)
    events: list[Event] = []
    executor = Executor(
        {"anchor": provider},
        lanes,
        Clock(),
        stop,
        events.append,
        lambda records: None,
        pace or Pace(parallelism=4),
    )
    around = Surroundings(frozenset())
    executor.run(
        [
            Carrying(Create(named(n).address, named(n), True, "new"), None, around)
            for n in names
        ]
    )
    return executor


def statuses(executor: Executor) -> dict[str, str]:
    return {a.name: o.status for a, o in executor.outcomes.items()}


def test_every_change_has_exactly_one_outcome() -> None:
    provider = Simulated()

    executor = run(["a", "b", "c", "d", "e", "f"], provider)

    assert set(statuses(executor).values()) == {"applied"}
    assert len(provider.service.objects) == 6


def test_one_failure_leaves_the_others_alone() -> None:
    def refuse(step: Step) -> None:
        if isinstance(step, Upsert) and step.name == "b":
            raise Refused("no such country")

    executor = run(["a", "b", "c"], Simulated(before=refuse))

    assert statuses(executor) == {"a": "applied", "b": "failed", "c": "applied"}
    outcome = executor.outcomes[Address("anchor", "b")]
    assert outcome.detail == "no such country"
    assert not outcome.wrote
    assert outcome.record is None


def test_a_bug_is_told_by_its_name_and_not_by_what_it_quotes() -> None:
    def stumble(step: Step) -> None:
        raise UnicodeEncodeError("utf-8", '{"password": "canary\udcff"}', 20, 21, "no")

    executor = run(["a"], Simulated(before=stumble))

    detail = executor.outcomes[Address("anchor", "a")].detail
    assert detail == "internal error: UnicodeEncodeError"


def test_fail_fast_starts_nothing_after_a_failure() -> None:
    def refuse(step: Step) -> None:
        raise Refused("no")

    executor = run(
        ["a", "b", "c"], Simulated(before=refuse), Pace(parallelism=1, fail_fast=True)
    )

    assert statuses(executor) == {"a": "failed", "b": "not_started", "c": "not_started"}


def test_a_key_that_is_not_taken_ends_the_run() -> None:
    def refuse(step: Step) -> None:
        raise AuthenticationFailed("the key is not taken")

    executor = run(["a", "b"], Simulated(before=refuse), Pace(parallelism=1))

    assert statuses(executor) == {"a": "failed", "b": "not_started"}
    assert executor.outcomes[Address("anchor", "a")].authentication


def test_a_write_whose_answer_is_lost_is_looked_up_and_not_sent_twice() -> None:
    lost: list[Step] = []

    def lose(step: Step) -> None:
        if isinstance(step, Upsert) and not lost:
            lost.append(step)
            raise OutcomeUnknown("connection reset")

    provider = Simulated(after=lose)

    executor = run(["a"], provider)

    assert statuses(executor) == {"a": "applied"}
    upserts = [s for s in provider.service.steps if isinstance(s, Upsert)]
    assert len(upserts) == 1


def test_a_publish_whose_answer_is_lost_is_never_sent_twice() -> None:
    def lose(step: Step) -> None:
        if isinstance(step, Publish):
            raise OutcomeUnknown("connection reset")

    provider = Simulated(after=lose)

    executor = run(["a"], provider)

    assert statuses(executor) == {"a": "applied"}
    publishes = [s for s in provider.service.steps if isinstance(s, Publish)]
    assert len(publishes) == 1


def test_a_publish_whose_answer_never_comes_is_unknown_and_remembered() -> None:
    def lose(step: Step) -> None:
        if not isinstance(step, Upsert):
            raise OutcomeUnknown("connection reset")

    executor = run(["a"], Simulated(before=lose))

    outcome = executor.outcomes[Address("anchor", "a")]
    assert outcome.status == "unknown"
    assert outcome.record is not None
    assert outcome.record.job is not None


def test_a_signal_starts_nothing_new_and_lets_what_is_in_flight_end() -> None:
    stop = StopFlag()

    def interrupt(step: Step) -> None:
        if isinstance(step, Upsert):
            stop.set(signal.SIGINT)

    executor = run(
        ["a", "b"], Simulated(after=interrupt), Pace(parallelism=1), stop=stop
    )

    outcome = executor.outcomes[Address("anchor", "a")]
    assert outcome.status == "failed"
    assert outcome.wrote
    assert outcome.record is not None
    assert statuses(executor)["b"] == "not_started"


def test_a_signal_takes_back_what_waits_for_a_lane() -> None:
    stop, together = StopFlag(), threading.Barrier(4, timeout=5)
    sent: list[str] = []

    def interrupt(step: Step) -> None:
        sent.append(step.address.name)
        together.wait()
        stop.set(signal.SIGINT)
        # The others of its lanes are still at it when the signal is seen.
        clock_time.sleep(0.3)

    names = ["a", "b", "c", "d", "e", "f"]
    executor = run(names, Simulated(before=interrupt), Pace(parallelism=4), stop=stop)

    assert sorted(sent) == ["a", "b", "c", "d"]
    assert statuses(executor)["e"] == statuses(executor)["f"] == "not_started"


def test_an_object_that_appeared_meanwhile_is_not_taken_for_ours() -> None:
    provider = Simulated(Service())
    provider.service.objects["id9"] = Observed(
        "anchor", "id9", "a", draft=version("someone's")
    )
    wanted = named("a")
    around = Surroundings(frozenset({("anchor", "id9")}))
    executor = Executor(
        {"anchor": provider},
        Lanes(1),
        Clock(),
        StopFlag(),
        lambda event: None,
        lambda records: None,
    )

    executor.run([Carrying(Create(wanted.address, wanted, True, "new"), None, around)])

    outcome = executor.outcomes[wanted.address]
    assert outcome.status == "failed"
    assert "another object" in outcome.detail
    assert outcome.record is None


def test_what_was_made_for_one_address_is_never_taken_for_another() -> None:
    provider = Simulated(Service())
    provider.before = lambda step: rename_by_hand(provider, "a", "b", step)
    executor = Executor(
        {"anchor": provider},
        Lanes(1),
        Clock(),
        StopFlag(),
        lambda event: None,
        lambda records: None,
    )
    around = Surroundings(frozenset())

    for name in ("a", "b"):
        wanted = named(name)
        create = Create(wanted.address, wanted, True, "new")
        executor.run([Carrying(create, None, around)])

    outcome = executor.outcomes[Address("anchor", "b")]
    assert outcome.status == "failed"
    assert "another object" in outcome.detail
    assert outcome.record is None


def rename_by_hand(provider: Simulated, old: str, new: str, step: Step) -> None:
    """Somebody renames `old` before an upsert of `new` comes."""
    if isinstance(step, Upsert) and step.name == new:
        objects = provider.service.objects
        for object_id, there in [*objects.items()]:
            if there.name == old:
                objects[object_id] = replace(there, name=new)


def test_content_is_compared_by_its_digest() -> None:
    assert named("a").digest != named("b").digest
    assert task("x").content == content("x")


def drafts(
    names: list[str], provider: Simulated, pages: int, **parts: object
) -> Executor:
    """The same without publishing, by a service of so many pages."""
    stop = parts.get("stop", StopFlag())
    assert isinstance(stop, StopFlag)
    executor = Executor(
        {"anchor": provider},
        Lanes(4),
        Clock(),
        stop,
        lambda event: None,
        lambda records: None,
        Pace(parallelism=2),
        lambda provider: 100 * pages,
    )
    around = Surroundings(frozenset())
    wanted = [replace(named(n), publish=False) for n in names]
    executor.run(
        [Carrying(Create(r.address, r, False, "new"), None, around) for r in wanted]
    )
    return executor


NAMES = ["a", "b", "c", "d", "e", "f", "g", "h"]


@pytest.mark.parametrize("pages", [1, 3, 8])
def test_what_was_written_is_found_in_the_pages_of_one_listing(pages: int) -> None:
    provider = Simulated()

    executor = drafts(NAMES, provider, pages)

    assert statuses(executor) == dict.fromkeys(NAMES, "applied")
    assert provider.busiest == 0


@pytest.mark.parametrize("pages", [1, 9])
def test_who_is_not_found_in_a_listing_looks_and_no_more_at_once_than_allowed(
    pages: int,
) -> None:
    provider = Simulated(blind=True)

    executor = drafts(NAMES, provider, pages)

    assert statuses(executor) == dict.fromkeys(NAMES, "applied")
    assert provider.busiest == 2


def test_what_waits_for_its_row_when_a_signal_comes_is_not_left_in_doubt() -> None:
    stop, provider = StopFlag(), Simulated()

    def interrupt(step: Step) -> None:
        if isinstance(step, Upsert) and step.name == "d":
            stop.set(signal.SIGINT)

    provider.before = interrupt
    executor = drafts(NAMES, provider, 1, stop=stop)

    found = statuses(executor)
    assert (found["a"], found["b"]) == ("applied", "applied")
    assert found["h"] == "not_started"
    assert set(found.values()) <= {"applied", "failed", "not_started"}


def test_what_was_done_is_told_though_every_lane_was_given_up() -> None:
    now = [0.0]
    lanes, hangs = Lanes(2, now=lambda: now[0]), threading.Event()
    live, hung = threading.Event(), list[str]()

    def hang(step: Step) -> None:
        if not isinstance(step, Upsert) or not live.is_set():
            return
        hung.append(step.name)
        lanes.renew(60)
        # The third is overdue once nobody is left who could replace its lane.
        now[0] += 61 if len(hung) > 1 else 0
        hangs.wait(8)

    def published(step: Step) -> None:
        if isinstance(step, Publish):
            live.set()

    provider = Simulated(before=hang, after=published)
    executor = run(list("abcdefghijklmnop"), provider, lanes=lanes)
    hangs.set()

    told = list(statuses(executor).values())
    assert set(told) == {"applied", "unknown", "not_started"}
    assert (len(told), told.count("unknown")) == (16, 3)


def test_what_never_left_the_queue_is_not_kept_in_mind() -> None:
    stop = StopFlag()
    go_on = threading.Event()

    def slow(step: Step) -> None:
        stop.set(signal.SIGINT)
        go_on.wait(0.5)

    executor = run(list("abcdefgh"), Simulated(before=slow), stop=stop)

    left = [o for o in executor.outcomes.values() if o.status == "not_started"]
    assert len(left) == 4
    assert [outcome.record for outcome in left] == [None] * 4
