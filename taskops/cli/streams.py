"""Standard output that may be closed, full, narrow, or without colours."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Literal, TextIO, TypeAlias

from taskops.render.clean import without_commands, without_commands_in_json
from taskops.render.paint import PLAIN, Look

if TYPE_CHECKING:
    from collections.abc import Mapping

Color: TypeAlias = Literal["auto", "always", "never"]


class Out:
    """A stream that never ends the work when nobody reads it."""

    def __init__(self, stream: TextIO, *, tolerant: bool = True) -> None:
        self.stream = stream
        self.tolerant = tolerant
        self.failed = False
        self._in_actions = os.environ.get("GITHUB_ACTIONS") == "true"

    def write(self, text: str, *, commands: bool = False, json: bool = False) -> None:
        """
        Write, or remember that it did not work.

        A runner reads commands out of everything that is printed: only text
        with `commands` may be taken for one.
        """
        if self._in_actions and json:
            text = without_commands_in_json(text)
        elif self._in_actions and not commands:
            text = without_commands(text)
        encoding = self.stream.encoding or "utf-8"
        text = text.encode(encoding, "backslashreplace").decode(encoding)
        try:
            self.stream.write(text)
            self.stream.flush()
        except (OSError, ValueError) as error:
            self.failed = True
            if isinstance(error, OSError):
                error.filename = error.filename or "standard output"
            if not self.tolerant:
                raise


def look_of(stream: TextIO, environ: Mapping[str, str], color: Color) -> Look:
    """What the stream can show; NO_COLOR and --color decide over what it is."""
    wanted = environ.get("TERM") not in ("dumb", "") and takes_escapes(stream)
    if color != "auto":
        wanted = color == "always"
    elif "NO_COLOR" in environ:
        wanted = False
    try:
        "".join(PLAIN).encode(stream.encoding or "utf-8")
        signs = True
    except UnicodeEncodeError:
        signs = False
    width = 0
    if stream.isatty():
        import shutil

        width = shutil.get_terminal_size().columns
    return Look(color=wanted, ascii=not signs, width=width)


def takes_escapes(stream: TextIO) -> bool:
    """Whether a terminal reads escape sequences; old consoles of Windows do not."""
    if sys.platform == "win32":
        import ctypes
        import msvcrt

        reads, mode = 4, ctypes.c_ulong()
        kernel = ctypes.windll.kernel32
        try:
            handle = msvcrt.get_osfhandle(stream.fileno())
        except (OSError, ValueError):
            return False
        if not kernel.GetConsoleMode(handle, ctypes.byref(mode)):
            return False
        return bool(kernel.SetConsoleMode(handle, mode.value | reads))
    return stream.isatty()


def interactive() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()
