"""`--json-into`: every event as a line of JSON, closed by the exit code."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from taskops.errors import UsageError
from taskops.render.events import (
    STREAM,
    event_data,
    event_line,
    event_message,
    event_type,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.model.ports import Event


IN_A_HURRY = 0.2
"""Seconds that the last record may wait for another one to be written."""


class EventFile:
    """A file that a program can follow; a missing `end` tells that it was cut."""

    def __init__(self, path: str) -> None:
        try:
            self._file = Path(path).open("w", encoding="utf-8")  # noqa: SIM115  # closed by `end`
        except OSError as error:
            raise UsageError(
                f"`--json-into {path}` cannot be written", str(error.strerror)
            ) from error
        self._lock = threading.Lock()
        self._number = 0
        self.write("version", "taskops", {"ui": STREAM})

    def write(self, kind: str, message: str, data: Mapping[str, object]) -> None:
        """One record with the next number; a full disk must not end the work."""
        with self._lock:
            self._write(kind, message, data)

    def _write(self, kind: str, message: str, data: Mapping[str, object]) -> None:
        text = event_line(self._number, kind, message, data)
        self._number += 1
        try:
            self._file.write(text)
            self._file.flush()
        except (OSError, ValueError):
            return

    def __call__(self, event: Event, /) -> None:
        """Hear of it."""
        self.write(event_type(event), event_message(event), event_data(event))

    def end(self, code: int) -> None:
        """The last record."""
        self.write("end", f"exit code {code}", {"exit_code": code})
        with self._lock:
            try:
                self._file.close()
            except OSError:
                return

    def cut(self, code: int) -> None:
        """
        The last record from a signal handler, which nothing follows.

        It may have interrupted whoever holds the lock, who then never gives it
        back: the file ends without its record, as after a kill.
        """
        if self._lock.acquire(timeout=IN_A_HURRY):
            self._write("end", f"exit code {code}", {"exit_code": code})
