"""Seconds since the epoch as a moment: a ledger may hold what no calendar has."""

from __future__ import annotations

from datetime import UTC, datetime


def utc(seconds: float) -> datetime | None:
    """The moment in UTC; None where no calendar has it."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
