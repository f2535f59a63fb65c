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
            whole = opened.plan(options.plan_options({"refresh": True}))
        watch.clear()
        seen = whole if given["pending"] else _only_drift(whole)
        sheet = replace(sheet_of(seen), drift=True)
        watch.planned(sheet)
        ways = _ways_out(seen, given, alone=bool(_waiting(whole)))
        # What is pasted there approves the whole plan, so all of it must be shown.
        all_shown = seen.digest == whole.digest
        more = both_ways_out(ways, dispatch=all_shown) + never_applied(_waiting(seen))
        after = {"text": ways, "markdown": more}.get(given["form"], "")
        text = rendered(sheet, given["form"], given["color"], after=after)
        watch.code = Exit.CHANGES if seen.effective else Exit.OK
        if seen.errors:
            watch.code = seen.verdict
        plan_on_page(sheet, watch.code, after=more)
        Out(sys.stdout, tolerant=False).write(text, json=given["form"] == "json")
    return watch.code


def _only_drift(plan: Plan) -> Plan:
    """
    The plan without what git moved, with the digest of the rest.

    The digest of the whole plan would approve changes that are not shown.
    """
    from taskops.model.change import Keep
    from taskops.planning.digest import cut

    return cut(
        plan,
        [
            change
            for change in plan.changes
            if isinstance(change, Keep)
            or getattr(change, "origin", "") in ("drift", "conflict")
        ],
    )


def _waiting(plan: Plan) -> list[str]:
    """The names of what git changed and no apply has carried out."""
    return [
        change.address.name
        for change in plan.effective
        if getattr(change, "origin", "") not in ("drift", "conflict")
    ]


def _ways_out(seen: Plan, given: dict[str, Any], *, alone: bool) -> str:
    """Both of them: keep the hand edit, or undo it and nothing else."""
    from taskops.applying.approval import SHORTEST, moved_by_service
    from taskops.applying.keeping import ways_to_keep
    from taskops.cli.next_command import place_words
    from taskops.render.clean import line

    moved = moved_by_service(seen)
    if not moved:
        return ""
    where, digest = place_words(given), seen.digest[:SHORTEST]
    told = map(line, ways_to_keep(moved).lines(where))
    if alone and not given["pending"]:
        where += "".join(f" --select {change.address}" for change in moved)
    undo = f"To undo it: taskops apply{where} --expect-digest {digest}"
    return "".join(f"{one}\n" for one in (*told, undo))
