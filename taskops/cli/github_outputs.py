"""What a job on GitHub tells: outputs for its later steps, and the page of the run."""

from __future__ import annotations

import os
from itertools import accumulate
from typing import TYPE_CHECKING

from taskops.cli.github import in_actions
from taskops.cli.runner_files import block, write_outputs, write_summary
from taskops.errors import Exit
from taskops.model.values import canonical
from taskops.render.markdown import plan_markdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskops.errors import NotApproved
    from taskops.render.sheet import Sheet

ROOM = 500_000
"""Bytes of a summary that a plan may take; other commands of the job need some."""

LONGEST = 2_000
"""Characters of a list of names: an issue holds a plan and little more."""


_HEADS = {
    Exit.FAILED: "It did not work",
    Exit.INVALID: "Mistakes in the manifests",
    Exit.AUTHENTICATION: "The service does not take the key",
    Exit.NOT_APPROVED: "Refused, nothing was written",
    Exit.LOCKED: "Another apply holds the ledger, nothing was written",
    Exit.GUARDED: "Refused",
    Exit.UNKNOWN: "Nobody knows what became of a change",
    Exit.USAGE: "The options cannot be understood",
    Exit.BUG: "taskops has a bug",
    Exit.INTERRUPTED: "Interrupted",
    Exit.TERMINATED: "Cancelled",
}

_AGAIN = "To try again: Re-run failed jobs. What is done already is not done twice."

_APPROVE = (
    "To carry out the plan below without a terminal: Actions → apply → Run workflow; "
    "pick this environment and paste its digest.\n"
)

# Hints are written for a terminal; this is what they mean where there is none.
_HERE = {
    Exit.INVALID: "`taskops validate` finds the same on a desk, without a key.",
    Exit.AUTHENTICATION: "The key is a secret of the environment that the job names: "
    "Settings, Environments. A job without an environment plans with "
    "`args: --against ledger`, which needs no key.",
    Exit.LOCKED: "When the other apply has ended: Re-run failed jobs.",
    Exit.GUARDED: "A flag that the hint names goes into `args` of this step.",
    Exit.USAGE: "Options of this step are its `env`, `directory`, `digest` and `args`.",
    Exit.INTERRUPTED: _AGAIN,
    Exit.TERMINATED: _AGAIN,
    Exit.BUG: "Put `--debug` into `args` of this step; it prints no value.",
}


def plan_on_page(sheet: Sheet, code: int, *, first: str = "", after: str = "") -> None:
    """
    Write `changes`, `result`, `digest` and `counts` where the runner collects
    outputs, and the plan, with Markdown around it, on the page of the run.
    """
    if not in_actions(os.environ):
        return
    plan_outputs(sheet, code)
    plan = plan_markdown(sheet, budget=ROOM)
    write_summary(os.environ, f"{first}{plan}\n{after}")


def plan_outputs(sheet: Sheet, code: int) -> None:
    """The outputs alone."""
    values = {
        "changes": "true" if sheet.rows else "false",
        "result": Exit(code).name.lower(),
        "digest": sheet.digest,
        "counts": canonical(dict(sheet.counts)).decode(),
    }
    write_outputs(os.environ, values)


def refusal_on_page(refused: NotApproved, sheet: Sheet) -> None:
    """The plan that nobody approved is for whoever has to decide about it."""
    if in_actions(os.environ):
        plan_outputs(sheet, refused.exit)
        refused.plan = plan_markdown(sheet, budget=ROOM)


def failure_on_page(code: int, told: str, plan: str = "") -> None:
    """What happened and the way out, where no plan or another one can say it."""
    if not in_actions(os.environ):
        return
    write_outputs(os.environ, {"result": Exit(code).name.lower()})
    head = f"**{_HEADS.get(Exit(code), 'It did not work')}** (exit {code:d})\n"
    here = _HERE.get(Exit(code), "")
    words = block(told) if told.strip() else ""
    plan = f"{_APPROVE}\n### The plan\n\n{plan}" if plan else ""
    write_summary(os.environ, f"{head}{words}\n{here}\n{plan}")


def check_on_page(code: int, told: str) -> None:
    """What a check without a plan found, or that it found nothing."""
    if code:
        failure_on_page(code, told)
    elif in_actions(os.environ):
        write_outputs(os.environ, {"result": "ok"})
        write_summary(os.environ, f"**Valid**\n{block(told)}")


def applied(report: str, *, goes_on: bool = False, held: bool = False) -> str:
    """What came of an apply, as Markdown above its plan."""
    # Nobody has a take-over there: what was not given back has to expire.
    free = ", once the ledger has expired; until then exit 7 says when that is"
    when = free if held else ""
    again = f"Here that is: Re-run failed jobs{when}.\n\n" if goes_on else ""
    return f"### What came of it\n{block(report)}\n{again}### The plan\n\n"


def both_ways_out(told: str, *, dispatch: bool) -> str:
    """
    The two commands that end a drift, as Markdown; empty where there is none.

    `dispatch` tells whether the digest is that of the whole plan, which is what
    the workflow applies.
    """
    if not told:
        return ""
    pasted = (
        "\nTo undo it without a terminal: Actions → apply → Run workflow; pick this "
        "environment and paste the digest.\n"
    )
    head = f"\n### Changed on the service: two ways out\n{block(_fitting(told))}"
    return head + (pasted if dispatch else "")


def _fitting(told: str) -> str:
    """The ways out; commands that name thousands of tasks are left to a terminal."""
    if len(told) <= LONGEST:
        return told
    undo = told.splitlines()[-1]
    there = "run `taskops drift` on your machine, which names every task"
    undo = undo if len(undo) <= LONGEST else f"To undo it: {there}"
    return f"To keep it: {there}\n{undo}\n"


def never_applied(names: Sequence[str]) -> str:
    """What was merged and still waits, as Markdown; empty where nothing does."""
    if not names:
        return ""
    ends = accumulate(len(name) + 1 for name in names)
    shown = names[: sum(end <= LONGEST for end in ends)]
    more = [f"and {len(names) - len(shown)} more"] * (len(shown) < len(names))
    told = block("\n".join([*shown, *more]))
    return (
        f"\n### Merged, but not applied\n{told}\n"
        "To apply it: Actions → apply → Run workflow; pick this environment and leave "
        "the digest empty.\n"
    )
