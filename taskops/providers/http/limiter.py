"""How many requests may be in flight: fewer after a 429, more again after success."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Limiter:
    """Shared by all lanes of one service."""

    def __init__(self, most: int = 64) -> None:
        self._most = float(most)
        self._limit = float(most)
        self._in_flight = 0
        self._not_before = 0.0
        self._free = threading.Condition()

    @property
    def limit(self) -> int:
        """How many requests may be in flight now."""
        return max(1, int(self._limit))

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a place, and for the end of a pause that the service asked for."""
        with self._free:
            while (pause := self._pause()) > 0 or self._in_flight >= self.limit:
                self._free.wait(pause if pause > 0 else None)
            self._in_flight += 1
        try:
            yield
        finally:
            with self._free:
                self._in_flight -= 1
                self._free.notify_all()

    def _pause(self) -> float:
        return self._not_before - time.monotonic()

    def slow_down(self, seconds: float) -> None:
        """The service said 429: half as many, and nobody before so many seconds."""
        with self._free:
            self._limit = max(1.0, min(self._limit, self._in_flight + 1) / 2)
            self._not_before = max(self._not_before, time.monotonic() + seconds)
            self._free.notify_all()

    def speed_up(self) -> None:
        """An answer came: one more for each round of answers."""
        with self._free:
            self._limit = min(self._most, self._limit + 1 / self._limit)
            self._free.notify_all()
