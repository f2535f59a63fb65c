"""`taskops status`: what the ledger knows."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from taskops.cli import options

if TYPE_CHECKING:
    from taskops.ledger.log import Entry
    from taskops.model.record import Job, Record

EPILOG = """\b
Examples:
  taskops status
  taskops status price-watch
  taskops status --log
"""


@click.command(epilog=EPILOG)
@click.argument("name", required=False)
@options.place
@options.service
@click.option("--log", "log", is_flag=True, help="Who applied what, when.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@options.talk
def command(**given: Any) -> int:
    """Tell what the ledger knows of the tasks that are ours."""
    from taskops.cli.streams import Out
    from taskops.cli.wiring import session

    with session(options.wanted_from(given)) as opened:
        if given["log"]:
            from taskops.ledger import history

            text = _log(list(history(opened.ledger)), given["form"])
        else:
            records = list(opened.ledger.read().records.values())
            text = _records(_named(records, given["name"]), given["form"])
            text = text or f"{opened.ledger.describe()}: nothing is ours yet\n"
    Out(sys.stdout, tolerant=False).write(text)
    return 0


def _named(records: list[Record], name: str | None) -> list[Record]:
    from taskops.errors import UsageError

    if name is None:
        return sorted(records, key=lambda record: record.address)
    found = [r for r in records if name in (r.address.name, str(r.address))]
    if not found:
        from difflib import get_close_matches

        close = get_close_matches(name, [r.address.name for r in records], 1)
        raise UsageError(
            f"`{name}` is not in the ledger",
            hint=f"did you mean `{close[0]}`?" if close else "run `taskops status`",
        )
    return found


def _records(records: list[Record], form: str) -> str:
    if form == "json":
        rows = [
            {
                "address": str(record.address),
                "id": record.id,
                "name": record.name,
                "kind": record.kind,
                "version": record.version,
                "published": record.live is not None,
                "protected": record.protected,
                "job": _job(record.next or record.job),
                "commit": record.source.commit,
                "manifest": record.source.path,
            }
            for record in records
        ]
        return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
    width = max((len(str(record.address)) for record in records), default=0)
    return "".join(f"  {str(r.address).ljust(width)}   {_state(r)}\n" for r in records)


def _job(job: Job | None) -> dict[str, object] | None:
    if job is None:
        return None
    return {"status": job.status, "ids": dict(job.ids), "error": job.error}


def _state(record: Record) -> str:
    parts = []
    if record.kind == "code":
        live = f"version {record.version}" if record.version else "live"
        parts.append(live if record.live else "draft only")
    job = record.next or record.job
    if job is not None:
        parts.append(f"{job.status}{f': {job.error}' if job.error else ''}")
    if record.protected:
        parts.append("protected")
    if record.source.commit:
        parts.append(f"applied from {record.source.commit[:7]}")
    return ", ".join(parts)


def _log(entries: list[Entry], form: str) -> str:
    if form == "json":
        rows = [
            {
                "apply": e.apply,
                "when": _when(e.when),
                "actor": e.actor,
                "host": e.host,
                "run": e.run,
                "plan": e.plan,
                "commit": e.commit,
                "message": e.message,
            }
            for e in entries
        ]
        return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
    if not entries:
        return "nobody has applied anything here yet\n"
    told = []
    for e in entries:
        where = e.run or e.host
        commit = f"  commit {e.commit[:7]}" if e.commit else ""
        told.append(f"{_when(e.when)}  {e.actor} ({where}){commit}\n    {e.message}\n")
    return "".join(told)


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
