"""What every apply left behind: who, when, by which run and plan."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from taskops.model.ports import Ledger
    from taskops.model.record import Closing, Opening


@dataclass(frozen=True, slots=True)
class Entry:
    """One apply, as the ledger remembers it."""

    apply: str
    when: float
    """Seconds since the epoch."""
    actor: str = ""
    host: str = ""
    run: str = ""
    plan: str = ""
    commit: str = ""
    message: str = ""
    closed: bool = True
    """False while it is open, and for ever when it died."""


@runtime_checkable
class Remembers(Protocol):
    """A ledger that knows its own past."""

    def history(self) -> tuple[Entry, ...]:
        """Every apply, the last one first."""
        ...


def history(ledger: Ledger) -> tuple[Entry, ...]:
    """Every apply that the ledger remembers, the last one first."""
    return ledger.history() if isinstance(ledger, Remembers) else ()


def entry_of(opening: Opening, closing: Closing, when: float) -> Entry:
    """What a closing leaves in the log."""
    return Entry(
        apply=opening.apply,
        when=when,
        actor=opening.actor,
        host=opening.host,
        run=opening.run,
        plan=opening.plan,
        commit=closing.trailers.get("Taskops-Commit", ""),
        message=closing.message,
    )


def entry_of_open(opening: Opening) -> Entry:
    """What the log says of an apply that has not ended."""
    return Entry(
        apply=opening.apply,
        when=opening.started,
        actor=opening.actor,
        host=opening.host,
        run=opening.run,
        plan=opening.plan,
        message=opening_words(opening),
        closed=False,
    )


def opening_words(opening: Opening) -> str:
    """What an apply that has just begun says in the log."""
    number = len(opening.intents)
    return f"open: {number} change" + ("" if number == 1 else "s")


WORDS = ("apply", "actor", "host", "run", "plan", "commit", "message")


def entry_to_line(entry: Entry) -> bytes:
    """An entry as one line of JSON."""
    values = {word: getattr(entry, word) for word in WORDS}
    return json.dumps({"when": entry.when} | values, sort_keys=True).encode()


def entry_from_line(line: bytes) -> Entry | None:
    """The entry in a line; None for a line that a crash has torn."""
    try:
        told = json.loads(line)
        when = float(told["when"])
        apply, actor, host, run, plan, commit, message = (
            str(told.get(word, "")) for word in WORDS
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return Entry(apply, when, actor, host, run, plan, commit, message)
