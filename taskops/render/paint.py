"""Colours and symbols, and what stands for them where a stream has neither."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

COLOURS = MappingProxyType(
    {
        "green": "32",
        "yellow": "33",
        "red": "31",
        "cyan": "36",
        "bold": "1",
        "dim": "2",
    }
)

PLAIN = MappingProxyType(
    {"→": "->", "←": "<-", "»": ">", "−": "-", "…": "...", "·": "-", "█": "#"}
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
        return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m"

    def letters(self, text: str) -> str:
        """A text of ours without letters that the stream has not."""
        if self.ascii:
            for fancy, plain in PLAIN.items():
                text = text.replace(fancy, plain)
        return text


BARE = Look()
"""Neither colours nor a width."""
