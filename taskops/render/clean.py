"""Make text from manifests and services harmless before anybody shows it."""

from __future__ import annotations

import re

# C0 without tab and line feed, DEL, C1; marks that turn, join or hide text;
# line ends that only some programs see; halves of surrogate pairs; tag letters.
_UNSEEN = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def lines(text: str) -> str:
    """The text with every character that acts or hides spelt out; lines stay."""
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_UNSEEN, _spelt, text)


def line(text: str) -> str:
    """The same on one line."""
    return lines(text).replace("\t", "\\t").replace("\n", "\\n")


def _spelt(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()


def without_commands(text: str) -> str:
    """
    The text without anything that a GitHub runner takes for a command.

    The runner reads `::name::` where a line begins, white space aside, and the
    older `##[name]` anywhere in a line, on both streams.
    """
    kept = [_without_command(part) for part in text.split("\n")]
    return "\n".join(kept)


def _without_command(part: str) -> str:
    part = part.replace("##[", "## [")
    bare = part.lstrip()
    if bare.startswith("::"):
        part = f"{part[: len(part) - len(bare)]}: :{bare[2:]}"
    return part


def without_commands_in_json(text: str) -> str:
    """The same for JSON, whose meaning must stay."""
    return text.replace("##[", "##\\u005b")


def shortened(text: str, width: int, ellipsis: str = "…") -> str:
    """At most `width` characters, cut at the end."""
    if len(text) <= width:
        return text
    return text[: max(width - len(ellipsis), 0)] + ellipsis
