"""What git does to a generated task meanwhile: other prompts, other names, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from account import Account, generated, task

from taskops.applying import waiting
from taskops.applying.approval import Approval
from taskops.errors import NotApproved
from taskops.model.change import Keep, Start, Update, Wait
from taskops.render.walk import sheet_of

if TYPE_CHECKING:
    from taskops.model.resource import Resource


pytestmark = pytest.mark.usefixtures("impatient")


def invoice(prompt: str, declared: str = "invoice", **settings: Any) -> Resource:
    return replace(generated(declared, prompt), **settings)


def starts(account: Account) -> int:
    """How many generations were paid for."""
    return sum(c["kind"] == "generate" for c in account.emulator.commits())


def settled(account: Account, wanted: Resource) -> bool:
    """Whether exactly the wanted task is there, and nothing is left to do."""
    plan = account.plan([wanted])
    done = not (plan.effective or plan.bookkeeping or plan.problems)
    return done and account.names() == [wanted.name]


@pytest.mark.parametrize("duplicates", ["allowed", "refused"])
def test_a_prompt_that_changes_in_flight_replaces_what_was_in_flight(
    account: Account, duplicates: str
) -> None:
    account.emulator.set_behaviours({"duplicate_names": duplicates})
    account.apply([invoice("first")], wait=False)

    report = account.apply([invoice("second")])

    assert report.exit == 0, report.outcomes
    assert starts(account) == 2
    assert settled(account, invoice("second"))


def test_a_replacement_that_is_overtaken_leaves_nothing_behind(
    account: Account,
) -> None:
    account.apply([invoice("first")])
    account.apply([invoice("second")], wait=False)

    report = account.apply([invoice("third")])

    assert report.exit == 0, report.outcomes
    assert starts(account) == 3
    assert settled(account, invoice("third"))


def test_with_no_wait_nothing_waits_for_the_start_before_either(
    account: Account,
) -> None:
    account.emulator.set_behaviours({"generate_polls": "1000000"})
    account.apply([invoice("first")], wait=False)

    report = account.apply([invoice("second")], wait=False)

    assert [o.status for o in report.outcomes] == ["in_progress"]
    assert starts(account) == 1


@pytest.mark.parametrize("second", ["second", "EMULATE-FAILURE"])
@pytest.mark.parametrize("wait", [True, False])
def test_a_manifest_that_goes_back_is_not_paid_for_again(
    account: Account, second: str, wait: bool
) -> None:
    account.apply([invoice("first")])
    account.apply([invoice(second)], wait=wait and second != "second")

    (change,) = account.plan([invoice("first")]).changes
    report = account.apply([invoice("first")])

    assert isinstance(change, Wait)
    assert "removed" in change.note
    assert report.exit == 0, report.outcomes
    assert starts(account) == 2
    assert settled(account, invoice("first"))


def test_what_failed_beside_the_old_one_is_gone_before_the_next_try(
    account: Account,
) -> None:
    account.apply([invoice("first")])
    wanted = invoice("EMULATE-FAILURE")
    account.apply([wanted])

    account.apply([wanted], retry=("invoice",))

    assert starts(account) == 3
    assert len(account.names()) == 2
    account.apply([invoice("second")])
    assert settled(account, invoice("second"))


def test_pruning_takes_what_failed_beside_it_too(account: Account) -> None:
    account.apply([invoice("first"), task("other")])
    account.apply([invoice("EMULATE-FAILURE"), task("other")])

    report = account.apply([task("other")], prune=True)

    assert report.exit == 0, report.outcomes
    assert account.names() == ["other"]


@pytest.mark.parametrize("first", ["first", "EMULATE-FAILURE"])
def test_a_start_that_nobody_waited_for_is_pruned_once_it_has_ended(
    account: Account, first: str
) -> None:
    account.apply([invoice(first), task("other")], wait=False)

    (early, _) = account.plan([task("other")], prune=True).changes
    late = account.apply([task("other")], prune=True)

    assert isinstance(early, Keep)
    assert "once it has ended" in early.note
    assert late.exit == 0, late.outcomes
    assert account.names() == ["other"]
    assert starts(account) == 1
    assert not account.plan([task("other")], prune=True).bookkeeping


def test_a_replacement_that_nobody_waited_for_is_pruned_with_what_it_replaces(
    account: Account,
) -> None:
    account.apply([invoice("first"), task("other")])
    account.apply([invoice("second"), task("other")], wait=False)
    account.plan([task("other")], prune=True)  # the question that finds it written

    report = account.apply([task("other")], prune=True)

    assert report.exit == 0, report.outcomes
    assert account.names() == ["other"]


def test_a_start_that_the_service_never_lists_is_not_forgotten_by_pruning(
    account: Account,
) -> None:
    account.emulator.set_behaviours({"generated_listed": "no", "generate_polls": "0"})
    account.apply([invoice("first"), task("other")], wait=False)

    (kept, _) = account.plan([task("other")], prune=True).changes

    assert isinstance(kept, Keep)
    assert kept.why == "undeclared"
    assert "does not list it" in kept.note


@pytest.mark.parametrize("path", ["PUT", "DELETE"])
def test_a_replacement_that_stopped_half_way_is_overtaken(
    account: Account, path: str
) -> None:
    account.apply([invoice("first")])
    rule = {"do": "status", "status": 403, "method": path, "nth": 2 - (path != "PUT")}
    account.emulator.set_faults([rule])
    account.apply([invoice("second")])
    account.emulator.set_faults([])

    report = account.apply([invoice("third")])

    assert report.exit == 0, report.outcomes
    assert settled(account, invoice("third"))


@pytest.mark.parametrize("path", ["PUT", "DELETE"])
def test_a_replacement_that_stopped_half_way_is_pruned_whole(
    account: Account, path: str
) -> None:
    account.apply([invoice("first"), task("other")])
    rule = {"do": "status", "status": 403, "method": path, "nth": 2 - (path != "PUT")}
    account.emulator.set_faults([rule])
    account.apply([invoice("second"), task("other")])
    account.emulator.set_faults([])
    assert len(account.names()) == 3

    report = account.apply([task("other")], prune=True)

    assert report.exit == 0, report.outcomes
    assert account.names() == ["other"]


def test_pruning_that_stops_half_way_leaves_nothing_that_nobody_knows(
    account: Account,
) -> None:
    account.apply([invoice("first"), task("other")])
    account.apply([invoice("EMULATE-FAILURE"), task("other")])
    rule = {"do": "status", "status": 400, "method": "DELETE", "nth": 2}
    account.emulator.set_faults([rule])
    assert account.apply([task("other")], prune=True).exit == 5
    account.emulator.set_faults([])

    report = account.apply([task("other")], prune=True)

    assert report.exit == 0, report.outcomes
    assert account.names() == ["other"]


@pytest.mark.parametrize("kept_names", ["reusable", "reserved"])
def test_prompts_may_go_to_and_fro(account: Account, kept_names: str) -> None:
    account.emulator.set_behaviours({"deleted_name": kept_names})

    for prompt in ("a", "b", "c", "a", "b"):
        report = account.apply([invoice(prompt)])
        assert report.exit == 0, report.outcomes
        assert settled(account, invoice(prompt))


@pytest.mark.parametrize("declared", ["invoice", "bill"])
def test_a_new_prefix_or_name_renames_and_pays_for_nothing(
    account: Account, declared: str
) -> None:
    account.apply([invoice("get it")])
    wanted = invoice("get it", declared, name="eu-bill", moved_from="invoice")

    (change,) = account.plan([wanted]).effective
    report = account.apply([wanted])

    assert isinstance(change, Update)
    assert change.rename
    assert report.exit == 0, report.outcomes
    assert starts(account) == 1
    assert settled(account, wanted)


def test_a_new_name_and_a_new_prompt_are_one_replacement(account: Account) -> None:
    account.apply([invoice("first")])
    wanted = invoice("second", "bill", moved_from="invoice")

    report = account.apply([wanted])

    assert report.exit == 0, report.outcomes
    assert starts(account) == 2
    assert settled(account, wanted)
    assert list(account.ledger().read().records) == [wanted.address]


def test_a_name_that_another_holds_is_refused_before_anything_is_paid(
    account: Account,
) -> None:
    account.apply([invoice("first"), task("eu-invoice")])

    plan = account.plan([invoice("second", name="eu-invoice"), task("eu-invoice")])

    assert [p.summary for p in plan.problems] == [
        "the name `eu-invoice` is taken by another object"
    ]


def test_what_could_not_take_its_name_is_refused_before_anything_is_paid(
    account: Account,
) -> None:
    account.apply([invoice("first")])
    account.emulator.edit(name="invoice", new=True, draft={"code": "// by hand\n"})

    plan = account.plan([invoice("second")])

    assert [p.summary for p in plan.problems] == [
        "the name `invoice` is taken by another object"
    ]


def test_so_is_what_would_replace_a_start_that_is_still_in_flight(
    account: Account,
) -> None:
    account.emulator.set_behaviours({"generate_polls": "3"})
    account.apply([invoice("first")], wait=False)
    account.emulator.edit(name="invoice", new=True, draft={"code": "// by hand\n"})

    plan = account.plan([invoice("second")])

    assert [p.summary for p in plan.problems] == [
        "the name `invoice` is taken by another object"
    ]
    (change,) = account.plan([invoice("first")]).changes
    assert isinstance(change, Wait)


def test_a_hand_that_renames_is_undone_by_a_person_only(account: Account) -> None:
    account.apply([invoice("first")])
    account.emulator.edit(name="invoice", rename="mine")

    (change,) = account.plan([invoice("first")]).effective
    with pytest.raises(NotApproved):
        account.apply([invoice("first")])
    report = account.apply([invoice("first")], approval=Approval(everything=True))

    assert isinstance(change, Update)
    assert change.origin == "drift"
    assert report.exit == 0
    assert settled(account, invoice("first"))


def test_what_a_hand_renamed_is_replaced_by_a_person_only(account: Account) -> None:
    account.apply([invoice("first")])
    unmoved = account.plan([invoice("second")])
    account.emulator.edit(name="invoice", rename="mine")

    plan = account.plan([invoice("second")])
    with pytest.raises(NotApproved):
        account.apply([invoice("second")])
    with pytest.raises(NotApproved):
        account.apply([invoice("second")], approval=Approval(digest=unmoved.digest))
    report = account.apply([invoice("second")], approval=Approval(digest=plan.digest))

    (change,) = plan.effective
    assert isinstance(change, Start)
    assert change.origin == "drift"
    assert [d.path for d in change.differences] == [("name",), ("user_task",)]
    assert report.exit == 0, report.outcomes
    assert settled(account, invoice("second"))


@pytest.mark.parametrize("wait", [True, False])
def test_an_old_one_that_a_hand_renames_meanwhile_is_left_alone(
    account: Account, wait: bool
) -> None:
    account.apply([invoice("first")])
    rename = {"name": "invoice", "rename": "mine"}
    status = {"method": "GET", "path": "generation-status$", "times": 1}
    account.emulator.set_faults([{**status, "do": "edit", "edit": rename}])

    report = account.apply([invoice("second")], wait=wait)
    if not wait:
        account.emulator.edit(**rename)
        report = account.apply([invoice("second")])

    (outcome,) = report.outcomes
    assert outcome.status == "applied", outcome
    assert "renamed to `mine`" in outcome.notes[0]
    assert "left alone" in outcome.notes[0]
    assert account.names() == ["invoice", "mine"]
    assert account.plan([invoice("second")]).effective == ()
    deletes = [c for c in account.emulator.commits() if c["kind"] == "delete"]
    assert deletes == []


@pytest.mark.parametrize("before", [True, False])
def test_a_new_one_that_a_hand_renames_meanwhile_keeps_that_name(
    account: Account, before: bool
) -> None:
    if before:
        account.apply([invoice("first")])
    account.apply([invoice("second")], wait=False)
    new = f"invoice--{invoice('second').digest[:8]}" if before else "invoice"
    account.emulator.edit(name=new, rename="mine")

    report = account.apply([invoice("second")])

    (outcome,) = report.outcomes
    assert outcome.status == "applied", outcome
    assert "renamed to `mine`" in outcome.notes[-1]
    assert account.names() == ["mine"]
    with pytest.raises(NotApproved):
        account.apply([invoice("second")])
    account.apply([invoice("second")], approval=Approval(everything=True))
    assert settled(account, invoice("second"))


def test_a_start_in_flight_that_a_hand_deletes_is_replaced_by_a_person(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "LOST", 0.05)
    account.apply([invoice("first")], wait=False)
    account.emulator.edit(name="invoice", delete=True)

    lost = account.apply([invoice("second")])
    again = account.plan([invoice("second")])
    report = account.apply([invoice("second")], retry=("invoice",))

    assert lost.exit == 9
    assert [p.summary for p in again.problems] == [
        "whether `anchor/invoice` was started is not known"
    ]
    assert report.exit == 0, report.outcomes
    assert settled(account, invoice("second"))


def test_a_new_one_that_a_hand_deletes_takes_nothing_with_it(account: Account) -> None:
    account.apply([invoice("first")])
    new = f"invoice--{invoice('second').digest[:8]}"
    ready = {"method": "GET", "path": "generation-status$", "nth": 2, "when": "after"}
    edit = {"name": new, "delete": True}
    account.emulator.set_faults([{**ready, "do": "edit", "edit": edit, "times": 1}])

    report = account.apply([invoice("second")])

    assert [o.status for o in report.outcomes] == ["failed"]
    assert account.names() == ["invoice"]
    account.apply([invoice("second")], retry=("invoice",))
    assert settled(account, invoice("second"))


def test_a_renamed_task_that_is_not_said_to_be_moved_is_pointed_out(
    account: Account,
) -> None:
    account.apply([invoice("get it")])

    start = account.plan([generated("bill", "get it")]).changes[0]

    assert isinstance(start, Start)
    assert "`moved_from: invoice`" in start.note


def test_an_exchange_of_names_says_that_it_is_paid_for_again(account: Account) -> None:
    account.apply([invoice("one", "a"), invoice("two", "b")])
    exchanged = [
        invoice("two", "a", moved_from="b"),
        invoice("one", "b", moved_from="a"),
    ]

    first, second = account.plan(exchanged).effective

    assert isinstance(first, Start)
    assert isinstance(second, Start)
    assert first.note == (
        "`b` was made from the same prompt and inputs; this pays for it again, as "
        "`moved_from` leads to no name that has a task already; to pay nothing, "
        "first move what is `a` now to a third name"
    )
    assert "first move what is `b` now to a third name" in second.note


def test_names_are_exchanged_for_nothing_by_way_of_a_third(account: Account) -> None:
    account.apply([invoice("one", "a"), invoice("two", "b")])

    for one, two in (("third", "b"), ("third", "a"), ("b", "a")):
        moves = {"third": "a", "a": "b", "b": "third"}
        wanted = [
            invoice("one", one, moved_from=moves[one]),
            invoice("two", two, moved_from=moves[two] if two == "a" else None),
        ]
        report = account.apply(wanted)
        assert report.exit == 0, report.outcomes

    assert starts(account) == 2
    assert account.names() == ["a", "b"]
    plan = account.plan([invoice("one", "b"), invoice("two", "a")])
    assert (plan.effective, plan.bookkeeping, plan.problems) == ((), (), ())


def test_a_move_to_a_name_that_has_a_task_is_not_called_a_rename(
    account: Account,
) -> None:
    account.apply([invoice("one", "a"), invoice("two", "b")])

    (start,) = account.plan([invoice("one", "b", moved_from="a")]).effective

    assert isinstance(start, Start)
    assert "this pays for it again" in start.note
    assert "first move what is `b` now to a third name" in start.note


def test_a_new_task_under_the_name_that_moved_on_says_what_it_costs(
    account: Account,
) -> None:
    account.apply([invoice("one", "a")])

    remade, start = account.plan([invoice("other", "a"), invoice("one", "b")]).effective

    assert isinstance(remade, Start)
    assert isinstance(start, Start)
    assert remade.note == ""
    assert start.note == (
        "`a` was made from the same prompt and inputs; this pays for it again; to pay "
        "nothing, first apply `moved_from: a` alone, and declare another `a` afterwards"
    )


def test_protection_changes_the_ledger_and_nothing_else(account: Account) -> None:
    account.apply([invoice("get it")])

    account.apply([invoice("get it", protected=True)])

    assert settled(account, invoice("get it", protected=True))
    assert starts(account) == 1
    plan = account.plan([task("other")], prune=True)
    assert "protected" in plan.problems[0].summary


def test_what_is_taken_over_counts_as_made_from_what_is_wanted(
    account: Account,
) -> None:
    account.apply([invoice("first")])
    (account.folder / "default.json").unlink()
    assert [c.why for c in account.plan([invoice("first")]).changes] == ["unowned"]  # type: ignore[union-attr]  # a Keep
    account.apply([invoice("first", adopt=True)])

    assert starts(account) == 1
    assert settled(account, invoice("first", adopt=True))
    account.apply([invoice("second", adopt=True)])
    assert starts(account) == 2
    assert settled(account, invoice("second", adopt=True))


def test_what_somebody_put_in_its_place_is_taken_over_when_that_is_said(
    account: Account,
) -> None:
    account.apply([invoice("first")])
    account.emulator.edit(name="invoice", delete=True)
    account.emulator.edit(name="invoice", new=True, language="workflow")

    (kept,) = account.plan([invoice("first")]).changes
    account.apply([invoice("first")], adopt=("invoice",))

    assert isinstance(kept, Keep)
    assert kept.why == "unowned"
    assert "`adopt: true` takes it over" in kept.note
    assert starts(account) == 1
    assert settled(account, invoice("first"))


def test_what_failed_is_not_called_live_when_it_is_tried_again(
    account: Account,
) -> None:
    account.apply([invoice("EMULATE-FAILURE")])

    plan = account.plan([invoice("EMULATE-FAILURE")], retry=("invoice",))

    (row,) = sheet_of(plan).rows
    assert "replaces one that never got ready" in row.risks
    assert "replaces the live task" not in row.risks


def test_a_draft_that_healed_itself_is_a_note(account: Account) -> None:
    account.apply([invoice("get it")])
    account.emulator.edit(name="invoice", draft={"code": "{}"})

    for options in ({}, {"refresh": True}):
        (kept,) = account.plan([invoice("get it")], **options).changes
        assert isinstance(kept, Keep)
        assert "the service changed the draft" in kept.note


def test_what_vanished_while_it_was_waited_for_is_started_again_by_a_person(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "LOST", 0.1)
    account.emulator.set_behaviours({"generate_polls": "3"})
    account.apply([invoice("get it")], wait=False)
    gone = {"name": "invoice", "delete": True}
    rule = {"path": "status$", "nth": 2, "do": "edit", "edit": gone}
    account.emulator.set_faults([rule])

    report = account.apply([invoice("get it")])

    (outcome,) = report.outcomes
    assert (outcome.status, outcome.detail) == (
        "failed",
        "the service lost it meanwhile",
    )
    account.apply([invoice("get it")], retry=("invoice",))
    assert settled(account, invoice("get it"))


def test_an_id_that_never_appears_is_unknown_and_then_looked_for_by_name(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "LOST", 0.1)
    account.emulator.set_behaviours({"generated_listed": "no"})
    rule = {"path": "status$", "do": "status", "status": 404}
    account.emulator.set_faults([rule])

    report = account.apply([invoice("get it")])

    assert report.exit == 9
    assert "--retry invoice" in report.outcomes[0].hint
    (told,) = account.plan([invoice("get it")]).problems
    assert "--retry invoice" in told.hint
    account.emulator.set_behaviours({})
    account.emulator.set_faults([])
    assert account.apply([invoice("get it")]).exit == 0
    assert starts(account) == 1
    assert settled(account, invoice("get it"))


@pytest.mark.parametrize("path", ["PUT", "DELETE"])
def test_a_replacement_that_stopped_half_way_is_taken_back(
    account: Account, path: str
) -> None:
    account.apply([invoice("first")])
    rule = {"do": "status", "status": 403, "method": path, "nth": 2 - (path != "PUT")}
    account.emulator.set_faults([rule])
    report = account.apply([invoice("second")])
    account.emulator.set_faults([])
    assert report.exit != 0
    assert len(account.names()) == 2

    report = account.apply([invoice("first")])

    assert report.exit == 0, report.outcomes
    assert starts(account) == 2
    assert settled(account, invoice("first"))


@pytest.mark.parametrize("status", [400, 401])
def test_a_return_that_stops_half_way_is_told_and_finished_by_the_next(
    account: Account, status: int
) -> None:
    account.apply([invoice("first")])
    account.apply([invoice("second")], wait=False)
    look = {"method": "GET", "path": "^/v1/task/[^/]+$", "nth": 2}
    account.emulator.set_faults([{**look, "do": "status", "status": status}])

    report = account.apply([invoice("first")])
    account.emulator.set_faults([])

    # The new one is gone already, and that is said.
    assert account.names() == ["invoice"]
    assert report.exit == 5
    assert account.apply([invoice("first")]).exit == 0
    assert settled(account, invoice("first"))


def test_an_old_one_that_may_not_be_deleted_is_what_is_said_to_be_left(
    account: Account,
) -> None:
    account.apply([invoice("first")])
    account.emulator.set_faults([{"do": "status", "status": 400, "method": "DELETE"}])

    report = account.apply([invoice("second")])
    account.emulator.set_faults([])

    (outcome,) = report.outcomes
    assert report.exit == 5
    assert "the old one could not be deleted" in outcome.detail
    assert account.apply([invoice("second")]).exit == 0
    assert settled(account, invoice("second"))


def test_a_start_that_is_found_again_is_replaced_when_git_went_on(
    account: Account,
) -> None:
    rule = {"do": "status", "status": 500, "method": "POST", "path": "generate$"}
    looks = {"do": "status", "status": 403, "method": "GET", "times": 1000, "nth": 2}
    account.emulator.set_faults([{**rule, "when": "after"}, looks])
    assert account.apply([invoice("first")]).exit == 9
    account.emulator.set_faults([])

    report = account.apply([invoice("second")])

    assert report.exit == 0, report.outcomes
    assert settled(account, invoice("second"))
