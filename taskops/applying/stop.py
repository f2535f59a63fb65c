"""The flag that a signal raises and the executor watches."""

from __future__ import annotations


class StopFlag:
    """Zero until a signal came; then its number."""

    def __init__(self) -> None:
        self.signum = 0

    def set(self, signum: int) -> None:
        """Ask for a graceful end; safe to call from a signal handler."""
        self.signum = signum

    def __bool__(self) -> bool:
        return self.signum != 0
