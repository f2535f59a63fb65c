"""Who holds a ledger, in words, and what happened to the one who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.errors import LedgerMoved, Locked
from taskops.model.moment import utc

if TYPE_CHECKING:
    from taskops.model.record import Opening


def locked(holder: Opening | None, hint: str) -> Locked:
    """Another apply holds the ledger: who, since when, where, until when."""
    summary = "another apply holds the ledger; nothing was written"
    if holder is None:
        return Locked(summary, "it has not said who it is", hint)
    return Locked(summary, holder_words(holder), hint)


def holder_words(holder: Opening) -> str:
    """Who it is, since when, in which run, until when, and by what name."""
    told = holder.actor or "somebody"
    if holder.host:
        told += f" on {holder.host}"
    told += f" since {moment(holder.started)}"
    if holder.run:
        told += f", run {holder.run}"
    return f"{told}, expires {moment(holder.expires)}, apply `{holder.apply}`"


def moved() -> LedgerMoved:
    """The ledger is free, but it is not the one that the plan was made from."""
    return LedgerMoved(
        "the ledger has moved since the plan was made; nothing was written",
        "another apply ended in the meantime",
        "plan again",
    )


def moment(seconds: float) -> str:
    """A time as people in every zone read it."""
    when = utc(seconds)
    return f"{seconds:g}" if when is None else f"{when:%Y-%m-%d %H:%M:%S} UTC"
