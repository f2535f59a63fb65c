"""What the service would say, as far as the ledger knows: plans without a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.model.resource import Observed, Reading, Target, Version

if TYPE_CHECKING:
    from taskops.model.record import LedgerState, Record


def reading_from_ledger(provider: str, state: LedgerState) -> Reading:
    """Every record of the provider as if its object had just been observed."""
    return Reading(
        state.targets.get(provider, Target("")),
        tuple(
            _observed(record)
            for address, record in state.records.items()
            if address.provider == provider and record.id
        ),
    )


def _observed(record: Record) -> Observed:
    known = Version.of(record.spec) if record.spec else None
    return Observed(
        provider=record.address.provider,
        id=record.id,
        name=record.name,
        language="typescript" if record.kind == "code" else "workflow",
        draft=_version(record.draft, known),
        latest=_version(record.live, known),
        version=record.version,
        status="ready",
    )


def _version(told: str | None, known: Version | None) -> Version | None:
    if told is None:
        return None
    if known is not None and known.digest == told:
        return known
    return Version(told)
