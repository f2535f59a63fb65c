"""`--select` and its relatives."""

from __future__ import annotations

import pytest
from simulated import task

from taskops.errors import UsageError
from taskops.model.project import Environment, Project
from taskops.model.resource import Reading, Target
from taskops.planning.build import Inputs, build_plan
from taskops.planning.options import PlanOptions

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
    ],
)
def test_a_name_that_means_nothing_is_a_typo_with_its_near_miss(
    options: PlanOptions,
) -> None:
    with pytest.raises(UsageError, match="matches nothing") as error:
        build_plan(inputs(options))

    assert "did you mean `anchor/t`?" in error.value.hint
