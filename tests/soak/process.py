"""A process that may die at any moment, with nothing of it done afterwards."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taskops.ledger import FileLedger
from taskops.providers.http import door

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from taskops.ledger import GitLedger
    from taskops.model.record import Closing, LedgerState, Opening, Record
    from taskops.model.resource import Address

FASTER = 100
"""How much faster than real time its clock runs: nobody waits for a pause."""


def quicken() -> None:
    """Nobody waits long for the next try either."""
    door.BACKOFF = 0.001
    door.LONGEST_WAIT = 0.05  # type: ignore[attr-defined]  # by name, from `answers`


class Killed(BaseException):
    """The process is dead; nobody may catch this but the driver."""


class Process:
    """Alive until it is killed; it lives in the thread that made it."""

    def __init__(self) -> None:
        self.dead = False
        self._thread = threading.get_ident()

    def kill(self) -> None:
        self.dead = True

    def breathe(self) -> None:
        """Go on, if it still lives."""
        if self.dead and threading.get_ident() == self._thread:
            raise Killed

    # A clock is asked at every turn of an apply, so that is where it dies.
    def monotonic(self) -> float:
        self.breathe()
        return time.monotonic() * FASTER

    def wall(self) -> float:
        self.breathe()
        return time.time()

    def uuid(self) -> str:
        self.breathe()
        return uuid.uuid4().hex


@dataclass
class MortalLedger:
    """The ledger of a process: what the dead write does not arrive."""

    inner: FileLedger | GitLedger
    process: Process
    at: Callable[[str], None]
    """Told of each moment before and after a write; may kill."""
    held: str = ""
    """The apply under whose name it was taken, until it is given back."""

    def describe(self) -> str:
        return self.inner.describe()

    def read(self) -> LedgerState:
        return self.inner.read()

    def open(self, opening: Opening, revision: str) -> None:
        self._moment("before open")
        self.inner.open(opening, revision)
        self.held = opening.apply
        self._moment("after open")

    def flush(self, records: Mapping[Address, Record | None]) -> None:
        self._moment("before flush")
        self.inner.flush(records)
        self._moment("after flush")

    def close(self, closing: Closing) -> str:
        self._moment("before close")
        kept = self.inner.close(closing)
        self.held = self.held if kept else ""
        self._moment("after close")
        return kept

    def release(self) -> None:
        """What the operating system does for the dead; git knows nothing of them."""
        if isinstance(self.inner, FileLedger):
            self.inner._lock.release()

    def _moment(self, name: str) -> None:
        if not self.process.dead:
            self.at(name)
        self.process.breathe()
