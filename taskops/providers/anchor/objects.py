"""One object of an account, as it is now."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskops.errors import NotFound
from taskops.model.resource import Observed
from taskops.providers.anchor import shapes
from taskops.providers.anchor.convert import row_of, text_of, version_of
from taskops.providers.anchor.listing import unwrap

if TYPE_CHECKING:
    from taskops.model.resource import Version
    from taskops.providers.http.door import Door

NUMBER = re.compile(r"[0-9]{1,18}")
"""A published version; a task without one says `draft`."""


def metadata(door: Door, object_id: str) -> tuple[Observed, str] | None:
    """One object without its versions, and its own description."""
    try:
        answer = unwrap(door.read(f"/v1/task/{object_id}", shapes.task))
    except NotFound:
        return None
    if answer.get("deleted"):
        return None
    row = replace(row_of(answer), id=object_id, row="")
    return row, text_of(answer.get("description"))


def whole(door: Door, row: Observed, description: str, keep: str) -> Observed:
    """The row with both of its versions; either may not be there."""
    draft = version(door, row.id, "draft", description, keep)
    latest = version(door, row.id, "latest", description, keep)
    if latest is None and NUMBER.fullmatch(row.version):
        # The task says that this one is published. Whoever took the 404 for an
        # answer would deploy the same once more.
        latest = version(door, row.id, row.version, description, keep)
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


def version(
    door: Door, object_id: str, which: str, description: str, keep: str
) -> Version | None:
    """One version; its code's bytes are dropped where their digest is `keep`."""
    try:
        answer = unwrap(door.read(f"/v1/task/{object_id}/{which}", shapes.version))
    except NotFound:
        return None
    if answer.get("deleted"):
        return None
    return version_of(answer, description, keep=keep)
