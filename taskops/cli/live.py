"""What goes on, while it goes on: one line on a terminal, lines elsewhere."""

from __future__ import annotations

import shutil
import threading
import time
from typing import TYPE_CHECKING, TextIO

from taskops.cli.streams import Out
from taskops.render.clean import line

if TYPE_CHECKING:
    from taskops.model.ports import Event
    from taskops.model.resource import Address

EVERY = 0.1
"""Seconds between two pictures on a terminal."""

HEARTBEAT = 10.0
"""Seconds after which silence is broken elsewhere."""

BAR = 24


class Live:
    """Hears of every event from any thread; never raises, never blocks for long."""

    def __init__(self, stream: TextIO, *, total: int = 0) -> None:
        self._out = Out(stream)
        self._terminal = stream.isatty()
        self._lock = threading.Lock()
        self._total = total
        self._done = 0
        self._running: dict[Address, str] = {}
        self._shown = ""
        self._at = time.monotonic()
        self._began = self._at

    def expect(self, total: int) -> None:
        """So many changes are about to begin."""
        with self._lock:
            self._total, self._done = total, 0
            self._running.clear()

    def __call__(self, event: Event, /) -> None:
        """Hear of it."""
        with self._lock:
            match event.type:
                case "read":
                    self._picture(event.text, event.done, event.total)
                case "start" if event.address is not None:
                    self._running[event.address] = ""
                    self._progress()
                case "progress":
                    self._waits(event)
                case "end" if event.address is not None:
                    self._running.pop(event.address, None)
                    self._done += 1
                    self._ended(event.address, event)
                    self._progress()
                case _:
                    pass

    def beat(self) -> None:
        """Break a silence that lasts too long for somebody who reads a log."""
        with self._lock:
            if not self._terminal and time.monotonic() - self._at >= HEARTBEAT:
                self._progress()

    def _ended(self, address: Address, event: Event) -> None:
        """What has its outcome stands still, above what still moves."""
        words = event.text.replace("_", " ")
        self._line(f"  {line(address.name)}: {words}")

    def _waits(self, event: Event) -> None:
        """Each new reason for a wait is told once; on a terminal it stays in place."""
        text = line(event.text)
        if event.address is not None:
            age = f" ({event.seconds:.0f} s)" if event.seconds >= 1 else ""
            known = self._running.get(event.address)
            self._running[event.address] = text
            if known != text and not self._terminal:
                self._line(f"  {line(event.address.name)}: {text}{age}")
        elif not self._terminal:
            self._line(text)
        self._progress(f"{text} ")

    def _progress(self, what: str = "") -> None:
        names = ", ".join(line(a.name) for a in list(self._running)[:3])
        self._picture(f"{what}{names}", self._done, self._total)

    def _picture(self, text: str, done: int, total: int) -> None:
        now = time.monotonic()
        last = total and done == total
        if not self._terminal:
            if now - self._at >= HEARTBEAT:
                self._at = now
                self._line(f"{done} of {total}, {text}, {now - self._began:.0f} s")
            return
        if now - self._at < EVERY and not last:
            return
        self._at = now
        width = shutil.get_terminal_size().columns - 1
        filled = BAR * done // total if total else 0
        bar = "#" * filled + "." * (BAR - filled)
        picture = f"[{bar}] {done}/{total} {line(text)}"[:width]
        self._out.write("\r\x1b[K" + picture)
        self._shown = picture

    def _line(self, text: str) -> None:
        if self._shown:
            self._out.write("\r\x1b[K")
            self._shown = ""
        self._out.write(f"{text}\n")

    def clear(self) -> None:
        """Take the picture away, so that what follows stands on its own line."""
        with self._lock:
            if self._shown:
                self._out.write("\r\x1b[K")
                self._shown = ""
