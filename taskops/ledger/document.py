"""What a ledger says, whole, apart from where it is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from taskops.errors import UsageError
from taskops.ledger.plain import plain_record
from taskops.ledger.records import (
    opening_from_json,
    opening_to_json,
    record_from_json,
    record_to_json,
)
from taskops.ledger.seal import require_seal, sealed
from taskops.ledger.shapes import read_json, write_json
from taskops.model.record import LedgerState
from taskops.model.resource import Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from taskops.ledger.shapes import Part
    from taskops.model.record import Closing, Opening, Record
    from taskops.model.resource import Address

FORMAT = 1

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def require_names(project: str, environment: str) -> None:
    """Refuse what cannot be part of a ref or of a path; raises UsageError."""
    for what, name in (("project", project), ("environment", environment)):
        if not NAME.fullmatch(name):
            raise UsageError(
                f"`{name}` cannot be the name of a ledger's {what}",
                "",
                "use lower-case letters, digits and dashes, 63 at most",
            )


@dataclass(frozen=True, slots=True)
class Document:
    """The content of one environment's ledger."""

    project: str
    environment: str
    records: Mapping[Address, Record] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)
    open: Opening | None = None

    def with_records(self, moved: Mapping[Address, Record | None]) -> Document:
        """A copy with what moved; None drops a record."""
        records = {a: r for a, r in self.records.items() if a not in moved}
        records |= {a: r for a, r in moved.items() if r is not None}
        return replace(self, records=records)

    def closed(self, closing: Closing) -> Document:
        """A copy as an apply leaves it."""
        after = self.with_records(closing.records)
        targets = {**self.targets, **closing.targets}
        return replace(after, targets=targets, open=None)

    def state(self, revision: str, others: Iterable[Document] = ()) -> LedgerState:
        """As the planner sees it, with what other environments own."""
        return LedgerState(
            exists=bool(revision),
            records=MappingProxyType(dict(self.records)),
            targets=MappingProxyType(dict(self.targets)),
            open=self.open,
            revision=revision,
            owned_elsewhere=self._owned_by(others),
        )

    def _owned_by(self, others: Iterable[Document]) -> Mapping[tuple[str, str], str]:
        owned: dict[tuple[str, str], str] = {}
        for other in others:
            for address, record in other.records.items():
                # Without a target of ours, nothing says that it is another one.
                theirs = other.targets.get(address.provider)
                ours = self.targets.get(address.provider, theirs)
                if record.id and ours == theirs:
                    owned[address.provider, record.id] = other.environment
        return MappingProxyType(owned)

    def head(self) -> dict[str, object]:
        """Everything but records and the opening, as plain data."""
        return {
            "format": FORMAT,
            "project": self.project,
            "environment": self.environment,
            "target": {
                provider: {"origin": target.origin, "team": target.team}
                for provider, target in self.targets.items()
            },
        }

    def to_bytes(self) -> bytes:
        """The whole as one JSON file."""
        ordered = sorted(self.records.items())
        text = write_json(
            self.head()
            | {
                "records": [record_to_json(record) for _, record in ordered],
                "open": None if self.open is None else opening_to_json(self.open),
            }
        )
        return sealed(text)


def document_from_bytes(data: bytes, place: str, hint: str) -> Document:
    """The ledger in one JSON file; raises DamagedLedger."""
    part = read_json(data, place, hint)
    document = head_from_json(part)
    require_seal(data, part)
    records: dict[Address, Record] = {}
    for item in part.items("records"):
        record = plain_record(item.value) or record_from_json(item)
        if record.address in records:
            raise item.damaged(f"a second record of `{record.address}`")
        records[record.address] = record
    opening = part.part("open")
    return replace(
        document,
        records=records,
        open=None if opening.value is None else opening_from_json(opening),
    )


def head_from_json(part: Part) -> Document:
    """A ledger without its records; refuses another version of the format."""
    told = part.part("format")
    number = part.whole("format")
    if number > FORMAT:
        raise told.damaged(f"`{number}` was written by a newer taskops")
    if number != FORMAT:
        raise told.damaged(f"must be `{FORMAT}`")
    return Document(
        part.need("project"),
        part.need("environment"),
        targets={
            provider: Target(target.text("origin"), target.text("team"))
            for provider, target in part.parts("target")
        },
    )
