"""
What a person at a terminal reads first, long before there is anything to tell.

It is written before the modules of a command are loaded: reading ten thousand
manifests takes seconds, and a region that moves needs rich.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

WORDS = "  reading ..."
"""Short: on a narrow terminal it must not wrap, for one line is taken away."""


class FirstLine:
    """One line that is taken away by whoever has more to say."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        # The consoles of Windows are asked first, and that takes as long.
        dumb = os.environ.get("TERM", "dumb") in ("dumb", "")
        self._shown = sys.platform != "win32" and not dumb and stream.isatty()
        if self._shown:
            self._write(WORDS)

    def take_away(self) -> None:
        """Leave the line empty, as it was."""
        if self._shown:
            self._shown = False
            self._write("\r\x1b[2K")

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            self._shown = False
