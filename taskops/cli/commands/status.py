"""`taskops status`: what the ledger knows."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from taskops.cli import options
from taskops.cli.completion import task_names
from taskops.model.moment import utc
from taskops.model.values import canonical
from taskops.render import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taskops.cli.wiring import Session
    from taskops.ledger.log import Entry

EPILOG = """\b
Examples:
  taskops status
  taskops status price-watch --live
  taskops status --log
  taskops status --log --format html > applies.html
"""


@click.command(epilog=EPILOG)
@click.argument("name", required=False, shell_complete=task_names)
@options.place
@options.service
@click.option("--live", is_flag=True, help="Ask the service too: versions, runs.")
@click.option("--log", "log", is_flag=True, help="Who applied what, when.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    show_default=True,
    help="`html` is for --log: one page with every apply.",
)
@options.talk
def command(**given: Any) -> int:
    """Tell what the ledger knows of the tasks that are ours."""
    from taskops.cli.streams import Out
    from taskops.cli.wiring import session
    from taskops.errors import Exit, UsageError

    if given["form"] == "html" and not given["log"]:
        raise UsageError(
            "--format html shows the log, and --log is missing",
            hint="run `taskops status --log --format html`",
        )
    with session(options.wanted_from(given)) as opened:
        text = _log(opened, given["form"]) if given["log"] else _state(opened, given)
    Out(sys.stdout, tolerant=False).write(text, json=given["form"] == "json")
    return Exit.OK


def _state(opened: Session, given: dict[str, Any]) -> str:
    from taskops.cli.named import named
    from taskops.cli.results import asked_results, kept_results
    from taskops.cli.service_status import service_status
    from taskops.cli.streams import look_of
    from taskops.render.ledger_text import records_json, records_text
    from taskops.render.returned import result_lines

    ledger = opened.ledger
    state = ledger.read()
    records = named(list(state.records.values()), given["name"])
    if given["form"] == "json":
        return records_json(records)
    look = look_of(sys.stdout, os.environ, given["color"])
    text = records_text(records, look)
    lines = service_status(opened, records) if given["live"] else {}
    results = kept_results(opened.home, records)
    if given["live"]:
        results = asked_results(opened, records) | results
    for address, result in results.items():
        lines[address] = [*lines.get(address, []), *result_lines(result)]
    if lines:
        text = ""
        for record in records:
            text += records_text([record], look)
            text += "".join(f"    {line}\n" for line in lines.get(record.address, []))
    text = text or f"{ledger.describe()}: nothing is ours yet\n"
    if (held := state.open) is not None:
        who = clean.line(f"{held.actor} ({held.run or held.host})")
        text += f"open: apply {clean.line(held.apply)} by {who} since "
        text += f"{_when(held.started)}\n"
    return text


def _log(opened: Session, form: str) -> str:
    """Every apply, the last one first; what others wrote into the ledger is cleaned."""
    from taskops.ledger import history
    from taskops.render.timeline import timeline_html

    entries = history(opened.ledger)
    if form == "html":
        project = opened.project
        return timeline_html(entries, project.name, project.environment.name)
    if form == "json":
        rows = [_entry(entry) for entry in entries]
        document = {"format_version": 1, "applies": rows}
        return canonical(document).decode("utf-8", "replace") + "\n"
    told = [clean.line(part) for entry in entries for part in _words(entry)]
    return "".join(f"{part}\n" for part in told) or "nobody has applied anything yet\n"


def _entry(entry: Entry) -> dict[str, object]:
    return {
        "apply": entry.apply,
        "when": _when(entry.when),
        "actor": entry.actor,
        "host": entry.host,
        "run": entry.run,
        "plan": entry.plan,
        "commit": entry.commit,
        "message": entry.message,
        "closed": entry.closed,
    }


def _words(entry: Entry) -> Iterator[str]:
    commit = f" @ {entry.commit[:7]}" if entry.commit else ""
    plan = f", plan {entry.plan[:12]}" if entry.plan else ""
    where = entry.run or entry.host
    yield f"{_when(entry.when)}  {entry.actor} ({where}){commit}{plan}"
    yield f"    {entry.message}{'' if entry.closed else ' (never closed)'}"


def _when(seconds: float) -> str:
    when = utc(seconds)
    return f"{seconds:g}" if when is None else f"{when:%Y-%m-%d %H:%M:%SZ}"
