"""What a plan refuses, and the words that say what allows it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from simulated import task, version

from taskops.model.change import Create, Delete, Keep, Update
from taskops.model.project import Environment, Limits, Project
from taskops.model.record import Intent, LedgerState, Opening, Record
from taskops.model.resource import Address, Observed, Reading, Resource, Target
from taskops.planning.build import Inputs, build_plan
from taskops.planning.options import PlanOptions

PROJECT = Project("", "p", Environment(), ("default",), limits=Limits(3, 1, 1))
TARGET = Target("https://api.example", "team")


def named(name: str, text: str = "x", **settings: object) -> Resource:
    return replace(task(text), address=Address("anchor", name), name=name, **settings)  # type: ignore[arg-type]  # fields of Resource


def there(name: str, text: str = "x") -> Observed:
    content = version(text)
    return Observed("anchor", f"id-{name}", name, draft=content, latest=content)


def record(name: str, text: str = "x", **settings: object) -> Record:
    found = version(text)
    assert found is not None
    base = Record(
        Address("anchor", name),
        "code",
        f"id-{name}",
        name,
        draft=found.digest,
        live=found.digest,
    )
    return replace(base, **settings)  # type: ignore[arg-type]  # fields of Record


def inputs(
    wanted: list[Resource],
    objects: list[Observed],
    records: list[Record],
    **options: bool,
) -> Inputs:
    return Inputs(
        PROJECT,
        wanted,
        {"anchor": Reading(TARGET, tuple(objects))},
        LedgerState(True, {r.address: r for r in records}, {"anchor": TARGET}),
        PlanOptions(**options),  # type: ignore[arg-type]  # flags
    )


def summaries(given: Inputs) -> list[str]:
    return [problem.summary for problem in build_plan(given).problems]


def test_more_changes_than_the_limit_are_a_problem_that_names_the_setting() -> None:
    plan = build_plan(inputs([named(n) for n in "abcd"], [], []))

    (problem,) = plan.problems
    assert "limits.changes" in problem.summary
    assert "limits: {changes: 4}" in problem.hint


def test_more_deletes_than_the_limit_are_a_problem() -> None:
    objects, records = [there(n) for n in "ab"], [record(n) for n in "ab"]

    assert summaries(inputs([named("c")], objects, records, prune=True)) == [
        "the plan would delete more than `limits.deletes` allows"
    ]


def test_pruning_with_nothing_declared_needs_a_word() -> None:
    refused = inputs([], [there("a")], [record("a")], prune=True)
    allowed = inputs([], [there("a")], [record("a")], prune=True, allow_empty=True)

    assert "no manifest declares anything" in summaries(refused)[0]
    assert summaries(allowed) == []


def test_what_is_protected_is_never_deleted() -> None:
    given = inputs(
        [named("b")], [there("a")], [record("a", protected=True)], prune=True
    )

    assert summaries(given) == ["`anchor/a` is protected and no longer declared"]


def test_nothing_is_deleted_from_half_a_listing() -> None:
    given = inputs([named("b")], [there("a")], [record("a")], prune=True)
    half = Reading(TARGET, (there("a"),), complete=False, incomplete_because="2 of 3")

    plan = build_plan(replace(given, readings={"anchor": half}))

    assert not any(isinstance(change, Delete) for change in plan.changes)
    assert [p.detail for p in plan.problems] == ["2 of 3"]


def test_without_prune_nothing_is_deleted() -> None:
    plan = build_plan(inputs([named("b")], [there("a")], [record("a")]))

    assert plan.counts()["undeclared"] == 1
    assert plan.counts()["delete"] == 0


def test_a_key_of_another_team_is_a_problem_with_both_teams() -> None:
    given = inputs([named("a")], [], [])
    other = Reading(Target(TARGET.origin, "another"))

    (problem,) = build_plan(replace(given, readings={"anchor": other})).problems

    assert "belongs to another account" in problem.summary
    assert "team another" in problem.detail
    assert "team team" in problem.detail


@pytest.mark.parametrize("declared", [True, False])
def test_what_another_environment_owns_is_left_alone(declared: bool) -> None:
    owned = {("anchor", "id-a"): "staging"}
    wanted = [named("a", "y")] if declared else [named("b")]
    given = inputs(wanted, [there("a")], [record("a")], prune=True)
    state = replace(given.state, owned_elsewhere=owned)

    plan = build_plan(replace(given, state=state))

    assert ["staging" in p.summary for p in plan.problems] == [True]


def test_two_objects_of_one_name_are_ambiguous_and_both_are_named() -> None:
    twins = [there("a"), replace(there("a"), id="id-twin")]

    (problem,) = build_plan(inputs([named("a")], twins, [])).problems

    assert "id-a" in problem.detail
    assert "id-twin" in problem.detail


def test_a_workflow_is_never_overwritten_by_code() -> None:
    workflow = replace(there("a"), language="workflow")

    (problem,) = build_plan(
        inputs([named("a", "y", adopt=True)], [workflow], [])
    ).problems

    assert "is not a code task" in problem.summary


def test_an_identical_task_is_adopted_without_a_write() -> None:
    (change,) = build_plan(inputs([named("a")], [there("a")], [])).changes

    assert isinstance(change, Keep)
    assert change.why == "adopted"
    assert change.records


@pytest.mark.parametrize("declared", [True, False])
def test_an_object_never_belongs_to_two_addresses(declared: bool) -> None:
    renamed = replace(there("a"), name="b")
    wanted = [named("b", adopt=True)] + [named("a")] * declared

    (problem,) = build_plan(inputs(wanted, [renamed], [record("a")])).problems

    assert "belongs to another address, `anchor/a`" in problem.summary
    way_out = "--select a" if declared else "moved_from: a"
    assert way_out in problem.hint


@pytest.mark.parametrize("declared", [True, False])
def test_nor_does_the_intent_of_a_dead_rename_give_it_to_a_second(
    declared: bool,
) -> None:
    renamed = replace(there("a"), name="b")
    assert renamed.draft is not None
    intent = Intent(Address("anchor", "b"), "update", renamed.draft.digest, "b")
    died = Opening("a", "", "", "", "", 0, 1, (intent,))
    wanted = [named("b")] + [named("a")] * declared
    given = inputs(wanted, [renamed], [record("a")])

    plan = build_plan(replace(given, state=replace(given.state, open=died)))

    (problem,) = plan.problems
    assert "belongs to another address, `anchor/a`" in problem.summary


def test_one_task_is_never_moved_to_two_names() -> None:
    wanted = [named("one", moved_from="old"), named("two", moved_from="old")]

    plan = build_plan(inputs(wanted, [there("old")], [record("old")]))

    assert [str(change.address) for change in plan.changes] == ["anchor/one"]
    (problem,) = plan.problems
    assert "`old` cannot be moved to two names" in problem.summary
    assert problem.detail == "`one` is moved from it too"


@pytest.mark.parametrize("text", ["x", "newer"])
def test_what_an_apply_that_died_made_can_be_moved_to_another_name(text: str) -> None:
    """It has no record yet, and its intent says that it is ours."""
    found = version("x")
    assert found is not None
    intent = Intent(Address("anchor", "old"), "create", found.digest, "a")
    died = Opening("a", "", "", "", "", 0, 1, (intent,))
    given = inputs([named("new", text, moved_from="old")], [there("old")], [])
    given = replace(given, state=replace(given.state, open=died))

    plan = build_plan(given)

    (change,) = plan.changes
    assert isinstance(change, Update)
    assert change.rename
    assert change.before.id == "id-old"
    assert change.origin == "pending"
    assert not plan.problems
    assert not plan.unresolved


def test_what_never_came_of_an_apply_that_died_is_made_under_the_new_name() -> None:
    intent = Intent(Address("anchor", "old"), "create", "d", "a")
    died = Opening("a", "", "", "", "", 0, 1, (intent,))
    given = inputs([named("new", moved_from="old")], [], [])
    given = replace(given, state=replace(given.state, open=died))

    plan = build_plan(given)

    assert [type(change) for change in plan.changes] == [Create]
    assert not plan.problems
