"""Fences of Markdown: whatever is within them cannot end them."""

from __future__ import annotations

import re


def fence(text: str, least: int = 3) -> str:
    """More backticks than the text has in a row."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)


def fenced(text: str, language: str) -> str:
    """The text as a block of code."""
    mark = fence(text)
    return f"{mark}{language}\n{text}\n{mark}"
