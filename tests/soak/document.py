"""The parts of RELIABILITY.md that were measured, between two marks each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def write(page: Path, name: str, lines: Sequence[str]) -> None:
    """Put the lines in the place of those that stand there."""
    text = page.read_text("utf-8")
    old = "\n".join(read(page, name))
    begin = f"<!-- {name}: measured -->\n"
    text = text.replace(f"{begin}{old}", begin + "\n".join(lines))
    page.write_text(text, "utf-8")


def read(page: Path, name: str) -> list[str]:
    """The lines that stand there; raises LookupError without the marks."""
    marks = rf"<!-- {name}: measured -->\n(.*?)\n<!-- {name}: end -->"
    found = re.search(marks, page.read_text("utf-8"), re.DOTALL)
    if found is None:
        raise LookupError(f"{page.name} has no place for {name}")
    return found[1].split("\n")
