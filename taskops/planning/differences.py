"""The fields of one resource that differ, each with its own origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.comparing.content import secret_differences
from taskops.comparing.diff import code_difference, differing_paths
from taskops.model.change import Difference, Origin
from taskops.model.values import EMPTY, Code, Path, Tree, at, secrets
from taskops.planning.origin import field_origin, name_origin

if TYPE_CHECKING:
    from taskops.model.record import Record
    from taskops.model.resource import Observed, Resource


def differences(
    after: Resource,
    seen: Observed,
    record: Record | None,
    *,
    origin: Origin | None = None,
    untouched: bool = False,
    resend: bool = False,
) -> tuple[Difference, ...]:
    """
    All of them, the name last; `origin` stands for each where it is given.

    `untouched`: all that is there was written by git or taskops. An apply that died
    has not told the record what it wrote, so the fields alone would look edited.
    """
    managed = seen.latest if after.publish else seen.draft
    there = EMPTY if managed is None or managed.content is None else managed.content
    equal = managed is not None and managed.digest == after.digest
    # Of a version that the ledger vouches for only the digest is known.
    paths = [] if equal else differing_paths(there, after.content)
    hidden = secret_differences(after.content, managed)
    if resend:
        hidden = [path for path, _ in secrets(after.content)]
    moved = origin or ("pending" if untouched else None)
    found = [_difference(path, there, after, record, moved) for path in paths]
    # A secret that is echoed and differs is git's: no record may hold it.
    found += [
        Difference(path, at(there, path), at(after.content, path), "pending")
        for path in hidden
        if path not in paths
    ]
    if seen.name != after.name:
        named = origin or name_origin(record, seen, after.name)
        found.append(Difference(("name",), seen.name, after.name, named))
    return tuple(found)


def _difference(
    path: Path,
    there: Tree,
    after: Resource,
    record: Record | None,
    origin: Origin | None,
) -> Difference:
    old, new = at(there, path), at(after.content, path)
    code = None
    if path == ("code",):
        code = code_difference(
            old if isinstance(old, Code) else None,
            new if isinstance(new, Code) else None,
        )
    moved = origin or field_origin(path, record, old, new)
    # A documented default is pruned before comparing; people wrote it, and see it.
    shown = at(after.spec, path) if new is None else new
    return Difference(path, old, shown, moved, code)
