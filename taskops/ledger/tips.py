"""The commits at the refs of a project's ledgers, read and written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from taskops.ledger.document import Document, head_from_json
from taskops.ledger.records import (
    opening_from_json,
    opening_to_json,
    record_from_json,
    record_to_json,
)
from taskops.ledger.shapes import Part, read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.ledger.plumbing import Git
    from taskops.model.record import Record
    from taskops.model.resource import Address

HEAD = "ledger.json"
OPEN = "open.json"
RECORDS = "records/"


@dataclass(frozen=True, slots=True)
class Tip:
    """A ledger at one commit; the empty one is where there is none yet."""

    commit: str
    document: Document
    files: Mapping[str, str] = field(default_factory=dict)
    """Path to blob."""


def path_of(address: Address) -> str:
    """Where the record of an address lies; no name can leave its folder."""
    provider, name = (_safe(part) for part in address)
    return f"{RECORDS}{provider}/{name}.json"


def _safe(name: str) -> str:
    text = quote(name, safe="", errors="surrogatepass")
    return "%2E" + text[1:] if text.startswith(".") else text


def load_tip(git: Git, ref: str, commit: str) -> Tip:
    """The ledger at a commit, strictly read; raises DamagedLedger."""
    files = git.tree(commit)
    paths = [p for p in files if p in (HEAD, OPEN) or p.startswith(RECORDS)]
    blobs = git.blobs(files[path] for path in paths)
    hint = (
        f"`git fetch <remote> {ref}` and `git log FETCH_HEAD` show what it was; "
        f"push a good commit back with `git push --force <remote> COMMIT:{ref}`"
    )

    def part(path: str) -> Part:
        return read_json(blobs[files[path]], f"{ref}:{path}", hint)

    if HEAD not in files:
        raise Part(None, f"{ref}:{HEAD}", hint).damaged("is missing")
    document = head_from_json(part(HEAD))
    if f"refs/taskops/{document.project}/{document.environment}" != ref:
        told = f"is of `{document.project}`, environment `{document.environment}`"
        raise part(HEAD).damaged(told)
    records: dict[Address, Record] = {}
    for path in paths:
        if path.startswith(RECORDS):
            record = record_from_json(part(path))
            if path_of(record.address) != path:
                raise part(path).damaged(f"holds the record of `{record.address}`")
            records[record.address] = record
    opening = opening_from_json(part(OPEN)) if OPEN in files else None
    return Tip(commit, replace(document, records=records, open=opening), files)


def write_files(git: Git, base: Tip, document: Document) -> dict[str, str]:
    """Store what differs from the base; every path of the new tree, to its blob."""
    files = dict(base.files)
    contents = _changed(base, document)
    blobs = git.write_blobs([c for c in contents.values() if c is not None])
    stored = iter(blobs)
    for path, content in contents.items():
        if content is None:
            files.pop(path, None)
        else:
            files[path] = next(stored)
    return files


def _changed(base: Tip, document: Document) -> dict[str, bytes | None]:
    before = base.document
    changed: dict[str, bytes | None] = {
        path_of(address): None
        for address in before.records
        if address not in document.records
    }
    for address, record in document.records.items():
        if before.records.get(address) != record:
            changed[path_of(address)] = write_json(record_to_json(record))
    if not base.commit or before.head() != document.head():
        changed[HEAD] = write_json(document.head())
    if document.open is None:
        changed[OPEN] = None
    elif before.open != document.open:
        changed[OPEN] = write_json(opening_to_json(document.open))
    return changed
