"""`--select` and its relatives."""

from __future__ import annotations

import re

import pytest
from simulated import task, version

from taskops.errors import UsageError
from taskops.model.change import verb
from taskops.model.project import Environment, Project
from taskops.model.record import Job, LedgerState, Record
from taskops.model.resource import Address, Observed, Reading, Resource, Target
from taskops.model.values import EMPTY
from taskops.planning.build import Inputs, build_plan
from taskops.planning.options import PlanOptions

AT = Address("anchor", "t")
PROJECT = Project("", "p", Environment(), ("default",))


def inputs(options: PlanOptions) -> Inputs:
    reading = Reading(Target("o", "team"))
    return Inputs(PROJECT, (task("x"),), {"anchor": reading}, options=options)


@pytest.mark.parametrize("pattern", ["t", "anchor/t", "anchor/*", "?"])
def test_a_pattern_means_the_name_or_the_whole_address(pattern: str) -> None:
    chosen = build_plan(inputs(PlanOptions(select=(pattern,))))
    left_out = build_plan(inputs(PlanOptions(exclude=(pattern,))))

    assert len(chosen.changes) == 1
    assert left_out.changes == ()
    assert left_out.excluded == 1


@pytest.mark.parametrize(
    "options",
    [
        PlanOptions(select=("anchor/tt",)),
        PlanOptions(retry=("anchor/tt",)),
        PlanOptions(resend=("anchor/tt",)),
        PlanOptions(adopt=("t*",)),
        PlanOptions(retry=("?t",)),
        PlanOptions(resend=("t*",)),
    ],
)
def test_a_name_that_means_nothing_is_a_typo_with_its_near_miss(
    options: PlanOptions,
) -> None:
    with pytest.raises(UsageError, match="matches nothing") as error:
        build_plan(inputs(options))

    assert re.search("did you mean `(anchor/)?t`?", error.value.hint)


@pytest.mark.parametrize("name", ["t", "anchor/t"])
def test_one_task_is_meant_by_its_name_or_its_whole_address(name: str) -> None:
    code = task("x")
    there = Observed("anchor", "id0", "t", latest=version("x"))
    other = Observed("anchor", "id1", "t", latest=version("somebody's"))
    written = Record(AT, "code", "id0", "t", live=code.digest, spec=code.content)
    prompt = Resource(AT, "generated", "t", EMPTY, EMPTY)
    job = Job(prompt.digest, "failed", "intent")
    failed = Record(AT, "generated", "", "t", job=job)

    adopted = planned(code, PlanOptions(adopt=(name,)), other)
    resent = planned(code, PlanOptions(resend=(name,)), there, written)
    started = planned(prompt, PlanOptions(retry=(name,)), None, failed)

    assert (adopted, resent, started) == ("update", "update", "start")


def planned(
    resource: Resource,
    options: PlanOptions,
    there: Observed | None,
    record: Record | None = None,
) -> str:
    """The verb of the one change."""
    objects = () if there is None else (there,)
    reading = Reading(Target("o", "team"), objects)
    state = LedgerState(records={} if record is None else {AT: record})
    plan = build_plan(Inputs(PROJECT, (resource,), {"anchor": reading}, state, options))
    (change,) = plan.changes
    return verb(change)
