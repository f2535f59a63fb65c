"""`taskops drift`: a view of the plan that only looks at what moved by itself."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from taskops.cli import options

if TYPE_CHECKING:
    from taskops.model.plan import Plan

EPILOG = """\b
Examples:
  taskops drift --env production
  taskops drift --pending --format markdown
"""


@click.command(epilog=EPILOG)
@options.place
@options.service
@click.option("--pending", is_flag=True, help="Also what was merged and never applied.")
@options.form
@options.json_into
@options.talk
def command(**given: Any) -> int:
    """Tell what moved on the service outside git; exit 2 if something did."""
    from taskops.cli.forms import rendered
    from taskops.cli.github_outputs import (
        both_ways_out,
        never_applied,
        plan_on_page,
    )
    from taskops.cli.streams import Out
    from taskops.cli.watching import watching
    from taskops.cli.wiring import session
    from taskops.errors import Exit
    from taskops.render.walk import sheet_of

    with watching(given["json_into"], given["color"]) as watch:
        with session(options.wanted_from(given), watch.listener) as opened:
            plan = opened.plan(options.plan_options({"refresh": True}))
        watch.clear()
        seen = _only_drift(plan, pending=given["pending"])
        sheet = replace(sheet_of(seen), drift=True)
        watch.planned(sheet)
        text = rendered(sheet, given["form"], given["color"])
        if given["form"] == "text":
            text += _ways_out(plan, given)
        more = both_ways_out(_ways_out(plan, given)) + never_applied(_waiting(seen))
        if given["form"] == "markdown":
            text += more
        watch.code = Exit.CHANGES if seen.effective else Exit.OK
        if seen.errors:
            watch.code = seen.verdict
        plan_on_page(sheet, watch.code, after=more)
        Out(sys.stdout, tolerant=False).write(text, json=given["form"] == "json")
    return watch.code


def _only_drift(plan: Plan, *, pending: bool) -> Plan:
    """The plan without what git moved, unless that is asked for too."""
    from taskops.model.change import Keep

    kept = tuple(
        change
        for change in plan.changes
        if isinstance(change, Keep)
        or pending
        or getattr(change, "origin", "") in ("drift", "conflict")
    )
    return replace(plan, changes=kept)


def _waiting(plan: Plan) -> list[str]:
    """The names of what git changed and no apply has carried out."""
    return [
        change.address.name
        for change in plan.effective
        if getattr(change, "origin", "") not in ("drift", "conflict")
    ]


def _ways_out(plan: Plan, given: dict[str, Any]) -> str:
    """Both of them: keep the hand edit, or undo it."""
    from taskops.applying.approval import SHORTEST, moved_by_service
    from taskops.applying.keeping import ways_to_keep
    from taskops.cli.next_command import place_words
    from taskops.render.clean import line

    moved = moved_by_service(plan)
    if not moved:
        return ""
    where, digest = place_words(given), plan.digest[:SHORTEST]
    told = map(line, ways_to_keep(moved).lines(where))
    undo = f"To undo it: taskops apply{where} --expect-digest {digest}"
    return "".join(f"{one}\n" for one in (*told, undo))
