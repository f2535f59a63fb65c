"""Schedule the changes, watch the clock and the signals, write the ledger."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from taskops.applying.asks import (
    Ask,
    Flush,
    Glance,
    Live,
    Look,
    Pause,
    Perform,
    Poll,
    Recover,
    Stopped,
)
from taskops.applying.failures import named, outcome_of
from taskops.applying.glances import Glances, Part
from taskops.applying.sleepers import Sleepers
from taskops.errors import TaskopsError
from taskops.model.ports import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from taskops.applying.asks import Course
    from taskops.applying.carry import Carrying
    from taskops.applying.carry_jobs import CarryingJob
    from taskops.applying.lanes import Batch, Lanes
    from taskops.applying.stop import StopFlag
    from taskops.model.plan import Outcome, Status
    from taskops.model.ports import Clock, Listener, Provider
    from taskops.model.record import Record
    from taskops.model.resource import Address, Observed

    Carry: TypeAlias = Carrying | CarryingJob

BREATH = 0.1
"""Seconds between looks at the stop flag."""

GRACE = 5.0
"""Seconds that what is in flight gets after the first signal."""

FLUSH_EVERY = 30.0
"""Seconds between writes of records that nobody waits for."""

AHEAD = 4
"""
For so many lanes one more change is begun than there are lanes.

So a lane that is done finds its next request waiting, instead of idling until this
thread has read its answer and thought of another.
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """How hard and how long to work."""

    parallelism: int = 16
    fail_fast: bool = False
    deadline: float = 1800.0
    """Seconds that a whole apply may take."""


@dataclass(eq=False, slots=True)
class _Running:
    carry: Carry
    course: Course
    started: float
    asked: Ask | None = None
    in_turn: bool = False
    """Whether its question was due before, and has only waited for its turn."""


@dataclass(slots=True)
class Executor:
    """Runs changes to their outcomes; only the caller's thread decides anything."""

    providers: Mapping[str, Provider]
    lanes: Lanes
    clock: Clock
    stop: StopFlag
    listener: Listener
    flush: Callable[[Mapping[Address, Record | None]], None]
    pace: Pace = field(default_factory=Pace)
    objects: Callable[[str], int] | None = None
    """How many objects a service lists by now; without it nothing is listed."""
    outcomes: dict[Address, Outcome] = field(default_factory=dict)
    carried: dict[Address, Carry] = field(default_factory=dict)
    glances: Glances[_Running] = field(init=False)
    _batch: Batch[_Running | Part, object] | None = None
    _active: set[_Running] = field(default_factory=set)
    _sleeping: Sleepers[_Running] = field(default_factory=Sleepers)
    _flushing: list[_Running] = field(default_factory=list)
    _unflushed: dict[Address, Record | None] = field(default_factory=dict)
    _flushed_at: float = 0.0
    _ends: float = 0.0
    _halted: str = ""
    _told: deque[tuple[_Running, Observed | None]] = field(default_factory=deque)
    """Whose row was read, and who has not gone on with it yet."""

    def __post_init__(self) -> None:
        self.glances = Glances(self.providers, self.objects)

    def run(self, carries: Sequence[Carry]) -> None:
        """Carry out all of them; every one has an outcome afterwards."""
        now = self.clock.monotonic()
        self._ends = self._ends or now + self.pace.deadline
        self._flushed_at = self._flushed_at or now
        self._batch = self.lanes.batch()
        todo = list(reversed(carries))
        while todo or self._active:
            if self._stopping():
                break
            self._go_on()
            while todo and self._has_room() and not self._halted:
                self._begin(todo.pop())
            if self._halted and not self._active:
                break
            try:
                self._turn()
            except TaskopsError as error:
                self._halted = error.summary
                break
        self._wind_down()
        for carry in todo:
            self._end(carry, "not_started", self._halted or "interrupted")

    def skip(self, carry: Carry, why: str) -> None:
        """Leave a change alone because another one failed."""
        self._end(carry, "skipped", why)

    def glance_at_all(self) -> None:
        """The rows of all that was looked at; only a saving, which may be lost."""
        self._batch = self.lanes.batch()
        with suppress(TaskopsError):
            for part, work in self.glances.rest(self.pace.parallelism):
                self._batch.submit(part, work)
            while self._batch.pending and not self.stop:
                for _ in self._wait(BREATH):
                    """Nobody waits for any."""

    def _stopping(self) -> bool:
        if self.clock.monotonic() > self._ends:
            self._halted = self._halted or "the apply reached its deadline"
            return True
        return bool(self.stop)

    def _has_room(self) -> bool:
        """Whether one more may ask, so that no lane is ever without a request."""
        return self._awake() < self.pace.parallelism + self.pace.parallelism // AHEAD

    def _awake(self) -> int:
        parked = self.glances.parked + len(self._told)
        return len(self._active) - len(self._sleeping) - parked

    def _go_on(self) -> None:
        """Those whose row was read, as far as there are lanes for what they ask."""
        while self._told and self._has_room():
            self._advance(*self._told.popleft())

    def _glance(self, *, idle: bool) -> None:
        """Read the listing for those who wait for a row, where it is time."""
        for provider in self.glances.due(self.clock.monotonic(), idle=idle):
            works, without = self.glances.begin(provider, self.pace.parallelism)
            self._told += [(running, None) for running in without]
            for part, work in works:
                if self._batch is not None:
                    self._batch.submit(part, work)

    def _wait(self, seconds: float) -> Iterator[tuple[_Running, object]]:
        """What came back to a change; parts of a listing are laid by their rows."""
        if self._batch is None:
            return
        for key, result in self._batch.wait(seconds):
            if isinstance(key, Part):
                self._told += self.glances.take(key, result)
            else:
                yield key, result

    def _begin(self, carry: Carry) -> None:
        address = carry.change.address
        self.listener(Event("start", address=address))
        self.carried[address] = carry
        running = _Running(carry, carry.course(), self.clock.monotonic())
        self._active.add(running)
        self._advance(running, None)

    def _turn(self) -> None:
        """Write what must be durable, wake what is due, take what came back."""
        while self._flushing:
            self._flush_together()
        self._glance(idle=not self._awake() and not self._told)
        now = self.clock.monotonic()
        for running in self._sleeping.due(now):
            self._wake(running)
        pause = 0.0 if self._told else self._sleeping.pause(now, BREATH)
        for running, result in self._wait(pause):
            self._advance(running, result)
        if now - self._flushed_at > FLUSH_EVERY:
            self._flush_now()

    def _flush_together(self) -> None:
        """One write for all that wait for one: none goes on before it is durable."""
        waiting, self._flushing = self._flushing, []
        self._flush_now()
        failed = TaskopsError(self._halted) if self._unflushed else None
        for running in waiting:
            self._advance(running, failed)

    def _wake(self, running: _Running) -> None:
        if not isinstance(running.asked, Poll):
            self._advance(running, None)
            return
        now = self.clock.monotonic()
        if running.in_turn or (due := self._sleeping.turn(now)) <= now:
            running.in_turn = False
            self._submit(running, running.asked)
        else:
            running.in_turn = True
            self._sleeping.add(running, due)

    def _advance(self, running: _Running, result: object) -> None:
        """Hand the answer to the course and do what it asks next."""
        try:
            if isinstance(result, Exception):
                ask = running.course.throw(named(running.asked, result))
            else:
                ask = running.course.send(result)
        except StopIteration as ended:
            self._ended(running, ended.value)
        except Exception as error:  # noqa: BLE001  # one change must not end the others
            self._failed(running, error)
        else:
            running.asked = ask
            self._answer(running, ask)

    def _answer(self, running: _Running, ask: Ask) -> None:
        match ask:
            case Perform() | Look() | Live() | Recover():
                self._submit(running, ask)
            case Glance():
                self.glances.park(running, ask, self.clock.monotonic())
            case Poll(after=seconds) | Pause(seconds):
                now = self.clock.monotonic()
                self._sleeping.add(running, now + seconds)
                if isinstance(ask, Poll):
                    age = now - running.started
                    self.listener(Event("progress", ask.why, ask.address, seconds=age))
            case Flush(record, drops):
                self._unflushed[record.address] = record
                self._unflushed |= dict.fromkeys(drops)
                self._flushing.append(running)

    def _submit(
        self, running: _Running, ask: Perform | Look | Live | Poll | Recover
    ) -> None:
        provider = self.providers[running.carry.change.address.provider]

        def work() -> object:
            match ask:
                case Perform(step):
                    return provider.perform(step)
                case Look(at):
                    return provider.look(at)
                case Live(at):
                    return provider.live(at)
                case Poll(job=job):
                    return provider.poll(job)
                case Recover(job, after):
                    return provider.recover(job, after)

        try:
            if self._batch is not None:
                self._batch.submit(running, work)
        except TaskopsError as error:
            # No lane is left: it was not sent, and what the others did still counts.
            self._halted = self._halted or error.summary
            self._stop(running)

    def _failed(self, running: _Running, error: Exception) -> None:
        outcome = outcome_of(error, running.carry)
        if outcome.authentication:
            self._halted = "the service does not take the key"
        self._ended(running, outcome)

    def _ended(self, running: _Running, outcome: Outcome) -> None:
        self._active.discard(running)
        if (looked := running.carry.looked) is not None and not looked.row:
            self.glances.beside(looked)
        seconds = self.clock.monotonic() - running.started
        self._keep(replace(outcome, seconds=seconds))
        if self.pace.fail_fast and outcome.status in ("failed", "unknown"):
            self._halted = self._halted or "another change failed, and --fail-fast"

    def _end(self, carry: Carry, status: Status, detail: str) -> None:
        """The outcome of a change that was never begun."""
        self._keep(carry.outcome(status, detail))

    def _keep(self, outcome: Outcome) -> None:
        self.outcomes[outcome.address] = outcome
        if outcome.record is not None:
            self._unflushed[outcome.address] = outcome.record
        for address in outcome.drops:
            self._unflushed[address] = None
        self.listener(
            Event(
                "end",
                outcome.status,
                outcome.address,
                outcome.detail,
                seconds=outcome.seconds,
            )
        )

    def _wind_down(self) -> None:
        """Nothing new starts; what is in flight gets a grace."""
        ends = self.clock.monotonic() + GRACE
        for running in self._sleeping.all():
            self._stop(running)
        for key in self._batch.withdraw(_is_spared) if self._batch else ():
            if isinstance(key, _Running):
                self._stop(key)
        # What was written and waits to be seen is not left in doubt.
        with suppress(TaskopsError):
            self._glance(idle=True)
        while self._active and self.clock.monotonic() < ends:
            while self._told:
                self._finish(*self._told.popleft())
            if self._batch is None or not self._batch.pending:
                break
            # Where no lane is left, some may still be at what was sent before.
            with suppress(TaskopsError):
                for running, result in self._wait(BREATH):
                    self._finish(running, result)
        for running in list(self._active):
            self._abandon(running)
        self._told.clear()
        self.glances.forget()

    def _finish(self, running: _Running, result: object) -> None:
        """Let the course see the answer, then stop it at its next question."""
        try:
            if isinstance(result, Exception):
                running.course.throw(named(running.asked, result))
            else:
                running.course.send(result)
        except StopIteration as ended:
            self._ended(running, ended.value)
        except Exception as error:  # noqa: BLE001  # one change must not end the others
            self._failed(running, error)
        else:
            self._stop(running)

    def _stop(self, running: _Running) -> None:
        """Tell a course that it must end here."""
        try:
            running.course.throw(Stopped())
        except StopIteration as ended:
            self._ended(running, ended.value)
        except Stopped:
            wrote = running.carry.wrote
            status: Status = "failed" if wrote else "not_started"
            why = self._halted or "interrupted"
            self._ended(
                running,
                running.carry.outcome(
                    status,
                    f"{why} before it was finished" if wrote else why,
                    "run the same command again",
                ),
            )
        except Exception as error:  # noqa: BLE001  # one change must not end the others
            self._failed(running, error)
        else:
            # It asks for more all the same: what it knows so far is what counts.
            running.course.close()
            status = "failed" if running.carry.wrote else "not_started"
            self._ended(running, running.carry.outcome(status, "interrupted"))

    def _abandon(self, running: _Running) -> None:
        """Still in flight after the grace: a write may or may not have happened."""
        if not isinstance(running.asked, Perform):
            self._stop(running)
            return
        why = "interrupted while it was in flight"
        self._ended(running, running.carry.outcome("unknown", why))

    def _flush_now(self) -> None:
        self._flushed_at = self.clock.monotonic()
        if not self._unflushed:
            return
        waiting, self._unflushed = self._unflushed, {}
        try:
            self.flush(waiting)
        except TaskopsError as error:
            # What was not written comes again with the closing of the ledger.
            self._unflushed = waiting | self._unflushed
            self._halted = self._halted or f"the ledger: {error.summary}"


def _is_spared(key: _Running | Part) -> bool:
    """Whether a request that still waits for a lane is not sent after a signal."""
    if isinstance(key, Part):
        return False
    # What was written is still read back.
    return isinstance(key.asked, Perform) or not key.carry.wrote
