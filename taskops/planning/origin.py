"""Who moved: git, the service, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.comparing.content import settle
from taskops.model.resource import Version
from taskops.model.values import Path, at, digest, put

if TYPE_CHECKING:
    from taskops.model.change import Origin
    from taskops.model.record import Intent, Record
    from taskops.model.resource import Observed, Resource


TAKEN_BACK = "take back"
"""The intent of a version that was made live again because a newer one failed."""


def applied_last(record: Record | None, resource: Resource) -> bool:
    """Whether the wanted content is what we applied last."""
    if record is None or not record.spec:
        return False
    was = settle(Version.of(record.spec), record.residual, resource.content)
    if was is None or was.content is None:
        return False
    content = was.content
    for path in resource.ignore:
        content = put(content, path, at(resource.content, path))
    return digest(content) == resource.digest


def ours(
    record: Record | None, intent: Intent | None, resource: Resource | None
) -> set[str]:
    """Digests of everything that git or taskops itself wrote."""
    known: set[str | None] = set()
    if record is not None:
        known |= {record.draft, record.live}
    if intent is not None:
        known.add(intent.to)
    if resource is not None:
        known.add(resource.digest)
    return {one for one in known if one}


def kept_by_ignoring(
    version: Version, resource: Resource, record: Record | None, mine: set[str]
) -> bool:
    """
    Whether only ignored fields were edited there, and are sent back as they are.

    An edit of an ignored field in a version whose own value is not the one that
    is sent back would be lost like any other.
    """
    if record is None or version.content is None or not resource.ignore:
        return False
    content = version.content
    for path in resource.ignore:
        if at(content, path) == at(resource.content, path):
            content = put(content, path, at(record.spec, path))
    return digest(content) in mine


def content_origin(
    resource: Resource,
    record: Record | None,
    intent: Intent | None,
    overwritten: list[Version | None],
) -> Origin:
    """Pending unless something is lost that neither git nor taskops wrote."""
    mine = ours(record, intent, resource)
    lost = [
        v
        for v in overwritten
        if v is not None
        and v.digest not in mine
        and not kept_by_ignoring(v, resource, record, mine)
    ]
    back = intent is not None and intent.change == TAKEN_BACK
    if back and applied_last(record, resource):
        # What failed goes live again only if a person says so; its mending may.
        lost = [v for v in overwritten if v is not None and v.digest != resource.digest]
    if not lost:
        return "pending"
    return "drift" if applied_last(record, resource) else "conflict"


def name_origin(record: Record | None, observed: Observed, wanted: str) -> Origin:
    """The same question for the name on the service."""
    if record is None or observed.name == record.name:
        return "pending"
    return "drift" if wanted == record.name else "conflict"


def field_origin(
    path: Path, record: Record | None, before: object, after: object
) -> Origin:
    """One shown field, three ways: what we applied, what is there, what is wanted."""
    if record is None or not record.spec:
        return "pending"
    base = digest(at(record.spec, path))
    if base == digest(before):
        return "pending"
    return "drift" if base == digest(after) else "conflict"
