"""The flag that a signal raises and the executor watches."""

from __future__ import annotations

import math
import time


class StopFlag:
    """Zero until a signal came; then its number."""

    def __init__(self) -> None:
        self.signum = 0
        self.since = math.inf
        """When the first one came, by the monotonic clock."""

    def set(self, signum: int) -> None:
        """Ask for a graceful end; safe to call from a signal handler."""
        self.since = min(self.since, time.monotonic())
        self.signum = signum

    def __bool__(self) -> bool:
        return self.signum != 0
