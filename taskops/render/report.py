"""What became of an apply: for people, and as JSON."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from taskops.model.values import canonical, thaw
from taskops.render import clean
from taskops.render.paint import BARE
from taskops.render.returned import result_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taskops.model.plan import Outcome, Report
    from taskops.render.paint import Look

FORMAT = 1

STATUS = MappingProxyType(
    {
        "applied": "applied",
        "already_satisfied": "already so",
        "in_progress": "still in progress",
        "failed": "failed",
        "unknown": "unknown",
        "skipped": "skipped",
        "not_started": "not started",
    }
)
COLOURS = MappingProxyType(
    {
        "applied": "blue",
        "already_satisfied": "blue",
        "in_progress": "violet",
        "failed": "crimson",
        "unknown": "crimson",
        "skipped": "gold",
        "not_started": "gold",
    }
)
MOST = 10
"""Outcomes with the same reason that are told one by one."""

UNRECORDED = "The ledger could not be closed; what it should hold is kept in"
"""Said before the place."""


def report_text(report: Report, look: Look = BARE, *, resume: str = "") -> str:
    """What needs a person, the counts, and the command that goes on."""
    blocks = [list(_outcomes(report, look)), list(_ending(report, look, resume))]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _outcomes(report: Report, look: Look) -> Iterator[str]:
    told: Counter[tuple[str, str]] = Counter()
    for outcome in report.outcomes:
        good = outcome.status in ("applied", "already_satisfied")
        if good and not outcome.notes and not any(result_lines(outcome.result)):
            continue
        same = (outcome.status, outcome.detail)
        told[same] += 1
        if told[same] <= MOST:
            yield from outcome_lines(outcome, look)
    for (status, detail), number in told.items():
        if number > MOST:
            more = f"and {number - MOST} more {STATUS[status]}: {clean.line(detail)}"
            yield f"  {more}"


def outcome_lines(outcome: Outcome, look: Look = BARE) -> Iterator[str]:
    """One outcome: what, why, and what to do."""
    word = look.paint(STATUS[outcome.status], COLOURS[outcome.status])
    detail = f": {clean.line(outcome.detail)}" if outcome.detail else ""
    yield f"  {clean.line(str(outcome.address))}  {outcome.change} {word}{detail}"
    for note in outcome.notes:
        yield f"      {clean.line(note)}"
    for line in result_lines(outcome.result):
        yield f"      {line}"
    if outcome.hint:
        yield f"      hint: {clean.line(outcome.hint)}"


def counts(report: Report) -> str:
    """`3 applied, 1 failed`; what only the ledger learned is no write."""
    found = Counter(_counted_as(outcome) for outcome in report.outcomes)
    told = [f"{found[words]} {words}" for words in _ENDS if found[words]]
    return ", ".join(told) or "nothing to do"


NOTED = "noted"
"""Taken into the ledger, as its log says it; the service was not written to."""

_ENDS = ("applied", NOTED, *(w for w in STATUS.values() if w != "applied"))


def _counted_as(outcome: Outcome) -> str:
    noted = outcome.change == "keep" and outcome.status == "applied"
    return NOTED if noted else STATUS[outcome.status]


def _ending(report: Report, look: Look, resume: str) -> Iterator[str]:
    seconds = f" in {report.seconds:.1f} s" if report.outcomes else ""
    yield look.paint(f"Apply: {counts(report)}{seconds}.", "bold")
    if report.interrupted:
        yield "It was interrupted; what is in flight was given time to end."
    if report.count("unknown"):
        yield (
            "Whether an unknown one was written is not known; "
            "the next run looks before it writes."
        )
    if report.unrecorded:
        yield f"{UNRECORDED} {clean.line(report.unrecorded)}"
    if resume:
        yield f"Go on with: {resume}"


def report_json(report: Report) -> str:
    """The whole report on one line; half a surrogate pair is spelt out."""
    text = canonical(report_data(report)).decode("utf-8", "surrogatepass")
    return text.encode("utf-8", "backslashreplace").decode() + "\n"


def report_data(report: Report) -> dict[str, object]:
    """The report as plain JSON."""
    plan = report.plan
    return {
        "format_version": FORMAT,
        "apply": report.apply,
        "project": plan.project,
        "environment": plan.environment,
        "plan": plan.digest,
        "commit": plan.commit,
        "started": report.started,
        "seconds": report.seconds,
        "interrupted": report.interrupted,
        "unrecorded": report.unrecorded,
        "exit_code": int(report.exit),
        "outcomes": [outcome_data(outcome) for outcome in report.outcomes],
    }


def outcome_data(outcome: Outcome) -> dict[str, object]:
    """One outcome as plain JSON."""
    return {
        "address": str(outcome.address),
        "change": outcome.change,
        "status": outcome.status,
        "detail": outcome.detail,
        "hint": outcome.hint,
        "wrote": outcome.wrote,
        "notes": outcome.notes,
        "seconds": outcome.seconds,
        "result": thaw(outcome.result),
    }
