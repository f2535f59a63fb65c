"""What a public page may show of a plan: no text that only the service has."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from taskops.model.values import SENSITIVE

if TYPE_CHECKING:
    from taskops.render.sheet import Field, Row, Sheet

OURS = frozenset({"pending", "new"})
"""Origins of a field whose value on the service is what was applied last."""


def published(sheet: Sheet) -> Sheet:
    """
    The plan with the size alone of each text that somebody wrote on the service.

    What was applied last came from git, and everybody who sees the page may see it;
    what was typed into a dashboard may hold anything, a key as well.
    """
    return replace(sheet, rows=tuple(_row(row) for row in sheet.rows))


def _row(row: Row) -> Row:
    theirs = row.origin == "adopt"
    fields = tuple(
        _without(field) if theirs or field.origin not in OURS else field
        for field in row.fields
    )
    return replace(row, fields=fields)


def _without(field: Field) -> Field:
    if field.code is not None:
        kept = tuple(line for line in field.code.hunks if not line.startswith("-"))
        code = replace(field.code, hunks=kept)
        return replace(field, before=None, code=code, withheld=field.code.removed)
    if field.before is None or field.before == dict(SENSITIVE):
        return field
    text = field.before
    if not isinstance(text, str):
        text = json.dumps(text, ensure_ascii=False)
    return replace(field, before=None, withheld=len(text))
