"""`taskops emulator`: the account of `--emulator` for other clients."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import click

EPILOG = """\b
Example:
  taskops emulator --port 8484
  ANCHORBROWSER_BASE_URL=http://127.0.0.1:8484 ANCHORBROWSER_API_KEY=any taskops plan
"""


@click.command(epilog=EPILOG)
@click.option(
    "-C", "--directory", default=".", metavar="DIR", help="Where the project is."
)
@click.option("--port", default=8484, show_default=True, help="0 takes a free one.")
@click.option("--db", metavar="FILE", help="Another file, or `:memory:`.")
@click.option(
    "--behaviour",
    "behaviours",
    multiple=True,
    metavar="NAME=ANSWER",
    help="An answer to what the vendors leave open; see --behaviours.",
)
@click.option("--behaviours", "listed", is_flag=True, help="List them and leave.")
def command(
    directory: str,
    port: int,
    db: str | None,
    behaviours: tuple[str, ...],
    listed: bool,
) -> None:
    """Serve an account of all three services on this machine."""
    from taskops.cli.emulated import open_account
    from taskops.emulator.behaviours import KNOBS, UnknownKnobError
    from taskops.emulator.server import serve

    if listed:
        for name, knob in KNOBS.items():
            answers = ", ".join(knob.answers)
            click.echo(f"{name}: {knob.question}\n    {answers}")
        return
    chosen = dict(pair.partition("=")[::2] for pair in behaviours)
    try:
        account = open_account(db or _file(directory), chosen)
    except UnknownKnobError as error:
        raise click.UsageError(f"{error}; --behaviours lists them") from error
    try:
        server = serve(account, port=port)
    except (OSError, OverflowError) as error:
        hint = "; --port 0 takes a free one"
        raise click.UsageError(f"port {port} cannot be used{hint}") from error
    click.echo(f"serving on {server.url}, Ctrl-C ends it", err=True)
    click.echo(f"ANCHORBROWSER_BASE_URL={server.url}")
    click.echo(f"BROWSER_USE_BASE_URL={server.url}/browser-use/api/v2")
    click.echo(f"STABLEBROWSE_BASE_URL={server.url}/stablebrowse")
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.wait()
    except KeyboardInterrupt:
        server.close()
        account.close()


def _file(directory: str) -> str:
    from taskops.cli.emulated import emulator_file
    from taskops.manifests.project import find_project

    return str(emulator_file(find_project(Path(directory))))
