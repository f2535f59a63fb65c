"""`taskops run`: run what was deployed, wait, and tell what came out."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from taskops.cli import options
from taskops.cli.boundary import tell
from taskops.cli.completion import task_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskops.cli.running import Attempt
    from taskops.cli.wiring import Session

EPILOG = """\b
Examples:
  taskops run hello --input ANCHOR_URL=https://example.com --emulator
  taskops run hello price-watch --junit runs.xml
  taskops run --cancel morning-briefing
"""


@click.command(epilog=EPILOG)
@click.argument(
    "names", nargs=-1, required=True, metavar="NAME…", shell_complete=task_names
)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="KEY=VALUE",
    help="For each of the tasks; those of code begin with ANCHOR_.",
)
@options.place
@options.service
@click.option(
    "--deadline",
    type=click.FloatRange(min=0.01, max=24 * 60),
    default=30.0,
    show_default=True,
    metavar="MINUTES",
    help="How long to wait for the end.",
)
@click.option(
    "--junit",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Write the results as JUnit XML too.",
)
@click.option(
    "--cancel", is_flag=True, help="Stop the runs of these agent tasks instead."
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@options.talk
def command(names: tuple[str, ...], **given: Any) -> int:
    """Run deployed tasks and wait; 0 if all of them succeed. Runs cost money."""
    from taskops.cli.next_command import place_words
    from taskops.cli.runnables import runnables
    from taskops.cli.running import run_tasks, worst
    from taskops.cli.streams import Out
    from taskops.cli.wiring import session
    from taskops.errors import Exit
    from taskops.render.clean import line

    inputs = _inputs(given["inputs"])
    with session(options.wanted_from(given)) as opened:
        if given["cancel"]:
            return _cancel(opened, names)
        where = place_words(given, shape=False)
        attempts = runnables(opened, names, inputs, where=where)
        suite = f"{opened.project.name} {opened.project.environment.name}"
        try:
            told = given["deadline"] * 60, lambda text: tell(line(text))
            run_tasks(opened, attempts, *told)
        finally:
            # What was paid for is told, whatever ends the wait.
            written = _write_junit(given["junit"], suite, attempts)
    out = Out(sys.stdout, tolerant=False)
    if given["as_json"]:
        out.write(_json(attempts), json=True)
    else:
        out.write(_text(attempts, given["color"]))
    return max(worst(attempts), Exit.OK if written else Exit.FAILED)


def _cancel(opened: Session, names: Sequence[str]) -> int:
    from taskops.cli.cancelling import cancel
    from taskops.cli.named import named
    from taskops.cli.streams import Out
    from taskops.errors import Exit
    from taskops.render.clean import line

    known = list(opened.ledger.read().records.values())
    records = [record for name in names for record in named(known, name)]
    # Whether or not anybody reads it, the next one is stopped too.
    out = Out(sys.stdout)
    for told in cancel(opened, records):
        out.write(f"{line(told)}\n")
    return Exit.FAILED if out.failed else Exit.OK


def _inputs(given: Sequence[str]) -> dict[str, str]:
    from taskops.errors import UsageError

    inputs: dict[str, str] = {}
    for pair in given:
        key, equals, value = pair.partition("=")
        if not (key and equals):
            # The whole of it is not repeated: it may be a secret.
            raise UsageError(
                "an --input has no name or no `=`",
                "it is KEY=VALUE",
                "write --input ANCHOR_URL=https://example.com",
            )
        if any("\ud800" <= sign <= "\udfff" for sign in pair):
            raise UsageError("an --input is not UTF-8", hint="write it in UTF-8")
        inputs[key] = value
    return inputs


def _text(attempts: Sequence[Attempt], color: Any) -> str:
    from taskops.cli.streams import look_of
    from taskops.render.clean import line, lines
    from taskops.render.words import counted

    look = look_of(sys.stdout, os.environ, color)
    parts = []
    for attempt in attempts:
        status = look.paint(
            line(attempt.status), "blue" if attempt.verdict == "passed" else "crimson"
        )
        parts.append(f"{line(attempt.name)}: {status}, {attempt.seconds:.1f} s\n")
        parts += [f"    {text}\n" for text in lines(attempt.text).splitlines()]
    good = sum(attempt.verdict == "passed" for attempt in attempts)
    parts.append(f"\nRun: {counted(len(attempts), 'task')}, {good} succeeded.\n")
    return "".join(parts)


def _json(attempts: Sequence[Attempt]) -> str:
    runs = [
        {
            "name": attempt.name,
            "kind": attempt.task.kind,
            "run": attempt.run.id if attempt.run is not None else "",
            "status": attempt.status,
            "succeeded": attempt.verdict == "passed",
            "seconds": round(attempt.seconds, 3),
            "output" if attempt.verdict == "passed" else "error": attempt.text,
        }
        for attempt in attempts
    ]
    return json.dumps({"format_version": 1, "runs": runs}, indent=2) + "\n"


def _write_junit(path: str | None, suite: str, attempts: Sequence[Attempt]) -> bool:
    """Whether all is well; the results themselves are printed in any case."""
    if path is None:
        return True
    from pathlib import Path

    from taskops.render.junit import Case, junit_xml

    cases = [
        Case(a.name, suite, a.verdict, a.status, a.text, a.seconds) for a in attempts
    ]
    try:
        Path(path).write_text(junit_xml(suite, cases), "utf-8")
    except OSError as error:
        tell(f"`{path}` could not be written: {error.strerror or error}")
        return False
    return True
