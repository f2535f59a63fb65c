"""How many retries all requests together may spend: what stays broken is left alone."""

from __future__ import annotations

import threading

MOST = 100.0
PAID_BACK = 0.2
"""Retries that each good answer pays for."""


class Budget:
    """
    Shared by all lanes of one service.

    A service that fails now and then never meets the end of it. One that fails
    for everybody must not be asked five times by each.
    """

    def __init__(self, most: float = MOST) -> None:
        self._most = most
        self._left = most
        self._lock = threading.Lock()

    def spend(self) -> bool:
        """Whether one more retry may be made."""
        with self._lock:
            if self._left < 1:
                return False
            self._left -= 1
            return True

    def earn(self) -> None:
        """A good answer came."""
        with self._lock:
            self._left = min(self._most, self._left + PAID_BACK)
