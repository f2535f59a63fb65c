"""What runs returned: as files, and again from the reports that were kept."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from taskops.ledger.disk import replace_file
from taskops.model.values import digest, frozen, thaw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from taskops.cli.wiring import Session
    from taskops.model.plan import Outcome, Report
    from taskops.model.record import Record
    from taskops.model.resource import Address
    from taskops.model.values import Tree

LONGEST_NAME = 120
"""Characters of a name that go into a file's name."""


def write_results(folder: Path, report: Report) -> str:
    """One file for each run that ended; why it could not be, empty where it was."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for outcome in report.outcomes:
            if outcome.result and outcome.status != "in_progress":
                name = file_name(outcome.address)
                # Half a surrogate pair is JSON only when it is spelt out.
                text = _document(outcome).encode("utf-8", "backslashreplace")
                replace_file(folder / name, text)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def file_name(address: Address) -> str:
    """A name that every disk takes, and that two addresses never share."""
    name = address.name
    if len(name) > LONGEST_NAME:
        short = hashlib.sha256(name.encode()).hexdigest()[:12]
        name = f"{name[:LONGEST_NAME]}-{short}"
    return f"{address.provider}--{name}.json"


def _document(outcome: Outcome) -> str:
    job = outcome.record.job if outcome.record is not None else None
    document = {
        "format_version": 1,
        "address": str(outcome.address),
        "status": outcome.status,
        "detail": outcome.detail,
        "run": job.poll_id if job is not None else "",
        "revision": job.digest if job is not None else "",
        **{key: thaw(value) for key, value in outcome.result.items()},
    }
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def kept_results(home: Path, records: Sequence[Record]) -> dict[Address, Tree]:
    """Results that a kept report holds, known by the digest in the ledger."""
    wanted = {
        (str(record.address), record.job.result): record.address
        for record in records
        if record.job is not None and record.job.result
    }
    found: dict[Address, Tree] = {}
    paths = sorted((home / ".taskops" / "reports").glob("*.json"), reverse=True)
    for path in paths if wanted else ():
        for key, result in _outcomes(path):
            if (at := wanted.get(key)) is not None:
                found.setdefault(at, result)
    return found


def _outcomes(path: Path) -> list[tuple[tuple[str, str], Tree]]:
    """Results of a report by address and digest; a file that is no report has none."""
    try:
        rows = json.loads(path.read_text("utf-8"))["outcomes"]
        results = [(str(row["address"]), frozen(row["result"])) for row in rows]
        return [((address, digest(result)), result) for address, result in results]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return []
    except RecursionError:  # nested deeper than Python reads
        return []


def asked_results(opened: Session, records: Sequence[Record]) -> dict[Address, Tree]:
    """What the services say of the runs now; raises TaskopsError."""
    found: dict[Address, Tree] = {}
    for record in records:
        if record.kind != "agent" or record.job is None or not record.job.poll_id:
            continue
        provider = opened.provider(record.address.provider, writable=False)
        state = provider.poll(record.job)
        if state.result:
            found[record.address] = state.result
    return found
