from __future__ import annotations

import json

import pytest
from unit.render import hostile, sheets

from taskops.errors import TaskopsError
from taskops.model.plan import Outcome, Report
from taskops.model.record import Job, Record
from taskops.model.resource import Address
from taskops.render.errors import error_text
from taskops.render.ledger_text import records_json, records_text
from taskops.render.report import report_json, report_text

A = Address("anchor", "a")


def report(*outcomes: Outcome) -> Report:
    return Report("ab12", sheets.plan(), outcomes, 1.0, 2.25)


def test_a_good_end_is_one_line() -> None:
    done = report(Outcome(A, "create", "applied", wrote=True))
    assert report_text(done) == "Apply: 1 applied in 2.2 s.\n"


def test_what_only_the_ledger_learned_is_not_counted_as_applied() -> None:
    adopted = Outcome(Address("anchor", "b"), "keep", "applied")
    done = report(Outcome(A, "create", "applied", wrote=True), adopted)
    told = report_text(done)
    assert told == "Apply: 1 applied, 1 noted in 2.2 s.\n"


def test_a_failure_says_why_and_how_to_go_on() -> None:
    failed = Outcome(A, "update", "failed", "the name is in use", "rename it")
    text = report_text(report(failed), resume="taskops apply")
    assert text == (
        "  anchor/a  update failed: the name is in use\n"
        "      hint: rename it\n"
        "\n"
        "Apply: 1 failed in 2.2 s.\n"
        "Go on with: taskops apply\n"
    )


def test_the_same_reason_is_not_told_a_thousand_times() -> None:
    left = [
        Outcome(Address("anchor", f"t{n}"), "create", "not_started", "interrupted")
        for n in range(1000)
    ]
    text = report_text(report(*left))
    assert "and 990 more not started: interrupted" in text
    assert len(text.splitlines()) < 30


def test_an_unknown_outcome_is_explained() -> None:
    text = report_text(report(Outcome(A, "start", "unknown")))
    assert "the next run looks before it writes" in text


def test_json_has_the_exit_code_and_every_outcome() -> None:
    data = json.loads(report_json(report(Outcome(A, "update", "failed", "x"))))
    assert data["exit_code"] == 1
    assert data["outcomes"][0]["address"] == "anchor/a"


def test_the_id_of_an_agent_task_is_that_of_the_run_that_is_told_of() -> None:
    failed = Job("d", "failed", "i", "second", error="x")
    record = Record(Address("browser_use", "a"), "agent", "first", "a", job=failed)

    assert records_text([record]) == "browser_use/a  agent, failed: x, id second\n"
    (shown,) = json.loads(records_json([record]))["records"]
    assert shown["id"] == "second"


@pytest.mark.parametrize("text", hostile.ALL)
def test_hostile_text_from_a_service_stays_text(text: str) -> None:
    outcome = Outcome(A, "create", "failed", text, text, notes=(text,))
    job = Job("d", "failed", "i", error=text)
    record = Record(A, "generated", text, text, job=job)
    told = [
        report_text(report(outcome)),
        error_text(TaskopsError(text, text, text)),
        records_text([record]),
    ]
    lines = [line for part in told for line in part.split("\n")]
    assert all(line.isprintable() for line in lines)
    records_json([record]).encode()
