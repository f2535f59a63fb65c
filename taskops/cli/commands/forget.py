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

SECONDS = 60.0
"""How long the ledger is held for it, at the most."""


@click.command(epilog=EPILOG)
@click.argument(
    "names", nargs=-1, required=True, metavar="NAME…", shell_complete=task_names
)
@options.place
@options.service
@options.talk
def command(names: tuple[str, ...], **given: Any) -> int:
    """Stop managing tasks; delete nothing."""
    from taskops.cli.commands.status import named
    from taskops.cli.repository import who
    from taskops.cli.streams import Out
    from taskops.cli.wiring import session
    from taskops.errors import Exit
    from taskops.model.record import Closing, Opening
    from taskops.render import clean

    with session(options.wanted_from(given)) as opened:
        state = opened.ledger.read()
        records = list(state.records.values())
        found = [record for name in names for record in named(records, name)]
        person, apply = who(opened.home, opened.environ), opened.clock.uuid()
        now = opened.clock.wall()
        opening = Opening(
            apply,
            "",
            person.actor,
            person.host,
            person.run,
            started=now,
            expires=now + SECONDS,
        )
        opened.ledger.open(opening, state.revision)
        told = clean.line(", ".join(str(record.address) for record in found))
        kept = opened.ledger.close(
            Closing(
                {record.address: None for record in found},
                state.targets,
                f"forget: {told}",
                {"Taskops-Apply": apply, "Taskops-Run": person.run},
            )
        )
    Out(sys.stdout).write(f"forgotten: {told}\n")
    return Exit.PARTIAL if kept else Exit.OK
