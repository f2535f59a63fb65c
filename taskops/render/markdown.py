"""A plan as Markdown for a pull request: what is risky first, within a budget."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskops.render import clean, words
from taskops.render.fence import fence, fenced
from taskops.render.public import published

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taskops.model.problem import Problem
    from taskops.render.sheet import Field, Note, Row, Sheet

BUDGET = 60_000
"""Bytes; a comment on GitHub holds 65,536 characters."""

TABLE = 20_000
"""Bytes of the budget that the table of changes may take."""

SETTING = 300
"""Characters of a changed line of taskops.yaml: it must not crowd out what follows."""

# Parentheses and dashes mean nothing where brackets are plain.
_SPECIAL = re.compile(r"([\\`*_\[\]#|~$])")


def plan_markdown(sheet: Sheet, *, budget: int = BUDGET) -> str:
    """
    The verdict, the counts, what is risky, all changes, then the diffs.

    It may stand where anybody reads it: of text that only the service has, it
    shows the size.
    """
    sheet = published(sheet)
    footer = f"<sub>digest <code>{_escaped(sheet.digest)}</code></sub>"
    parts = [*_settings(sheet), *_risky(sheet), *_problems(sheet), *_table(sheet)]
    parts += _notes(sheet)
    verdict = _verdict(sheet)
    room = budget - len(verdict.encode()) - len(footer) - 200
    text = _within("\n\n".join(parts), room)
    left = room - len(text.encode())
    shown, hidden = [], 0
    for row in sheet.rows:
        detail = _details(sheet, row)
        size = len(detail.encode()) + 2
        if not detail:
            continue
        if size > left:
            hidden += detail.count("\n")
            continue
        left -= size
        shown.append(detail)
    if hidden:
        # Above the fold: whoever approves must know that there is more.
        told = f"**{words.counted(hidden, 'line')} not shown**"
        verdict += f"\n\n{told}: `taskops plan --verbose` has every difference."
    parts = [part for part in (verdict, text, *shown, footer) if part]
    return "\n\n".join(parts) + "\n"


def _within(text: str, room: int, noun: str = "line") -> str:
    """The beginning of the text that fits, cut between two lines."""
    if len(text.encode()) <= room:
        return text
    kept: list[str] = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        room -= len(line.encode()) + 1
        if room < 0:
            rest = len(lines) - number
            return "\n".join([*kept, "", f"_{words.counted(rest, noun)} not shown._"])
        kept.append(line)
    return text


def _verdict(sheet: Sheet) -> str:
    to_do = words.seen(sheet) if sheet.drift else words.to_do(sheet)
    done = [to_do, words.kept(sheet), words.problem_count(sheet)]
    told = ", ".join(part for part in done if part) or "nothing is declared"
    lines = [f"**{words.verdict(sheet)}**: {_escaped(told)}", ""]
    place, source = _escaped(words.place(sheet)), _escaped(words.source(sheet))
    lines.append(f"taskops: {place} ← {source}")
    if sheet.against == "ledger":
        lines += ["", "Compared with the ledger alone: what moved on the service "]
        lines[-1] += "is not seen."
    if sheet.ledger:
        lines += ["", f"{_escaped(sheet.ledger)}."]
    for name, why in sheet.incomplete.items():
        lines += ["", f"{_escaped(f'{name}: {why}')}; nothing is deleted."]
    return "\n".join(lines)


def _settings(sheet: Sheet) -> Iterator[str]:
    """What the pull request changes in taskops.yaml, which rules over all else."""
    lines = [
        clean.shortened(clean.line(line.replace("\t", "    ")), SETTING)
        for line in sheet.settings
    ]
    if not lines:
        return
    if all(line.startswith("# ") for line in lines):
        told = " ".join(line.removeprefix("# ") for line in lines)
        yield f"Whether `taskops.yaml` is changed is {told}."
        return
    body = fenced("\n".join(lines), "diff")
    yield f"### `taskops.yaml` is changed\n\n{body}"


def _risky(sheet: Sheet) -> Iterator[str]:
    told = words.look_first(sheet)
    lines = [_line(sheet, item, why) for item, why in told]
    if lines:
        when = "before an apply" if sheet.drift else "first"
        yield _within(f"### Look at these {when}\n\n" + "\n".join(lines), TABLE)


def _line(sheet: Sheet, item: Row | Note, text: str) -> str:
    return f"- {_code(words.shown_name(sheet, item))}: {_escaped(text)}"


def _problems(sheet: Sheet) -> Iterator[str]:
    if sheet.problems:
        lines = [_problem(problem) for problem in words.worst_first(sheet.problems)]
        yield _within("### Problems\n\n" + "\n".join(lines), TABLE)


def _problem(problem: Problem) -> str:
    where = f" ({_code(str(problem.where))})" if problem.where is not None else ""
    parts = [words.named(problem), problem.detail, problem.hint]
    told = ". ".join(_escaped(part) for part in parts if part)
    return f"- {problem.severity}{where}: {told}"


def _table(sheet: Sheet) -> Iterator[str]:
    if not sheet.rows:
        return
    done = "what an apply would do" if sheet.drift else "what is done"
    lines = [f"| | task | {done} | fields |", "|---|---|---|---|"]
    for row in sheet.rows:
        fields = ", ".join(words.field_name(field) for field in row.fields)
        fields = clean.shortened(fields, 200)
        cells = [
            _code({"create": "+", "update": "~", "delete": "-"}.get(row.verb, "»")),
            _code(words.shown_name(sheet, row)),
            _escaped(row.words),
            _code(fields) if fields else "",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    yield _within("\n".join(lines), TABLE, "change")


def _notes(sheet: Sheet) -> Iterator[str]:
    if notes := words.told_notes(sheet):
        lines = [_line(sheet, note, note.text) for note in notes]
        yield _within("\n".join(lines), TABLE // 4)


def _details(sheet: Sheet, row: Row) -> str:
    """Everything that differs in one object, folded; empty when nothing does."""
    lines = [line for field in row.fields for line in _field(field)]
    if row.note:
        lines.append(f"# {clean.line(row.note)}")
    if not lines:
        return ""
    title = _html(f"{words.shown_name(sheet, row)}: {row.words}")
    body = fenced("\n".join(lines), "diff")
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"


def _field(field: Field) -> Iterator[str]:
    name = words.field_name(field)
    origin = words.origin_words(field.origin)
    yield f"@@ {name}{f': {origin}' if origin else ''} @@"
    if field.code is None:
        if field.before is not None or field.withheld:
            yield f"- {words.before_text(field)}"
        if field.after is not None:
            yield f"+ {words.value_text(field.after)}"
        return
    if told := words.withheld(field):
        yield f"# {told}"
    for hunk in field.code.hunks:
        yield clean.line(hunk.replace("\t", "    "))
    if not field.code.hunks:
        yield f"# +{field.code.added} −{field.code.removed} lines"
    if field.code.cut:
        yield f"# {words.counted(field.code.cut, 'line')} not shown"


def _escaped(text: str) -> str:
    """Words of somebody else as plain words: no markup, no HTML, no mention."""
    return _SPECIAL.sub(r"\\\1", _html(text))


def _html(text: str) -> str:
    """The same where only HTML is read."""
    text = clean.line(text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Only a character between stops mentions, references to issues, and links.
    for mark in ("@", "#", "www"):
        text = text.replace(mark, f"{mark}\u2060")
    return text.replace("://", ":\u2060//")


def _code(text: str) -> str:
    """Words of somebody else in a code span, in a table too."""
    text = clean.line(text).replace("|", "¦")
    mark = fence(text, least=1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{mark}{pad}{text}{pad}{mark}"
