"""A generated task from its start to its replacement, killed at every point."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import pytest

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
)
from taskops.applying.carry_jobs import CarryingJob
from taskops.applying.failures import named
from taskops.applying.lanes import DeadlinePassed
from taskops.applying.surroundings import Surroundings
from taskops.errors import OutcomeUnknown, ReadFailed, Refused
from taskops.model.change import Keep, Start, Wait
from taskops.model.plan import Outcome, Plan
from taskops.model.project import Environment, Project
from taskops.model.record import Job, LedgerState, Record
from taskops.model.resource import Address, Observed, Reading, Resource, Target
from taskops.model.step import Begin, Done, JobState, Remove, Rename, Step
from taskops.model.values import frozen
from taskops.planning.build import Inputs, build_plan
from taskops.planning.options import PlanOptions

ADDRESS = Address("anchor", "invoice")
PROJECT = Project("", "p", Environment(), ("default",))


class Killed(Exception):
    """The process died here."""


@dataclass
class Service:
    """Generates what it is told, and counts how often."""

    objects: dict[str, Observed] = field(default_factory=dict)
    starts: list[str] = field(default_factory=list)
    loses_answers: bool = False
    refuses: tuple[str, str] = ("", "")
    """The id that may not take this name."""
    fails: bool = False

    def perform(self, step: Step) -> Done:
        match step:
            case Begin():
                self.starts.append(step.after.digest)
                number = f"id{len(self.starts)}"
                self.objects[number] = Observed("anchor", number, step.name, "workflow")
                if self.loses_answers:
                    raise OutcomeUnknown("connection reset")
                return Done(number, poll_id=number, ids={"id": number})
            case Rename():
                if (step.id, step.name) == self.refuses:
                    raise Refused("the name is reserved")
                old = self.objects[step.id]
                self.objects[step.id] = replace(old, name=step.name)
                return Done(step.id)
            case Remove():
                self.objects.pop(step.id, None)
                return Done(step.id)
            case _:
                raise AssertionError(step)

    def answer(self, ask: Ask) -> object:
        match ask:
            case Perform(step):
                return self.perform(step)
            case Look(at):
                named = [o for o in self.objects.values() if o.name == at.name]
                return self.objects.get(at.id) or (named[0] if named else None)
            case Poll(job=job) if job.made not in self.objects:
                return JobState("running", missing=True)
            case Poll():
                return (
                    JobState("failed", "no luck") if self.fails else JobState("ready")
                )
            case Recover(job, _):
                named = [o for o in self.objects.values() if o.name == job.name]
                return replace(job, poll_id=named[0].id) if named else None
            case Pause() | Flush():
                return None
            case Live() | Glance():
                raise AssertionError("code is not compared")


def prompt(text: str) -> Resource:
    spec = frozen({"description": "x", "user_task": text})
    return Resource(ADDRESS, "generated", "invoice", spec, spec)


@dataclass
class Machine:
    """One service and one ledger, and processes that come and die."""

    service: Service = field(default_factory=Service)
    records: dict[Address, Record] = field(default_factory=dict)

    def plan(self, wanted: Resource, **options: object) -> Plan:
        reading = Reading(Target("o", "team"), tuple(self.service.objects.values()))
        state = LedgerState(True, MappingProxyType(dict(self.records)))
        return build_plan(
            Inputs(
                PROJECT,
                (wanted,),
                {"anchor": reading},
                state,
                PlanOptions(**options),  # type: ignore[arg-type]  # options by name
            )
        )

    def apply(self, wanted: Resource, dies_at: int = -1, **options: object) -> Outcome:
        """Plan and carry out; `dies_at` counts questions, `.5` later than asked."""
        planned = self.plan(wanted, **options)
        assert not planned.problems, planned.problems
        (change,) = planned.effective
        assert isinstance(change, Start | Wait)
        numbers = itertools.count()
        carrying = CarryingJob(
            change,
            planned.prior.get(ADDRESS),
            Surroundings(frozenset()),
            lambda: f"intent{len(self.service.starts)}-{next(numbers)}",
        )
        course, answer, asked = carrying.course(), None, 0
        while True:
            try:
                ask = (
                    course.throw(answer)
                    if isinstance(answer, Exception)
                    else course.send(answer)
                )
            except StopIteration as ended:
                outcome = ended.value
                break
            except OutcomeUnknown:
                outcome = carrying.outcome("unknown")
                break
            if asked == dies_at:
                raise Killed
            if isinstance(ask, Flush):
                self.records[ADDRESS] = ask.record
            try:
                answer = self.service.answer(ask)
            except (OutcomeUnknown, Refused, ReadFailed) as error:
                answer = error
            asked += 1
            if asked == dies_at:
                raise Killed
        assert isinstance(outcome, Outcome)
        if outcome.record is not None:
            self.records[ADDRESS] = outcome.record
        return outcome


def test_a_missing_task_is_generated_once_and_then_kept() -> None:
    machine = Machine()

    outcome = machine.apply(prompt("get it"))

    assert outcome.status == "applied"
    assert len(machine.service.starts) == 1
    assert machine.plan(prompt("get it")).effective == ()


@pytest.mark.parametrize("dies_at", range(1, 7))
def test_killed_anywhere_and_run_again_there_is_one_generation_in_total(
    dies_at: int,
) -> None:
    machine = Machine()
    with pytest.raises(Killed):
        machine.apply(prompt("get it"), dies_at)

    planned = machine.plan(prompt("get it"))
    if planned.problems:
        # Only where nothing can be found of it: a person decides.
        assert machine.service.starts == []
        machine.apply(prompt("get it"), retry=("invoice",))
    elif planned.effective:
        machine.apply(prompt("get it"))

    assert len(machine.service.starts) == 1
    assert machine.plan(prompt("get it")).effective == ()


@pytest.mark.parametrize("dies_at", range(1, 16))
def test_a_replacement_killed_anywhere_comes_to_its_end(dies_at: int) -> None:
    machine = Machine()
    machine.apply(prompt("old"))
    try:
        machine.apply(prompt("new"), dies_at)
    except Killed:
        planned = machine.plan(prompt("new"))
        retry = ("invoice",) if planned.problems else ()
        if retry or planned.effective:
            machine.apply(prompt("new"), retry=retry)

    assert len(machine.service.starts) == 2
    assert [o.name for o in machine.service.objects.values()] == ["invoice"]
    assert machine.records[ADDRESS].id == "id2"
    assert machine.plan(prompt("new")).effective == ()


@pytest.mark.parametrize("wanted", ["third", "first"])
@pytest.mark.parametrize("dies_at", range(1, 18))
def test_an_overtaken_replacement_killed_anywhere_leaves_nothing_behind(
    dies_at: int, wanted: str
) -> None:
    machine = Machine()
    machine.apply(prompt("first"))
    with pytest.raises(Killed):
        machine.apply(prompt("second"), 4)
    assert machine.records[ADDRESS].next is not None
    try:
        machine.apply(prompt(wanted), dies_at)
    except Killed:
        planned = machine.plan(prompt(wanted))
        retry = ("invoice",) if planned.problems else ()
        if retry or planned.effective:
            machine.apply(prompt(wanted), retry=retry)

    # Who goes back to what is there pays for nothing.
    assert len(machine.service.starts) == (3 if wanted == "third" else 2)
    assert [o.name for o in machine.service.objects.values()] == ["invoice"]
    planned = machine.plan(prompt(wanted))
    assert (planned.effective, planned.problems) == ((), ())


def test_a_question_that_ran_out_of_time_is_asked_again() -> None:
    machine, late = Machine(), list[Ask]()

    def answer(ask: Ask) -> object:
        if isinstance(ask, Poll) and not late:
            late.append(ask)
            raise named(ask, DeadlinePassed())
        return Service.answer(machine.service, ask)

    machine.service.answer = answer  # type: ignore[method-assign]  # a slow moment

    assert machine.apply(prompt("get it")).status == "applied"
    assert late


def test_a_lost_answer_is_found_by_name() -> None:
    machine = Machine(Service(loses_answers=True))

    outcome = machine.apply(prompt("get it"))

    assert outcome.status == "applied"
    assert len(machine.service.starts) == 1


def test_a_lost_answer_that_cannot_be_found_is_unknown_and_never_sent_again() -> None:
    machine = Machine(Service(loses_answers=True))
    machine.service.answer = lambda ask: (  # type: ignore[method-assign]  # a service without a listing
        None if isinstance(ask, Recover) else Service.answer(machine.service, ask)
    )

    outcome = machine.apply(prompt("get it"))
    machine.service.objects.clear()

    assert outcome.status == "unknown"
    planned = machine.plan(prompt("get it"))
    assert [problem.summary for problem in planned.problems] == [
        "whether `anchor/invoice` was started is not known"
    ]
    assert len(machine.service.starts) == 1


def test_a_failed_generation_is_not_billed_again_by_itself() -> None:
    machine = Machine(Service(fails=True))

    outcome = machine.apply(prompt("get it"))

    assert outcome.status == "failed"
    assert "--retry invoice" in outcome.hint
    (change,) = machine.plan(prompt("get it")).changes
    assert isinstance(change, Keep)
    assert change.why == "failed"
    machine.service.fails = False
    machine.apply(prompt("get it"), retry=("invoice",))
    assert machine.plan(prompt("get it")).effective == ()


@pytest.mark.parametrize("refused", [("id1", "invoice--old"), ("id2", "invoice")])
def test_when_a_rename_is_refused_nothing_is_lost(refused: tuple[str, str]) -> None:
    machine = Machine()
    machine.apply(prompt("old"))
    machine.service.refuses = refused

    outcome = machine.apply(prompt("new"))

    assert outcome.status == "failed"
    assert "both exist" in outcome.hint
    assert len(machine.service.objects) == 2
    machine.service.refuses = ("", "")
    machine.apply(prompt("new"))
    assert [o.name for o in machine.service.objects.values()] == ["invoice"]
    assert len(machine.service.starts) == 2


def test_a_prompt_that_changes_in_flight_waits_for_the_first_start() -> None:
    machine = Machine()
    with pytest.raises(Killed):
        machine.apply(prompt("first"), 3)
    running = machine.records[ADDRESS].job
    assert isinstance(running, Job)
    assert running.status == "running"

    (change,) = machine.plan(prompt("second")).changes

    assert isinstance(change, Start)
    assert change.awaits == running
