"""Colours and symbols, and what stands for them where a stream has neither."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

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


BARE = Look()
"""Neither colours nor a width."""
