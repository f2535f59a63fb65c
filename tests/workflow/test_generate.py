"""Generated tasks on the emulated account: once, waited for, replaced."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from account import Account, generated, task

from taskops.applying import sleepers, waiting
from taskops.applying.execute import Pace
from taskops.errors import Exit
from taskops.ledger import FileLedger
from taskops.model.change import Keep, Start, Wait

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.model.record import Record
    from taskops.model.resource import Address


pytestmark = pytest.mark.usefixtures("impatient")


def starts(account: Account) -> list[str]:
    """Names under which anything was generated."""
    return [c["name"] for c in account.emulator.commits() if c["kind"] == "generate"]


def test_a_missing_task_is_generated_once_and_kept(account: Account) -> None:
    wanted = [generated("invoice", "get it")]

    report = account.apply(wanted)

    assert report.exit == 0
    assert starts(account) == ["invoice"]
    assert account.plan(wanted).effective == ()


@pytest.mark.parametrize(
    "behaviours",
    [
        {"generate_404": "3"},
        {"generate_state": "waiting-for-session", "generate_polls": "3"},
        {"generate_ids": "different"},
        {"generate_ids": "different", "generate_404": "3"},
        {"generated_listed": "no"},
        {"generate_shape": "taskPrompt"},
        {"generate_shape": "both"},
        {"visibility_lag": "2"},
    ],
    ids="-".join,
)
def test_whatever_the_service_does_there_is_one_generation(
    account: Account, behaviours: dict[str, str]
) -> None:
    account.emulator.set_behaviours(behaviours)
    wanted = [generated("invoice", "get it")]

    report = account.apply(wanted)

    assert report.exit == 0, report.outcomes
    assert starts(account) == ["invoice"]
    for _ in range(3):
        assert account.plan(wanted).effective == ()


def test_another_prompt_replaces_the_task_under_its_name(account: Account) -> None:
    account.apply([generated("invoice", "get it")])
    wanted = [generated("invoice", "get the newest")]

    (change,) = account.plan(wanted).effective
    report = account.apply(wanted)

    assert isinstance(change, Start)
    assert "changed" in change.why
    shown = [(d.path, d.before, d.after) for d in change.differences]
    assert shown == [(("user_task",), "get it", "get the newest")]
    assert report.exit == 0, report.outcomes
    assert account.names() == ["invoice"]
    assert len(starts(account)) == 2
    assert account.plan(wanted).effective == ()


def test_no_wait_leaves_it_in_flight_and_the_next_run_resumes(
    account: Account,
) -> None:
    wanted = [generated("invoice", "get it")]

    report = account.apply(wanted, wait=False)
    plan = account.plan(wanted)
    (change,) = plan.effective
    resumed = account.apply(wanted)

    assert [o.status for o in report.outcomes] == ["in_progress"]
    assert isinstance(change, Wait)
    assert plan.unmanaged == 0
    assert resumed.exit == 0
    assert starts(account) == ["invoice"]


def test_a_failed_generation_waits_for_a_person(account: Account) -> None:
    wanted = [generated("invoice", "EMULATE-FAILURE")]

    report = account.apply(wanted)
    (kept,) = account.plan(wanted).changes
    account.apply(wanted)

    (outcome,) = report.outcomes
    assert outcome.status == "failed"
    assert "second factor" in outcome.detail
    assert "--retry invoice" in outcome.hint
    assert isinstance(kept, Keep)
    assert kept.why == "failed"
    assert len(starts(account)) == 1
    account.apply(wanted, retry=("invoice",))
    assert len(starts(account)) == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"do": "status", "status": 504, "when": "after"},
        {"do": "reset", "when": "after"},
        {"do": "html", "when": "after"},
    ],
    ids=lambda fault: str(fault["do"]),
)
def test_an_answer_lost_after_the_commit_never_starts_a_second_one(
    account: Account, fault: dict[str, object]
) -> None:
    rule = {"method": "POST", "path": "generate", "nth": 1, **fault}
    account.emulator.set_faults([rule])
    wanted = [generated("invoice", "get it")]

    report = account.apply(wanted)

    assert report.exit == 0, report.outcomes
    assert starts(account) == ["invoice"]
    assert account.plan(wanted).effective == ()


@pytest.mark.parametrize("found_by", ["the apply", "the next plan"])
@pytest.mark.parametrize("prompt", ["get it", "get another"])
def test_one_that_is_found_by_its_name_is_no_other_by_the_id_of_its_generation(
    account: Account, found_by: str, prompt: str
) -> None:
    account.emulator.set_behaviours({"generate_ids": "different"})
    lost = {"method": "POST", "path": "generate", "do": "reset", "when": "after"}
    unseen = {"method": "GET", "path": "^/v1/task$", "nth": 2, "times": 1000}
    faults: list[dict[str, object]] = [{**lost}]
    if found_by == "the next plan":
        faults.append({**unseen, "do": "cut"})
    account.emulator.set_faults(faults)
    account.apply([generated("invoice", "get it")], wait=False)
    account.emulator.set_faults([])

    report = account.apply([generated("invoice", prompt)])

    assert report.exit == 0, report.outcomes
    assert account.plan([generated("invoice", prompt)]).effective == ()
    assert len(starts(account)) == len({"get it", prompt})
    living = account.emulator.account.store.named("invoice")
    assert [task["deleted"] for task in living].count(False) == 1


def test_what_cannot_be_decided_stops_with_9_and_is_not_repeated(
    account: Account,
) -> None:
    account.emulator.set_behaviours({"generated_listed": "no"})
    rule = {"method": "POST", "path": "generate", "do": "reset", "when": "after"}
    account.emulator.set_faults([rule])
    wanted = [generated("invoice", "get it")]

    report = account.apply(wanted)
    account.emulator.set_faults([])
    plan = account.plan(wanted)

    assert report.exit == 9
    assert [p.summary for p in plan.problems] == [
        "whether `anchor/invoice` was started is not known"
    ]
    assert plan.verdict == Exit.UNKNOWN
    assert len(starts(account)) == 1


def lost_beside_a_hand(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start that never arrived, while a hand made a task of that name."""
    monkeypatch.setattr(waiting, "LOST", 0.05)
    by_hand = {"name": "invoice", "draft": {"code": "// by hand\n"}}
    start = {"method": "POST", "path": "generate"}
    account.emulator.set_faults([{"do": "reset", **start}])
    assert account.apply([generated("invoice", "get it")]).exit == 9
    account.emulator.set_faults([])
    account.emulator.edit(**by_hand)
    # What has the name is taken for the start, until the service knows none of it.
    assert account.apply([generated("invoice", "get it")]).exit == 9


def test_what_a_hand_made_is_no_start_of_ours_once_a_person_says_so(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost_beside_a_hand(account, monkeypatch)
    wanted = [generated("invoice", "get it")]

    plan = account.plan(wanted, retry=("invoice",))
    account.emulator.edit(name="invoice", rename="mine")
    report = account.apply(wanted, retry=("invoice",))

    (problem,) = plan.problems
    assert problem.summary == "the name `invoice` is taken by another object"
    assert "--adopt invoice" in problem.hint
    assert report.exit == 0, report.outcomes
    assert account.names() == ["invoice", "mine"]
    assert account.plan(wanted).effective == ()


def test_what_has_the_name_of_a_lost_start_may_be_adopted(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost_beside_a_hand(account, monkeypatch)
    wanted = [generated("invoice", "get it")]

    report = account.apply(wanted, adopt=("invoice",))

    assert report.exit == 0, report.outcomes
    assert starts(account) == []
    assert account.plan(wanted).effective == ()


def test_a_refused_start_started_nothing_and_may_be_tried_again(
    account: Account,
) -> None:
    rule = {
        "method": "POST",
        "path": "generate",
        "do": "status",
        "status": 402,
        "times": 1,
    }
    account.emulator.set_faults([rule])
    wanted = [generated("invoice", "get it")]

    report = account.apply(wanted)
    again = account.apply(wanted)

    assert report.exit == 1
    assert again.exit == 0
    assert starts(account) == ["invoice"]


def test_fifty_generations_wait_without_holding_a_lane_each(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sleepers, "POLLS_PER_SECOND", 100.0)
    account.emulator.set_behaviours({"generate_polls": "3"})
    wanted = [generated(f"t{n:02d}", f"do {n}") for n in range(50)]
    began = time.monotonic()

    report = account.apply(wanted, pace=Pace(parallelism=4))

    assert report.exit == 0
    assert len(starts(account)) == 50
    polls = [r for r in account.emulator.requests() if r["path"].endswith("-status")]
    assert len(polls) == 50 * 4
    # A slow machine only makes it longer: they are never sent faster.
    assert time.monotonic() - began > (len(polls) - 1) / 100


def test_starts_that_begin_together_share_one_write_of_their_intents(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    flush = FileLedger.flush

    def counted(ledger: FileLedger, records: Mapping[Address, Record | None]) -> None:
        written.append(len(records))
        flush(ledger, records)

    monkeypatch.setattr(FileLedger, "flush", counted)

    account.apply([generated(f"t{n}", f"do {n}") for n in range(8)])

    assert written[0] == 8


def test_the_end_of_the_deadline_is_no_success(account: Account) -> None:
    account.emulator.set_behaviours({"generate_polls": "1000000"})
    wanted = [generated("invoice", "get it")]

    report = account.apply(wanted, pace=Pace(deadline=0.5))

    assert report.exit == 5
    assert [o.status for o in report.outcomes] == ["in_progress"]


def test_code_and_generation_never_change_places(account: Account) -> None:
    account.apply([generated("invoice", "get it")])

    plan = account.plan([task("invoice")])

    assert [p.summary for p in plan.problems] == ["`anchor/invoice` changed its kind"]


def test_a_generated_task_that_is_not_declared_is_pruned(account: Account) -> None:
    account.apply([generated("invoice", "get it"), task("other")])

    report = account.apply([task("other")], prune=True)

    assert report.exit == 0
    assert account.names() == ["other"]


@pytest.mark.parametrize("result", ["ready", "failed"])
def test_what_was_still_in_flight_when_the_prompt_changed_is_replaced(
    account: Account, result: str
) -> None:
    account.emulator.set_behaviours({"generate_result": result})
    account.apply([generated("invoice", "get it")], wait=False)
    account.emulator.set_behaviours({})

    account.apply([generated("invoice", "get the newest")])

    assert account.names() == ["invoice"]
    assert len(starts(account)) == 2
    assert account.plan([generated("invoice", "get the newest")]).effective == ()


@pytest.mark.parametrize("result", ["ready", "failed"])
def test_a_replacement_in_flight_leaves_nothing_behind_when_it_is_replaced(
    account: Account, result: str
) -> None:
    account.apply([generated("invoice", "get it")])
    account.emulator.set_behaviours({"generate_polls": "1", "generate_result": result})
    account.apply([generated("invoice", "get the newest")], wait=False)
    account.emulator.set_behaviours({})

    account.apply([generated("invoice", "get the oldest")])

    assert account.names() == ["invoice"]
    assert account.plan([generated("invoice", "get the oldest")]).effective == ()


def test_what_is_ready_is_ours_though_it_could_not_be_looked_at(
    account: Account,
) -> None:
    wanted = [generated("invoice", "get it")]
    gone = {"do": "status", "status": 403, "method": "GET", "path": "/v1/task/."}
    account.emulator.set_faults([gone])
    stopped = account.apply(wanted)
    account.emulator.set_faults([])

    (kept,) = account.plan(wanted).changes
    account.apply(wanted)
    changed = account.plan([generated("invoice", "get another")])

    assert stopped.exit != 0
    assert isinstance(kept, Keep)
    assert (kept.why, kept.records) == ("same", True)
    assert not account.plan(wanted).bookkeeping
    (start,) = changed.changes
    assert isinstance(start, Start)
    assert [d.path for d in start.differences] == [("user_task",)]
