"""Colours and symbols, and what stands for them where a stream has neither."""

from __future__ import annotations

import re
from types import MappingProxyType

from taskops.model.dataclass import dataclass

# Of the 256 that every terminal has: four that people without red, green or blue
# cones tell apart, each with a contrast of 3:1 on white and on black.
COLOURS = MappingProxyType({"blue": 33, "gold": 136, "crimson": 161, "violet": 97})

STYLES = MappingProxyType(
    {"bold": "1", "dim": "2"} | {name: f"38;5;{n}" for name, n in COLOURS.items()}
)

PLAIN = MappingProxyType(
    {
        "→": "->",
        "←": "<-",
        "»": ">",
        "−": "-",
        "…": "...",
        "·": "-",
        "━": "#",
        "─": ".",
    }
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a text may look: its width, colours, and letters beyond ASCII."""

    color: bool = False
    ascii: bool = False
    width: int = 0
    """Columns; 0 where nobody counts them."""

    def paint(self, text: str, colour: str) -> str:
        """The text in a colour, where there are any."""
        if not self.color or not text:
            return text
        return f"\x1b[{STYLES[colour]}m{text}\x1b[0m"

    def letters(self, text: str) -> str:
        """A text of ours without letters that the stream has not."""
        if self.ascii:
            for fancy, plain in PLAIN.items():
                text = text.replace(fancy, plain)
        return text

    def fit(self, line: str) -> str:
        """
        A line broken between words where it is wider than the terminal.

        What stands in backticks stays whole: a command that is copied must work.
        """
        if not self.width:
            return line
        seen = re.sub(_ESCAPE, "", line)
        if len(seen) <= self.width:
            return line
        indent = min(len(seen) - len(seen.lstrip()) + 4, self.width // 2)
        rows, used = [""], 0
        for word in re.findall(_WORDS, line):
            room = len(re.sub(_ESCAPE, "", word))
            if used + room > self.width and used > indent and word.strip():
                rows[-1] = rows[-1].rstrip(" ")
                rows.append(" " * indent)
                used = indent
            rows[-1] += word
            used += room
        return "\n".join(rows)


_ESCAPE = "\x1b\\[[0-9;]*m"
_WORDS = "(?:\x1b\\[[0-9;]*m|`[^`\x1b]*`|[^ \x1b])+| +"

BARE = Look()
"""Neither colours nor a width."""
