"""Code as it was and as it will be, side by side, with colours."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from itertools import takewhile
from typing import TYPE_CHECKING

from taskops.render import clean, words
from taskops.render.syntax import State, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from taskops.model.change import CodeDifference

_AT = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)")
COLOURED = frozenset({"comment", "string", "number", "keyword"})


@dataclass(slots=True)
class _Side:
    """One of the two files, as far as it was read."""

    sign: str
    kind: str
    number: int = 0
    state: State = ""

    def cell(self, line: str | None, other: str | None) -> str:
        if line is None:
            return '<td class="no"></td><td class="code none"></td>'
        if line.startswith("\\"):
            return f'<td class="no"></td><td class="code dim">{_text(line)}</td>'
        text = line[1:]
        found, self.state = tokens(text, self.state)
        changed = line.startswith(self.sign)
        span = _changed(text, other[1:]) if changed and other else None
        made = "".join(_painted(found, span))
        if changed and not text:
            made = "\N{NO-BREAK SPACE}"
        number, self.number = self.number, self.number + 1
        kind = f" {self.kind}" if changed else ""
        # Who cannot see the colour hears of the change.
        tag = {"del": "del", "add": "ins"}[self.kind]
        made = f"<{tag}>{made}</{tag}>" if changed else made
        return f'<td class="no">{number}</td><td class="code{kind}">{made}</td>'


@dataclass(slots=True)
class _Sides:
    left: _Side = field(default_factory=lambda: _Side("-", "del"))
    right: _Side = field(default_factory=lambda: _Side("+", "add"))


def code_table(code: CodeDifference, origin: str = "") -> Iterator[str]:
    """The difference as a table of four columns: numbers and lines, twice."""
    moved = f" · {_text(origin)}" if origin else ""
    yield f'<p class="dim">code: +{code.added} −{code.removed} lines{moved}</p>'
    yield '<table class="diff"><colgroup><col class="no"><col><col class="no"><col>'
    yield "</colgroup>"
    sides = _Sides()
    for left, right in side_by_side(code.hunks):
        if left is not None and left.startswith("@@"):
            sides = _Sides()
            if at := _AT.match(left):
                sides.left.number, sides.right.number = int(at[1]), int(at[2])
            yield f'<tr class="at"><td colspan="4">{_text(left)}</td></tr>'
            continue
        # Unchanged lines, which a narrow window shows once.
        same = ' class="same"' if left == right else ""
        cells = f"{sides.left.cell(left, right)}{sides.right.cell(right, left)}"
        yield f"<tr{same}>{cells}</tr>"
    yield "</table>"
    if code.cut:
        yield f'<p class="dim">{words.counted(code.cut, "line")} not shown</p>'


def side_by_side(
    hunks: Iterable[str],
) -> Iterator[tuple[str | None, str | None]]:
    """Lines of a unified difference as pairs: what was, what will be."""
    removed: list[str] = []
    added: list[str] = []

    def pairs() -> Iterator[tuple[str | None, str | None]]:
        for number in range(max(len(removed), len(added))):
            yield (
                removed[number] if number < len(removed) else None,
                added[number] if number < len(added) else None,
            )
        removed.clear()
        added.clear()

    for line in hunks:
        if line.startswith("-"):
            removed.append(line)
        elif line.startswith("+"):
            added.append(line)
        elif line.startswith("\\") and (added or removed):
            # That a file ends without a line end belongs to the line before.
            (added or removed).append(line)
        else:
            yield from pairs()
            yield line, line
    yield from pairs()


def _changed(text: str, other: str) -> tuple[int, int] | None:
    """From where to where a line differs from its other; None where all of it does."""
    start = _alike(text, other)
    rest = min(len(text), len(other)) - start
    end = min(rest, _alike(text[::-1], other[::-1]))
    if start + end < len(text) // 3 or start + end == 0:
        return None
    return start, len(text) - end


def _alike(text: str, other: str) -> int:
    """With how many characters both begin."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(text, other, strict=False))
    return sum(1 for _ in same)


def _painted(
    found: Iterable[tuple[str, str]], span: tuple[int, int] | None
) -> Iterator[str]:
    at = 0
    for kind, text in found:
        inside = _marked(text, at, span)
        at += len(text)
        yield f'<i class="{kind}">{inside}</i>' if kind in COLOURED else inside


def _marked(text: str, at: int, span: tuple[int, int] | None) -> str:
    if span is None:
        return _text(text)
    start, end = (min(max(edge - at, 0), len(text)) for edge in span)
    if start == end:
        return _text(text)
    middle = f"<mark>{_text(text[start:end])}</mark>"
    return f"{_text(text[:start])}{middle}{_text(text[end:])}"


def _text(text: str) -> str:
    return escape(clean.line(text.replace("\t", "    ")), quote=True)
