"""Words of TypeScript, enough to give them colours; wrong is never worse than plain."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

State: TypeAlias = Literal["", "comment", "template"]
"""What a line begins inside of."""

# Each branch takes at least one character and none can take the same text in two
# ways, so a line of any length is read in time proportional to it.
_TOKEN: Final = re.compile(
    r"""(?P<comment>//.*|/\*(?:[^*]|\*(?!/))*(?P<closed>\*/)?)
    |(?P<string>"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?)
    |(?P<template>`(?:\\.|[^`\\])*(?P<ended>`)?)
    |(?P<number>\d[\w.]*)
    |(?P<word>[^\W\d][\w$]*|\$[\w$]*)
    |(?P<other>[^\w"'`/$]+|.)""",
    re.VERBOSE | re.DOTALL,
)
_END: Final = {
    "comment": re.compile(r"\*/"),
    "template": re.compile(r"(?<!\\)(?:\\\\)*`"),
}
KEYWORDS: Final = frozenset(
    """
    abstract any as asserts async await boolean break case catch class const continue
    debugger declare default delete do else enum export extends false finally for from
    function get if implements import in infer instanceof interface is keyof let
    namespace never new null number of private protected public readonly return
    satisfies set static string super switch this throw true try type typeof undefined
    unknown var void while with yield
    """.split()  # noqa: SIM905  # a hundred words read best as text
)


def tokens(line: str, state: State = "") -> tuple[list[tuple[str, str]], State]:
    """(kind, text) of a line, and what the next line begins inside of."""
    found: list[tuple[str, str]] = []
    at = 0
    if state:
        end = _END[state].search(line)
        if end is None:
            return [(_shown(state), line)], state
        at = end.end()
        found.append((_shown(state), line[:at]))
    rest, left = _rest(line, at)
    return found + rest, left


def _rest(line: str, at: int) -> tuple[list[tuple[str, str]], State]:
    found: list[tuple[str, str]] = []
    left: State = ""
    for match in _TOKEN.finditer(line, at):
        kind, text = match.lastgroup or "other", match[0]
        if match["comment"]:
            kind = "comment"
            left = "comment" if text[1] == "*" and not match["closed"] else ""
        elif match["template"]:
            kind, left = "string", "" if match["ended"] else "template"
        elif kind == "word":
            kind = "keyword" if text in KEYWORDS else "word"
        found.append((kind, text))
    return found, left


def _shown(state: State) -> str:
    return "comment" if state == "comment" else "string"
