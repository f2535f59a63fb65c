"""`taskops show`: a saved plan as a person or a program wants it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from taskops.cli import options

if TYPE_CHECKING:
    from taskops.cli.streams import Color

EPILOG = """\b
Example:
  taskops show plan.json --format markdown
"""


@click.command(epilog=EPILOG)
@click.argument("plan_file", metavar="PLAN", type=click.Path())
@options.form
@options.verbose
@options.talk
def command(
    *, plan_file: str, form: str, verbose: bool, color: Color, debug: bool
) -> None:
    """Show a plan that `taskops plan --out` saved."""
    del debug
    from taskops.cli.forms import rendered
    from taskops.cli.plan_files import read_sheet, require_whole
    from taskops.cli.streams import Out

    sheet = read_sheet(plan_file)
    require_whole(sheet, plan_file)
    text = rendered(sheet, form, color, verbose=verbose)
    Out(sys.stdout, tolerant=False).write(text, json=form == "json")
