"""What goes on, while it goes on: a region on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Protocol, TextIO

from taskops.cli.streams import Out, look_of, takes_escapes
from taskops.model.change import verb
from taskops.render.clean import line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from taskops.cli.first_line import FirstLine
    from taskops.cli.streams import Color
    from taskops.model.change import Change
    from taskops.model.ports import Event
    from taskops.model.resource import Address

HEARTBEAT = 10.0
"""Seconds after which silence is broken where lines are written."""


class Live(Protocol):
    """Hears of every event from any thread; never raises, never blocks for long."""

    def __call__(self, event: Event, /) -> None:
        """Hear of it."""

    def expect(self, changes: Sequence[Change]) -> None:
        """These are about to begin."""

    def beat(self) -> None:
        """Break a silence that has lasted too long."""

    def stopping(self, text: str) -> bool:
        """Say that the end was asked for; whether it is seen without more words."""

    def clear(self) -> None:
        """Take away what moves, so that what follows stands on its own line."""


def live_on(
    stream: TextIO, environ: Mapping[str, str], color: Color, first: FirstLine
) -> Live:
    """A region where the stream can redraw itself, else lines."""
    draws = stream.isatty() and environ.get("TERM", "dumb") not in ("dumb", "")
    if sys.platform == "win32":
        draws = stream.isatty()
    if draws and takes_escapes(stream):
        from taskops.cli.region import Region

        return Region(Out(stream), look_of(stream, environ, color), first)
    return Lines(Out(stream))


class Lines:
    """One line for each change of state, and a sign of life now and then."""

    def __init__(self, out: Out) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._total = self._done = 0
        self._running: dict[Address, str] = {}
        self._at = self._began = time.monotonic()

    def expect(self, changes: Sequence[Change]) -> None:
        """So many changes are about to begin."""
        with self._lock:
            self._total, self._done = len(changes), 0
            self._running.clear()

    def __call__(self, event: Event, /) -> None:
        """Hear of it."""
        with self._lock:
            match event.type:
                case "read":
                    self._alive(event.text, event.done, event.total)
                case "start" if event.address is not None:
                    self._running[event.address] = ""
                case "progress":
                    self._waits(event)
                case "end" if event.address is not None:
                    self._running.pop(event.address, None)
                    self._done += 1
                    self._line(f"  {line(event.address.name)}: {ending(event)}")
                case _:
                    pass

    def beat(self) -> None:
        """Break a silence that lasts too long for somebody who reads a log."""
        with self._lock:
            running = [*self._running.items()][:3]
            told = [": ".join(filter(None, (line(a.name), t))) for a, t in running]
            self._alive(", ".join(told), self._done, self._total)

    def stopping(self, text: str) -> bool:
        """Whoever asked says it."""
        del text
        return False

    def clear(self) -> None:
        """Nothing moves."""

    def _waits(self, event: Event) -> None:
        """Each new reason for a wait is told once."""
        text = line(event.text)
        if event.address is None:
            self._line(text)
            return
        age = f" ({event.seconds:.0f} s)" if event.seconds >= 1 else ""
        if self._running.get(event.address) != text:
            self._running[event.address] = text
            self._line(f"  {line(event.address.name)}: {text}{age}")

    def _alive(self, text: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._at >= HEARTBEAT:
            told = [f"{done} of {total}"] * bool(total) + [line(text)] * bool(text)
            words = ", ".join(told) or "still at it"
            self._line(f"{words}, {now - self._began:.0f} s")

    def _line(self, text: str) -> None:
        self._at = time.monotonic()
        self._out.write(f"{text}\n")


def ending(event: Event) -> str:
    """How a change ended, and why where that needs a word."""
    words = line(event.text.replace("_", " "))
    good = event.text in ("applied", "already_satisfied")
    return words if good or not event.detail else f"{words}: {line(event.detail)}"


def verbs(changes: Sequence[Change]) -> dict[Address, str]:
    """What is done to each, by its word."""
    return {change.address: verb(change) for change in changes}
