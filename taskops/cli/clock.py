"""Real time and chance."""

from __future__ import annotations

import time
import uuid


class SystemClock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """Seconds that only go on."""
        return time.monotonic()

    def wall(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def uuid(self) -> str:
        """A fresh unguessable id."""
        return uuid.uuid4().hex
