"""The records that a name on the command line means."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from taskops.errors import UsageError

if TYPE_CHECKING:
    from taskops.model.record import Record


def named(records: list[Record], name: str | None) -> list[Record]:
    """The records of that name or address, all without one; raises UsageError."""
    if name is None:
        return sorted(records, key=lambda record: record.address)
    found = [r for r in records if name in (r.address.name, str(r.address))]
    if not found:
        close = get_close_matches(name, [r.address.name for r in records], 1)
        raise UsageError(
            f"`{name}` is not in the ledger",
            hint=f"did you mean `{close[0]}`?"
            if close
            else "`taskops status` without a name lists what is; apply puts it there",
        )
    return found
