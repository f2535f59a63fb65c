"""The part of a terminal that moves: what runs, why it waits, how far all is."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO, cast

from taskops.cli.live import ending, verbs
from taskops.render.clean import line
from taskops.render.paint import COLOURS as PALETTE
from taskops.render.report import COLOURS as ENDINGS
from taskops.render.text import COLOURS, SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, Group
    from rich.live import Live as RichLive
    from rich.text import Text

    from taskops.cli.first_line import FirstLine
    from taskops.cli.streams import Out
    from taskops.model.change import Change
    from taskops.model.ports import Event
    from taskops.model.resource import Address
    from taskops.render.paint import Look

PICTURES = 8
"""Pictures in a second."""

PATIENCE = 0.3
"""Seconds that reading may take before anybody is told of it."""

ROWS = 8
"""Changes that are shown at once, at the most."""

WIDE = 60
"""Columns below which names, bar and reasons are short."""

NAMES = 22
BAR = 24
WHEEL, PLAIN_WHEEL = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "|/-\\"


@dataclass(slots=True)
class _Running:
    began: float
    clock: str
    why: str = ""


class Region:
    """
    Permanent lines for what is done, above a region for what runs.

    Nothing of rich is called while our own lock is held: rich asks for the
    picture while it holds its own.
    """

    def __init__(self, out: Out, look: Look, first: FirstLine) -> None:
        self._out, self._look, self._first = out, look, first
        self._lock = threading.Lock()
        self._drawing = threading.Lock()
        self._live: RichLive | None = None
        self._began = time.monotonic()
        self._verbs: dict[Address, str] = {}
        self._running: dict[Address, _Running] = {}
        self._pauses: dict[str, float] = {}
        self._reading: tuple[str, int, int] | None = None
        self._total = self._done = 0
        self._stopping = ""

    def expect(self, changes: Sequence[Change]) -> None:
        """These are about to begin."""
        with self._lock:
            self._verbs, self._running = verbs(changes), {}
            self._total, self._done = len(changes), 0
            self._began, self._reading = time.monotonic(), None

    def __call__(self, event: Event, /) -> None:
        """Hear of it."""
        now = time.monotonic()
        with self._lock:
            ended = self._hear(event, now)
            due = bool(self._running or ended) or (
                self._reading is not None and now - self._began > PATIENCE
            )
        if due and event.type != "progress":
            self._show()
        if ended is not None:
            self._stay(ended)

    def _hear(self, event: Event, now: float) -> Event | None:
        match event.type:
            case "read":
                self._reading = (line(event.text), event.done, event.total)
            case "start" if event.address is not None:
                clock = time.strftime("%H:%M:%S")
                self._running[event.address] = _Running(now, clock)
            case "progress" if event.address is None:
                self._pauses[line(event.text)] = now + event.seconds
            case "progress" if event.address in self._running:
                self._running[event.address].why = line(event.text)
            case "end" if event.address is not None:
                self._running.pop(event.address, None)
                self._done += 1
                return event
            case _:
                self._reading = None
        return None

    def beat(self) -> None:
        """A region moves by itself."""

    def stopping(self, text: str) -> bool:
        """Shown in the region; a signal may come while the lock is held."""
        self._stopping = text
        return self._live is not None

    def clear(self) -> None:
        """Take the region away."""
        with self._drawing:
            live, self._live = self._live, None
        if live is not None:
            live.stop()

    def _show(self) -> None:
        with self._drawing:
            if self._live is not None:
                return
            from rich.live import Live as RichLive

            self._first.take_away()
            self._live = RichLive(
                console=_console(self._out, self._look),
                get_renderable=self._picture,
                refresh_per_second=PICTURES,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
                vertical_overflow="crop",
            )
            self._live.start()
            # Whatever ends the process, the terminal keeps its cursor.
            self._live.console.show_cursor(show=True)

    def _stay(self, event: Event) -> None:
        """What has its outcome stands still, above what still moves."""
        live = self._live
        if live is None or event.address is None:
            return
        verb = self._verbs.get(event.address, "")
        names = NAMES if live.console.width >= WIDE else live.console.width // 3
        text = self._text("  ", (self._sign(event.address), verb))
        text.append(f" {line(event.address.name):<{names}} ")
        text.append(ending(event), _style(ENDINGS.get(event.text, "")))
        text.append(f"  {_age(event.seconds)}", "dim" if self._look.color else "")
        # Rich draws the picture that it has again below the line.
        live.refresh()
        live.console.print(text, crop=True)

    def _picture(self) -> Group:
        from rich.console import Group

        now, room = time.monotonic(), self._room()
        with self._lock:
            rows = list(self._rows(now, *room))
        return Group(*rows)

    def _room(self) -> tuple[int, int]:
        live = self._live
        size = live.console.size if live is not None else None
        return (size.width, size.height) if size is not None else (80, 24)

    def _rows(self, now: float, width: int, height: int) -> Iterator[Text]:
        shown = max(1, min(ROWS, height - 5))
        names = NAMES if width >= WIDE else max(8, width // 3)
        wheel = PLAIN_WHEEL if self._look.ascii else WHEEL
        turn = wheel[int(now * PICTURES) % len(wheel)]
        for address, running in list(self._running.items())[:shown]:
            yield self._text(
                f"  {turn} ",
                (self._sign(address), self._verbs.get(address, "")),
                f" {line(address.name):<{names}} {_why(running, now, width)}",
            )
        if (more := len(self._running) - shown) > 0:
            dots = self._look.letters("…")
            yield self._text(f"    {dots} and {more} more")
        self._pauses = {text: end for text, end in self._pauses.items() if end > now}
        for text in list(self._pauses)[-2:]:
            yield self._text("    ", ("!", "wait"), f" {text}")
        if self._stopping:
            yield self._text("    ", ("!", "wait"), f" {self._stopping}")
        yield self._progress(now, turn, width)

    def _progress(self, now: float, turn: str, width: int) -> Text:
        done, total, what = self._done, self._total, ""
        if self._reading is not None:
            what, done, total = self._reading
            what = f"  {what}"
        bar = BAR if width >= WIDE else BAR // 2
        filled = bar * done // total if total else 0
        full = self._look.letters("━" * filled)
        rest = self._look.letters("─" * (bar - filled))
        count = f" {done} of {total}" if total else f" {done}"
        age = _age(now - self._began)
        return self._text(f"  {turn} ", (full, "create"), f"{rest}{count}{what}  {age}")

    def _sign(self, address: Address) -> str:
        return self._look.letters(SYMBOLS.get(self._verbs.get(address, ""), "="))

    def _text(self, *parts: str | tuple[str, str]) -> Text:
        """One line that is cut and never wrapped; a pair is a text and its verb."""
        from rich.text import Text

        made = Text(no_wrap=True, overflow="crop" if self._look.ascii else "ellipsis")
        for part in parts:
            text, verb = part if isinstance(part, tuple) else (part, "")
            made.append(text, _style(COLOURS.get(verb, "")))
        return made


def _why(running: _Running, now: float, width: int) -> str:
    """`generating since 14:03:22, 42 s`; the short form where there is no room."""
    age, words = now - running.began, running.why or "writing"
    if age < 1:
        return words
    since = f" since {running.clock}," if running.why and width >= WIDE else ""
    return f"{words}{since} {_age(age)}"


def _age(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _style(colour: str) -> str:
    """A colour of ours as rich names it."""
    return f"color({PALETTE[colour]})" if colour in PALETTE else colour


def _console(out: Out, look: Look) -> Console:
    from rich.console import Console

    return Console(
        file=cast("TextIO", _Stream(out)),
        force_terminal=True,
        color_system="256" if look.color else None,
        no_color=not look.color,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )


class _Stream:
    """What rich writes to: a stream that never ends the work when nobody reads it."""

    def __init__(self, out: Out) -> None:
        self._out = out
        self.encoding = out.stream.encoding

    def write(self, text: str) -> int:
        self._out.write(text)
        return len(text)

    def flush(self) -> None:
        """Every write is flushed."""

    def isatty(self) -> bool:
        return True
