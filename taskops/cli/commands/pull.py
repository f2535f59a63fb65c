"""`taskops pull`: what is on the service as manifests and code files."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from taskops.cli import options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taskops.cli.pulling import Result

EPILOG = """\b
Examples:
  taskops pull --emulator
  taskops pull price-watch --force
"""


@click.command(epilog=EPILOG)
@click.argument("names", nargs=-1, metavar="[NAME]…")
@options.place
@options.service
@click.option("--force", is_flag=True, help="Overwrite files that say otherwise.")
@options.talk
def command(names: tuple[str, ...], **given: Any) -> int:
    """Write what is on the service as manifests and code; all tasks without NAME."""
    from taskops.cli.pulling import pull
    from taskops.cli.streams import Out
    from taskops.cli.watching import watching
    from taskops.cli.wiring import session

    with watching(None) as watch:
        with session(options.wanted_from(given), watch.listener) as opened:
            result = pull(opened, names, force=given["force"])
        watch.clear()
        watch.code = _code(result, bool(names))
        out = Out(sys.stdout)
        out.write("".join(f"{line}\n" for line in _lines(result, names, given)))
    return watch.code


def _code(result: Result, named: bool) -> int:
    """1 where something that was asked for did not happen."""
    from taskops.errors import Exit

    failed = result.refused or (named and result.left_out)
    return Exit.FAILED if failed else Exit.OK


def _lines(
    result: Result, names: tuple[str, ...], given: dict[str, Any]
) -> Iterator[str]:
    from taskops.render.clean import line

    for file in sorted(result.files):
        yield f"{result.files[file]} {line(file)}"
    for left in result.left_out:
        yield f"left out: {line(left.name)}: {line(left.why)}"
    for note in result.notes:
        yield f"note: {line(note)}"
    yield from _variables(result.variables)
    yield from _ending(result, names, given)


def _variables(names: list[str]) -> Iterator[str]:
    from taskops.manifests.references import PREFIX

    if names:
        yield "\nSecrets are not written; set what the manifests read:"
    for name in names:
        yield f"  export {PREFIX}{name}=…"


def _ending(
    result: Result, names: tuple[str, ...], given: dict[str, Any]
) -> Iterator[str]:
    import shlex

    from taskops.cli.next_command import place_words
    from taskops.render.words import counted

    where = place_words(given, shape=False)
    if result.refused:
        files = counted(len(result.refused), "file")
        again = "".join(f" {shlex.quote(name)}" for name in names)
        yield f"\n{files} marked `!` would be overwritten, so nothing of it was written"
        yield f"To overwrite: taskops pull{again} --force{where}"
    elif not result.files:
        told = "" if result.left_out else ": the files say what the service has"
        yield f"nothing to write{told}"
    else:
        yield f"\nNext: taskops plan{where}"
