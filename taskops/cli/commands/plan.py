"""`taskops plan`: what apply would do, and why; nothing is written."""

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
  taskops plan --emulator
  taskops plan --env production --out plan.json
  taskops plan --against ledger --format markdown
"""


@click.command(epilog=EPILOG)
@options.place
@options.starting
@options.shape
@click.option(
    "--against",
    type=click.Choice(["service", "ledger"]),
    default="service",
    show_default=True,
    help="`ledger` compares with what was applied last, and needs no key.",
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Save the plan for `taskops apply FILE`.",
)
@options.form
@options.verbose
@click.option(
    "--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes."
)
@options.json_into
@options.talk
def command(**given: Any) -> int:
    """Show what apply would do; write nothing."""
    from taskops.cli.watching import watching

    # Whoever waits sees a first line before the rest is loaded.
    with watching(given["json_into"], given["color"]) as watch:
        from taskops.cli.boundary import tell
        from taskops.cli.forms import rendered
        from taskops.cli.github_outputs import plan_on_page
        from taskops.cli.next_command import next_command
        from taskops.cli.plan_files import save
        from taskops.cli.settings_moved import settings_moved
        from taskops.cli.streams import Out
        from taskops.cli.wiring import session
        from taskops.render.walk import sheet_of
        from taskops.render.words import none_found

        with session(options.wanted_from(given), watch.listener) as opened:
            asked = options.plan_options(given, against=given["against"])
            plan = opened.plan(asked)
        watch.clear()
        settings = settings_moved(opened.home, opened.environ)
        sheet = replace(sheet_of(plan, options.shape_of(given)), settings=settings)
        watch.planned(sheet)
        if given["out"]:
            save(sheet, given["out"])
        text = rendered(
            sheet,
            given["form"],
            given["color"],
            next_command=next_command(plan, given),
            verbose=given["verbose"],
        )
        watch.code = exit_code(plan, detailed=given["detailed_exitcode"])
        plan_on_page(sheet, watch.code)
        Out(sys.stdout, tolerant=False).write(text, json=given["form"] == "json")
        if not plan.changes and not plan.problems:
            # Nothing is declared, and nothing is ours: the files may be elsewhere.
            tell(none_found(opened.project.manifests))
    return watch.code


def exit_code(plan: Plan, *, detailed: bool) -> int:
    """8 or 9 with problems; 2 with changes if that was asked for; else 0."""
    from taskops.errors import Exit

    if plan.errors:
        return plan.verdict
    return Exit.CHANGES if detailed and plan.effective else Exit.OK
