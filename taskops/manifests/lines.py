"""The plainest YAML, read by its lines: None as soon as anything else is met."""

from __future__ import annotations

import re
from sys import intern
from typing import NamedTuple

from taskops.manifests.scalars import NOT_TEXT, WORDS, OddScalarError, plain

DEEPEST = 32


class Root(NamedTuple):
    """One document: its data, and where its first field stands."""

    data: object
    line: int
    column: int


# Fields below fields and lists of values, each on a line of its own, and comments.
# Nothing here can be tried in two ways, so that no text makes it slow.
_LINE = re.compile(
    r"""^(?:
    (\ *+)                                            # indentation
    (?:(-\ ++) | ([A-Za-z_][A-Za-z0-9_-]*+):(?:\ ++|$))  # an item, or a field
    (?:([A-Za-z0-9_/.$](?:[!-"$-9;-~]++|\ ++(?=[!-"$-~])|:(?=[!-~]))*+)
      |("[ !#-\[\]-~]*+"|'[ -&(-~]*+')                # quoted, without escapes
      |(\[\]|\{\})
    )?+
    (?:(?:(?<=\ )|\ ++)\#[ -~]*+)?+\ *+
    | \ *+(?:\#[ -~]*+)?+
    )$ | ^(.*+)$""",
    re.VERBOSE | re.MULTILINE,
)


def lines(text: str) -> Root | None:
    """The one document of a text that has nothing but the plainest YAML, else None."""
    root: dict[str, object] = {}
    try:
        first = _read(_LINE.findall(text), root)
    except OddScalarError:
        return None
    return Root(root, first, 1) if first else None


# One loop and no calls: this is where the time goes.
def _read(rows: list[tuple[str, ...]], root: dict[str, object]) -> int:  # noqa: C901, PLR0912
    """Fill the root; the number of its first line, or 0 for what is not plain."""
    first = number = 0
    depth, here = 0, root
    items: list[object] | None = None
    above: list[tuple[int, dict[str, object]]] = []
    opened = ""
    """The field that has no value yet: what is below it says what it holds."""
    for space, dash, name, word, quoted, nothing, odd in rows:
        number += 1
        if odd:
            return 0
        if not name and not dash:
            continue
        # The same few names in every file: each is kept once.
        key = intern(name)
        first = first or number
        indent = len(space)
        if dash:
            if opened and indent >= depth:
                items = here[opened] = []
                opened, listed = "", indent
            elif items is None or opened or indent != listed:
                return 0
        else:
            items = None
            if opened and indent > depth:
                if len(above) == DEEPEST:
                    return 0
                above.append((depth, here))
                inner: dict[str, object] = {}
                here[opened] = inner
                depth, here = indent, inner
            while indent < depth:
                depth, here = above.pop()
            if indent != depth or key in here or key in WORDS:
                return 0
            opened = ""
        value: object
        if word:
            value = plain(word) if word[0] in NOT_TEXT else word
        elif quoted:
            value = quoted[1:-1]
        elif nothing:
            value = [] if nothing == "[]" else {}
        elif dash:
            return 0
        else:
            value, opened = None, key
        if items is None:
            here[key] = value
        else:
            items.append(value)
    return first
