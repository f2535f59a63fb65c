"""`taskops forget`: the ledger lets go; nothing on the service is touched."""

from __future__ import annotations

import sys
from typing import Any

import click

from taskops.cli import options
from taskops.cli.completion import task_names

EPILOG = """\b
Example:
  taskops forget price-watch
"""


@click.command(epilog=EPILOG)
@click.argument(
    "names", nargs=-1, required=True, metavar="NAME…", shell_complete=task_names
)
@options.place
@options.service
@options.talk
def command(names: tuple[str, ...], **given: Any) -> int:
    """Stop managing tasks; delete nothing."""
    from taskops.cli.named import named
    from taskops.cli.streams import Out
    from taskops.cli.wiring import session
    from taskops.cli.writing_down import write_down
    from taskops.errors import Exit
    from taskops.render import clean

    with session(options.wanted_from(given)) as opened:
        state = opened.ledger.read()
        records = list(state.records.values())
        found = [record for name in names for record in named(records, name)]
        told = clean.line(", ".join(str(record.address) for record in found))
        gone = dict.fromkeys(record.address for record in found)
        apply = opened.clock.uuid()
        if not write_down(opened, state, gone, f"forget: {told}", apply=apply):
            return Exit.PARTIAL
    Out(sys.stdout).write(f"forgotten: {told}\n")
    return Exit.OK
