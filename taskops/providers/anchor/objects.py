"""One object of an account, as it is now."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskops.errors import NotFound
from taskops.model.resource import Observed
from taskops.providers.anchor import shapes
from taskops.providers.anchor.convert import row_of, version_of
from taskops.providers.anchor.listing import unwrap
from taskops.providers.anchor.paths import task_path
from taskops.providers.http.answers import text_of

if TYPE_CHECKING:
    from taskops.model.resource import Version
    from taskops.providers.http.door import Answer, Door

NUMBER = re.compile(r"[0-9]{1,18}")
"""A published version; a task without one says `draft`."""


def metadata(door: Door, object_id: str) -> tuple[Observed, str] | None:
    """One object without its versions, and its own description."""
    try:
        answer = unwrap(door.read(task_path(object_id), shapes.task))
    except NotFound:
        return None
    if answer.get("deleted"):
        return None
    row = replace(row_of(answer), id=object_id, row="")
    return row, text_of(answer, "description")


def whole(door: Door, row: Observed, description: str, keep: str) -> Observed:
    """The row, and the task's own description, with both versions it may have."""
    return _whole(row, _versions(door, row), description, keep)


def whole_of_row(door: Door, row: Observed, description: str, keep: str) -> Observed:
    """
    The same of a listing's row, whose description may be the task's or a version's.

    Where the two versions are described alike, it is all the same. Else only what
    the service says of the task alone tells them apart.
    """
    both = _versions(door, row)
    if description and _described_apart(*both):
        there = metadata(door, row.id)
        description = description if there is None else there[1]
    return _whole(row, both, description, keep)


def version(
    door: Door, object_id: str, which: str, description: str, keep: str
) -> Version | None:
    """One version; its code's bytes are dropped where their digest is `keep`."""
    answer = _version(door, object_id, which)
    return None if answer is None else version_of(answer, description, keep=keep)


def _versions(door: Door, row: Observed) -> tuple[Answer | None, Answer | None]:
    draft = _version(door, row.id, "draft")
    latest = _version(door, row.id, "latest")
    if latest is None and NUMBER.fullmatch(row.version):
        # The task says that this one is published. Whoever took the 404 for an
        # answer would deploy the same once more.
        latest = _version(door, row.id, row.version)
    return draft, latest


def _version(door: Door, object_id: str, which: str) -> Answer | None:
    try:
        answer = unwrap(door.read(f"{task_path(object_id)}/{which}", shapes.version))
    except NotFound:
        return None
    return None if answer.get("deleted") else answer


def _described_apart(draft: Answer | None, latest: Answer | None) -> bool:
    if draft is None or latest is None:
        return False
    return text_of(draft, "description") != text_of(latest, "description")


def _whole(
    row: Observed,
    both: tuple[Answer | None, Answer | None],
    description: str,
    keep: str,
) -> Observed:
    draft, latest = (
        None if answer is None else version_of(answer, description, keep=keep)
        for answer in both
    )
    return Observed(
        row.provider,
        row.id,
        row.name,
        row.language,
        draft,
        latest,
        latest.number if latest is not None else "",
        row.updated_at,
        row.row,
        status=row.status,
    )
