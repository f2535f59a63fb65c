"""The files in which a runner collects outputs and the summary of a step."""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from taskops.cli.github import in_actions
from taskops.render.clean import lines
from taskops.render.fence import fenced

if TYPE_CHECKING:
    from collections.abc import Mapping

SUMMARY = 1024 * 1024
"""Bytes that the summary of one step may have; GitHub drops a larger one whole."""

_CUT = "\n_The rest is in the log of this step._\n"


def write_outputs(environ: Mapping[str, str], values: Mapping[str, str]) -> None:
    """
    Give later steps these outputs, whatever the values hold.

    What cannot be written must not fail what was done.
    """
    path = environ.get("GITHUB_OUTPUT")
    if not in_actions(environ) or not path:
        return
    text = "".join(_output(name, value) for name, value in values.items())
    _append(path, text)


def _output(name: str, value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"`{name}` is no name of an output")
    # Nobody can write the end of a value who cannot guess it.
    end = f"end_{secrets.token_hex(16)}"
    return f"{name}<<{end}\n{lines(value)}\n{end}\n"


def write_summary(environ: Mapping[str, str], text: str) -> None:
    """Add Markdown to the page of the run, within what GitHub keeps."""
    path = environ.get("GITHUB_STEP_SUMMARY")
    if not in_actions(environ) or not path:
        return
    there = 0
    with suppress(OSError):
        there = Path(path).stat().st_size
    _append(path, within(f"{text.rstrip()}\n\n", SUMMARY - there))


def within(text: str, room: int) -> str:
    """The beginning of the Markdown that fits, cut outside fences and folds."""
    if len(text.encode()) <= room:
        return text
    room -= len(_CUT.encode())
    kept: list[str] = []
    whole, fence, folds = 0, "", 0
    for line in text.splitlines(keepends=True):
        room -= len(line.encode())
        if room < 0:
            break
        kept.append(line)
        if not (fence := _fence_after(fence, line)):
            folds += line.count("<details>") - line.count("</details>")
            whole = whole if folds > 0 else len(kept)
    return "".join(kept[:whole]) + _CUT if whole else ""


def _fence_after(fence: str, line: str) -> str:
    """The fence that is open after the line; empty when none is."""
    mark = re.match(r" {0,3}(`{3,})", line)
    if not mark:
        return fence
    if not fence:
        return mark[1]
    closes = len(mark[1]) >= len(fence) and line.strip() == mark[1]
    return "" if closes else fence


def _append(path: str, text: str) -> None:
    with suppress(OSError), Path(path).open("a", encoding="utf-8", newline="") as file:
        file.write(text)


def block(text: str) -> str:
    """Text of a terminal as Markdown; whatever is in it cannot end the block."""
    return f"\n{fenced(lines(text).strip(), 'text')}\n"
