"""What to type next, with the options that the command before was given."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Any

from taskops.planning.scope import named

if TYPE_CHECKING:
    from taskops.model.plan import Outcome, Plan, Report


def next_command(plan: Plan, given: dict[str, Any]) -> str:
    """What to type next; empty where there is nothing to do."""
    if plan.errors or not (plan.effective or plan.bookkeeping):
        return ""
    if given["against"] == "ledger":
        # Nothing can be approved by a plan that has not seen the service.
        return f"taskops plan{place_words(given)}"
    if given["out"]:
        file = shlex.quote(given["out"])
        return f"taskops apply {file}{place_words(given, shape=False)}"
    return f"taskops apply{place_words(given)}"


def resuming(report: Report, given: dict[str, Any]) -> str:
    """The command that goes on where this one ended; empty where nothing is left."""
    if not report.exit and not report.count("in_progress"):
        return ""
    # The ledger still names this apply, which has ended: nobody need wait for it.
    own = f" --take-over {report.apply}" if report.unrecorded else ""
    # What was reviewed is not what is there any more: no file brings it back.
    if given.get("plan_file") and any(outcome.stale for outcome in report.outcomes):
        return f"taskops plan{place_words(given)}"
    # A plan file does not start again what failed: that takes a word of its own.
    if given.get("plan_file") and not any(map(_start_failed, report.outcomes)):
        file = shlex.quote(given["plan_file"])
        return f"taskops apply {file}{place_words(given, shape=False)}{own}"
    return f"taskops apply{place_words(given)}{_retries(report, given)}{own}"


def _retries(report: Report, given: dict[str, Any]) -> str:
    """The flags without which nothing would be done about what is left."""
    left = [
        o for o in report.outcomes if o.status not in ("applied", "already_satisfied")
    ]
    if not left or not all(_start_failed(outcome) for outcome in left):
        return ""
    asked = given.get("retry", ())
    names = [o.address.name for o in left if not named(o.address, asked)]
    return "".join(f" --retry {shlex.quote(name)}" for name in names)


def _start_failed(outcome: Outcome) -> bool:
    """Whether the service said so: then it is never started again by itself."""
    record = outcome.record
    job = (record.next or record.job) if record is not None else None
    return outcome.status == "failed" and job is not None and job.status == "failed"


def command_after(report: Report, given: dict[str, Any]) -> str:
    """What shows a person what is there now, where nothing is left to do."""
    where = place_words(given, shape=False, at=False)
    for outcome in report.outcomes:
        record = outcome.record
        if record is not None and record.kind == "code" and record.live:
            return f"taskops run {outcome.address.name}{where}"
    return f"taskops status{where}"


def place_words(given: dict[str, Any], *, shape: bool = True, at: bool = True) -> str:
    """
    The options that say where, and which shape the plan, as they were given.

    Without `at` for commands that know no commit but the one that is there.
    """
    words: list[str] = []
    if given.get("directory", ".") != ".":
        words += ["-C", given["directory"]]
    if given.get("environment"):
        words += ["--env", given["environment"]]
    if given.get("emulator") and not os.environ.get("TASKOPS_EMULATOR"):
        words.append("--emulator")
    if at and given.get("at"):
        words += ["--at", given["at"]]
    if shape:
        words += ["--prune"] * bool(given.get("prune"))
        words += ["--allow-empty"] * bool(given.get("allow_empty"))
        for name in ("select", "exclude", "adopt", "retry", "resend"):
            for value in given.get(name, ()):
                words += [f"--{name}", value]
    return "".join(f" {shlex.quote(word)}" for word in words)
