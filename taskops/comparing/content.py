"""Wanted laid over observed: what is ignored, what a service would not take."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from taskops.model.record import Residual
from taskops.model.values import (
    Path,
    Secret,
    Tree,
    at,
    digest,
    from_pointer,
    pointer,
    put,
    secrets,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from taskops.model.record import Record
    from taskops.model.resource import Observed, Resource, Version


DRAFT = "/draft"
"""Where a record remembers that the service took no draft, but published."""


def settle(
    version: Version | None, residual: Mapping[str, Residual], wanted: Tree
) -> Version | None:
    """
    The version as if the service had taken what it is known not to take.

    Only while it still answers as it did, and only for the value that it
    refused then: another wanted value is a new question.
    """
    if version is None or version.content is None or not residual:
        return version
    content = version.content
    for where, known in residual.items():
        path = from_pointer(where)
        asked, answered = at(wanted, path), at(content, path)
        if (digest(asked), digest(answered)) == (known.wanted, known.answered):
            content = put(content, path, asked)
    return replace(version, content=content, digest=digest(content))


def settled(observed: Observed, record: Record | None, wanted: Tree) -> Observed:
    """The object with both of its versions settled by what its record remembers."""
    if record is None or not record.residual:
        return observed
    return replace(
        observed,
        draft=settle(observed.draft, record.residual, wanted),
        latest=settle(observed.latest, record.residual, wanted),
    )


def residuals(
    paths: Iterable[Path], wanted: Tree, answered: Tree
) -> dict[str, Residual]:
    """What to remember of fields that the service did not take as sent."""
    return {
        pointer(path): Residual(digest(at(wanted, path)), digest(at(answered, path)))
        for path in paths
    }


def respect_ignored(resource: Resource, observed: Version | None) -> Resource:
    """The resource with its ignored fields as they were observed."""
    if not resource.ignore or observed is None or observed.content is None:
        return resource
    spec, content = resource.spec, resource.content
    for path in resource.ignore:
        value = at(observed.content, path)
        if value == at(content, path):
            continue
        content = put(content, path, value)
        spec = put(spec, path, value)
    return replace(resource, spec=spec, content=content)


def secret_differences(wanted: Tree, version: Version | None) -> list[Path]:
    """The paths where the service echoes another secret than the wanted one."""
    if version is None or version.content is None:
        return []
    differing = []
    for path, secret in secrets(wanted):
        there = at(version.content, path)
        if isinstance(there, Secret) and secret.differs(there):
            differing.append(path)
    return differing


def compared(
    resource: Resource, observed: Observed, record: Record | None
) -> Version | None:
    """
    The version that stands for the object: live when publishing, else the draft.

    Without a draft there are no unpublished edits: the live version is the
    draft. And a service that publishes every write shows there what we wrote.
    """
    if resource.publish or observed.draft is None:
        return observed.latest
    refused = record.residual.get(DRAFT) if record is not None else None
    if refused is not None and same(resource, observed.latest):
        answered = Residual(resource.digest, observed.draft.digest)
        return observed.latest if refused == answered else observed.draft
    return observed.draft


def publishes_at_once(record: Record | None) -> bool:
    """Whether the last write without publishing went live all the same."""
    return record is not None and DRAFT in record.residual


def same(resource: Resource, version: Version | None) -> bool:
    """Whether the version is exactly what is wanted, echoed secrets included."""
    return (
        version is not None
        and version.digest == resource.digest
        and not secret_differences(resource.content, version)
    )
