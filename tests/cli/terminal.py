"""The command line on a terminal: what a person sees, picture by picture."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyte
from cli.shell import TASKOPS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PATIENCE = 60.0


@dataclass(slots=True)
class Seen:
    """How a command ended, and every picture on the way."""

    code: int = -1
    raw: bytes = b""
    pictures: list[str] = field(default_factory=list)
    screen: str = ""
    cursor_hidden: bool = False

    def ever(self, *words: str) -> bool:
        """Whether all the words were once there at the same time."""
        return any(all(word in picture for word in words) for picture in self.pictures)


def watch(
    root: Path,
    *words: str,
    size: tuple[int, int] = (80, 24),
    answers: Mapping[str, str] = MappingProxyType({}),
    interrupt_at: str = "",
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Seen:
    """Run it on a terminal of that size; `answers` go by a part of the question."""
    columns, rows = size
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    environ = {**os.environ, "PYTHONUTF8": "1", "TERM": "xterm-256color"}
    environ |= {"COLUMNS": str(columns), "LINES": str(rows), **variables}
    if "NO_COLOR" not in variables:
        environ.pop("NO_COLOR", None)
    process = subprocess.Popen(
        [*TASKOPS, *words],
        cwd=root,
        env=environ,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    screen = pyte.Screen(columns, rows)
    stream = pyte.ByteStream(screen)
    open_questions = dict(answers)
    seen, ends = Seen(), time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        select.select([ours], [], [], 0.2)
        try:
            told = os.read(ours, 65536)
        except BlockingIOError:
            continue
        except OSError:
            break
        if not told:
            break
        seen.raw += told
        stream.feed(told)
        picture = "\n".join(line.rstrip() for line in screen.display).rstrip()
        seen.pictures.append(picture)
        for question in [q for q in open_questions if q in picture]:
            os.write(ours, f"{open_questions.pop(question)}\n".encode())
        if interrupt_at and interrupt_at in picture:
            process.send_signal(2)
            interrupt_at = ""
    if time.monotonic() >= ends:
        process.kill()
    seen.code = process.wait(timeout=PATIENCE)
    os.close(ours)
    seen.screen = seen.pictures[-1] if seen.pictures else ""
    seen.cursor_hidden = screen.cursor.hidden
    return seen
