"""What the ledger knows, as people read it and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.model.values import canonical
from taskops.render import clean
from taskops.render.paint import BARE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskops.model.record import Job, Record
    from taskops.render.paint import Look


def records_text(records: Sequence[Record], look: Look = BARE) -> str:
    """One line for each record."""
    names = [clean.line(str(record.address)) for record in records]
    column = min(max(map(len, names), default=0), 60)
    lines = [
        f"{name:<{column}}  {_told(record, look)}".rstrip()
        for name, record in zip(names, records, strict=True)
    ]
    return "".join(f"{look.fit(line)}\n" for line in lines)


def _told(record: Record, look: Look) -> str:
    told: list[str] = [record.kind]
    if record.version:
        told.append(clean.line(f"version {record.version}"))
    if record.kind == "code":
        told.append("published" if record.live else "draft")
    for word, job in (("", record.job), ("next ", record.next)):
        if job is not None:
            told.append(f"{word}{_job(job)}")
    if record.protected:
        told.append("protected")
    if record.name != record.address.name:
        told.append(clean.line(f"as {record.name}"))
    if known := _id(record):
        told.append(look.paint(clean.line(f"id {known}"), "dim"))
    if record.source.commit:
        told.append(look.paint(clean.line(f"@ {record.source.commit[:7]}"), "dim"))
    return ", ".join(told)


def _id(record: Record) -> str:
    """Of an agent's runs, the id of the one whose state is told."""
    run = record.job is not None and record.kind == "agent" and record.job.poll_id
    return run or record.id


def _job(job: Job) -> str:
    tries = f", attempt {job.attempt}" if job.attempt > 1 else ""
    said = f": {clean.line(job.error)}" if job.error else ""
    return f"{job.status}{tries}{said}"


def records_json(records: Sequence[Record]) -> str:
    """The same as one JSON document; no field values, so no secrets."""
    data = [
        {
            "address": str(record.address),
            "kind": record.kind,
            "id": _id(record),
            "name": record.name,
            "version": record.version,
            "draft": record.draft,
            "live": record.live,
            "protected": record.protected,
            "job": _job_data(record.job),
            "next": _job_data(record.next),
            "source": {"path": record.source.path, "commit": record.source.commit},
        }
        for record in records
    ]
    document = {"format_version": 1, "records": data}
    return canonical(document).decode("utf-8", "replace") + "\n"


def _job_data(job: Job | None) -> object:
    if job is None:
        return None
    return {
        "status": job.status,
        "digest": job.digest,
        "attempt": job.attempt,
        "error": job.error,
        "ids": dict(job.ids),
    }
