"""The ledger as one file on this machine, for one apply at a time."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from taskops.errors import DamagedLedger, Guarded, TaskopsError
from taskops.ledger.claims import locked, moved
from taskops.ledger.disk import FileLock, append_line, replace_file
from taskops.ledger.document import Document, document_from_bytes, require_names
from taskops.ledger.log import (
    Entry,
    entry_from_line,
    entry_of,
    entry_of_open,
    entry_to_line,
)
from taskops.ledger.unrecorded import keep_unrecorded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from taskops.model.ports import Clock
    from taskops.model.record import Closing, LedgerState, Opening, Record
    from taskops.model.resource import Address


class FileLedger:
    """
    One JSON file with a checksum, replaced whole at each write, with a lock
    beside it.

    The lock dies with its process: an opening that is still in the file when
    the lock is free was left by a crash, and is taken over at once.
    """

    def __init__(
        self,
        path: Path,
        project: str,
        environment: str,
        *,
        clock: Clock,
        ci: bool = False,
        take_over: str = "",
    ) -> None:
        require_names(project, environment)
        self._path = path
        self._project = project
        self._environment = environment
        self._clock = clock
        self._ci = ci
        self._take_over = take_over
        self._lock = FileLock(path.with_suffix(".lock"))
        self._log = path.with_suffix(".log.jsonl")
        self._held: Document | None = None
        self._revision = ""

    def describe(self) -> str:
        """What it is, for the header of a plan."""
        return f"file {'/'.join(self._path.parts[-3:])}"

    def read(self) -> LedgerState:
        """Everything, at this moment; raises DamagedLedger."""
        data = self._bytes(self._path)
        ours = self._document(data)
        return ours.state(_revision(data), self._others())

    def open(self, opening: Opening, revision: str) -> None:
        """Take it; raises Guarded, Locked, or LedgerMoved."""
        self._refuse_on_ci()
        try:
            taken = self._lock.take()
        except OSError as error:
            raise self._unwritable(error) from error
        if not taken:
            raise locked(self._holder(), self._wait_hint())
        try:
            self._open(opening, revision)
        except BaseException:
            self._lock.release()
            raise

    def _open(self, opening: Opening, revision: str) -> None:
        data = self._bytes(self._path)
        if _revision(data) != revision:
            raise moved()
        self._revision = revision
        self._write(replace(self._document(data), open=opening))

    def flush(self, records: Mapping[Address, Record | None]) -> None:
        """Write records while it is open."""
        self._write(self._opened().with_records(records))

    def close(self, closing: Closing) -> str:
        """Give it back; returns where the records were kept if that failed."""
        opening = None if self._held is None else self._held.open
        try:
            self._write(self._opened().closed(closing))
        except Exception:  # noqa: BLE001  # whatever it was, the records are kept
            return keep_unrecorded(
                self._path.parent.parent,
                self._project,
                self._environment,
                closing.trailers.get("Taskops-Apply", "")
                or ("" if opening is None else opening.apply),
                closing,
            )
        else:
            if opening is not None:
                self._remember(entry_of(opening, closing, self._clock.wall()))
            return ""
        finally:
            self._held = None
            self._lock.release()

    def history(self) -> tuple[Entry, ...]:
        """Every apply that was closed here, the last one first."""
        lines = self._bytes(self._log).splitlines()
        entries = [entry for line in lines if (entry := entry_from_line(line))]
        opening = self._document(self._bytes(self._path)).open
        if opening is not None:
            entries.append(entry_of_open(opening))
        return tuple(reversed(entries))

    def _opened(self) -> Document:
        if self._held is None:
            raise TaskopsError("the ledger is not open")
        return self._held

    def _write(self, document: Document) -> None:
        try:
            if _revision(self._bytes(self._path)) != self._revision:
                raise TaskopsError(
                    "the ledger was changed by something else while it was open",
                    str(self._path),
                    "do not edit it by hand; plan again",
                )
            data = document.to_bytes()
            replace_file(self._path, data)
        except OSError as error:
            raise self._unwritable(error) from error
        self._held, self._revision = document, _revision(data)

    def _remember(self, entry: Entry) -> None:
        # The log is for people; a ledger that was closed stays closed.
        with suppress(OSError):
            append_line(self._log, entry_to_line(entry))

    def _bytes(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise TaskopsError(
                "the ledger cannot be read",
                f"{path}: {error.strerror}",
                "make the file readable for this user",
            ) from error

    def _document(self, data: bytes, path: Path | None = None) -> Document:
        place = path or self._path
        if not data and not place.exists():
            return Document(self._project, self._environment)
        found = document_from_bytes(data, str(place), _way_out(place))
        expected = (self._project, place.stem)
        if (found.project, found.environment) != expected:
            raise DamagedLedger(
                "the ledger belongs to another project or environment",
                f"{place}: is of `{found.project}`, environment "
                f"`{found.environment}`, not `{expected[0]}`, `{expected[1]}`",
                "use the names under which it was written, or move the file away",
            )
        return found

    def _others(self) -> list[Document]:
        return [
            self._document(self._bytes(path), path)
            for path in sorted(self._path.parent.glob("*.json"))
            if path != self._path
        ]

    def _holder(self) -> Opening | None:
        """Who holds it; between its lock and its name there is a moment."""
        for pause in (0.01, 0.04, 0.15, 0.3):
            with suppress(TaskopsError):
                held = self._document(self._bytes(self._path)).open
                if held is not None:
                    return held
            time.sleep(pause)
        return None

    def _wait_hint(self) -> str:
        if self._take_over:
            return (
                "its process is alive on this machine, so it cannot be taken over: "
                "wait for it, or end it"
            )
        return "wait until it ends; the lock dies with its process"

    def _refuse_on_ci(self) -> None:
        if self._ci:
            raise Guarded(
                "a ledger in a file does not outlive a CI runner",
                "the next run would know nothing of what this one owns",
                "write `ledger: git` into taskops.yaml",
            )

    def _unwritable(self, error: OSError) -> TaskopsError:
        return TaskopsError(
            "the ledger cannot be written",
            f"{self._path}: {error.strerror or error}",
            "free some space or make the folder writable, and run it again",
        )


def _revision(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest() if data else ""


def _way_out(path: Path) -> str:
    return (
        f"put a good copy of `{path.name}` back, or move it away to start without "
        "a ledger: nothing is owned then, and nothing will be deleted"
    )
