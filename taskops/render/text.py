"""A plan as people read it on a terminal."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from taskops.model.values import SENSITIVE
from taskops.render import clean, words
from taskops.render.paint import BARE
from taskops.render.problems import problem_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taskops.model.change import CodeDifference
    from taskops.render.paint import Look
    from taskops.render.sheet import Field, Row, Sheet

SYMBOLS = MappingProxyType(
    {"create": "+", "update": "~", "start": "»", "wait": "»", "delete": "-"}
)
COLOURS = MappingProxyType(
    {
        "create": "blue",
        "update": "gold",
        "start": "violet",
        "wait": "violet",
        "delete": "crimson",
    }
)

NAMES = 22
"""Columns of the names, at the least."""

WIDE = 60
"""Columns of a terminal, below which names are given no more room than they need."""

VALUE = 60
"""Characters of a value, at the least, before it is cut."""


def plan_text(
    sheet: Sheet, look: Look = BARE, *, verbose: bool = False, next_command: str = ""
) -> str:
    """The whole plan, ended by a line feed."""
    blocks = [list(_header(sheet, look)), list(_rows(sheet, look, verbose))]
    blocks.append(list(_notes(sheet, look)))
    problems = words.worst_first(sheet.problems)
    blocks.append([line for p in problems for line in problem_lines(p, look)])
    blocks.append(list(_ending(sheet, look)))
    fitted = [[look.fit(line) for line in block] for block in blocks if block]
    if next_command:
        # Whole, however long it is: what is copied must work.
        fitted[-1].append(f"Next: {next_command}")
    return "\n\n".join("\n".join(block) for block in fitted) + "\n"


def _header(sheet: Sheet, look: Look) -> Iterator[str]:
    arrow = look.letters("←")
    title = f"{words.place(sheet)}  {arrow}  {words.source(sheet)}"
    yield look.paint(title, "bold")
    if sheet.against == "ledger":
        said = "compared with the ledger alone: what moved on the service is not seen"
        yield look.paint(said, "dim")
    if sheet.ledger:
        yield look.paint(clean.line(sheet.ledger), "dim")
    for name, why in sheet.incomplete.items():
        yield look.paint(clean.line(f"{name}: {why}; nothing is deleted"), "gold")


def _rows(sheet: Sheet, look: Look, verbose: bool) -> Iterator[str]:
    names = [words.shown_name(sheet, row) for row in sheet.rows]
    least = NAMES if not look.width or look.width >= WIDE else 0
    column = min(max([least, *map(len, names)]), 60)
    for row, name in zip(sheet.rows, names, strict=True):
        symbol = look.letters(SYMBOLS[row.verb])
        told = ", ".join([clean.line(row.words), *_said_of(row)])
        head = f"{symbol} {name:<{column}} {told}"
        yield "  " + look.paint(head, COLOURS[row.verb])
        for field in row.fields:
            yield from _field(field, look, verbose)
        if row.note:
            yield f"      {clean.line(row.note)}"


def _said_of(row: Row) -> list[str]:
    """What must be seen without opening anything."""
    told = ("undoes", "git and", "overwrites", "replaces")
    return [risk for risk in row.risks if risk.startswith(told)]


def _field(field: Field, look: Look, verbose: bool) -> Iterator[str]:
    name = words.field_name(field)
    narrow = 0 < look.width < WIDE
    left = (
        f"      {name:<20} " if len(name) <= 20 and not narrow else f"      {name}   "
    )
    origin = words.origin_words(field.origin)
    tail = f"   {look.letters('·')} {origin}" if origin else ""
    if field.code is not None:
        minus = look.letters("−")
        yield f"{left}+{field.code.added} {minus}{field.code.removed} lines{tail}"
        if verbose:
            yield from _hunks(field.code, look)
        return
    yield left + _values(field, look, len(left) + len(tail)) + tail


def _values(field: Field, look: Look, used: int) -> str:
    if field.before == field.after == dict(SENSITIVE):
        return f"{words.HIDDEN}, changed or sent again"
    room = max((look.width or 200) - used - 4, VALUE) // 2
    dots = look.letters("…")
    texts = (words.before_text(field), words.value_text(field.after))
    before, after = (
        clean.shortened(text, room, dots) for text in _around(*texts, room, dots)
    )
    return f"{before} {look.letters('→')} {after}"


def _around(before: str, after: str, room: int, dots: str) -> tuple[str, str]:
    """Both without what they begin with alike, where the difference would be cut."""
    pairs = enumerate(zip(before, after, strict=False))
    least = min(len(before), len(after))
    alike = next((at for at, (one, other) in pairs if one != other), least)
    if alike <= room * 2 // 3 or max(len(before), len(after)) <= room:
        return before, after
    start = alike - room // 3
    return dots + before[start:], dots + after[start:]


def _hunks(code: CodeDifference, look: Look) -> Iterator[str]:
    for hunk in code.hunks:
        # A terminal must not be told anything by a line of code.
        text = clean.line(hunk.replace("\t", "    "))
        colour = {"+": "blue", "-": "crimson", "@": "violet"}.get(hunk[:1], "")
        yield "        " + (look.paint(text, colour) if colour else text)
    if code.cut:
        yield f"        {look.letters('…')} {words.counted(code.cut, 'line')} not shown"


def _notes(sheet: Sheet, look: Look) -> Iterator[str]:
    for note in words.told_notes(sheet):
        name = words.shown_name(sheet, note)
        text = f"= {name:<{NAMES}} {clean.line(note.text)}"
        yield "  " + look.paint(text, "dim")


def _ending(sheet: Sheet, look: Look) -> Iterator[str]:
    head, done = "Plan", words.to_do(sheet) or "nothing to change"
    if sheet.drift:
        head, done = "Drift", words.seen(sheet) or "none"
    told = ", ".join(part for part in (done, words.kept(sheet)) if part)
    problems = words.problem_count(sheet)
    summary = f"{head}: {told}{'; ' + problems if problems else ''}."
    digest = f"   digest {sheet.digest[: words.SHORT]}" if words.to_do(sheet) else ""
    yield look.paint(summary, "bold") + look.paint(digest, "dim")
