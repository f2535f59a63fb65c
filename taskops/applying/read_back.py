"""What the service shows after a write: what was sent, but for what it never takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from taskops.applying.asks import Pause, look
from taskops.applying.proof import proofs
from taskops.comparing.content import (
    DRAFT,
    residuals,
    same,
    secret_differences,
    settle,
)
from taskops.comparing.diff import differing_paths
from taskops.model.dataclass import dataclass
from taskops.model.record import Residual
from taskops.model.values import digest

if TYPE_CHECKING:
    from collections.abc import Generator

    from taskops.applying.asks import Ask
    from taskops.applying.proof import Written
    from taskops.model.resource import Identity, Observed, Resource, Version

LAGS = (0.0, 0.2, 0.5, 1.0, 2.0)
"""Seconds before each look, while a write is not visible yet."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The object after a write, and the version of it that holds what was sent."""

    seen: Observed
    found: Version
    live_alone: bool = False
    """Whether only the live version was read."""


def read_back(
    after: Resource, at: Identity, written: Written
) -> Generator[Ask, object, Shown | str]:
    """What is shown; or, where what was sent is not there, the fields that differ."""
    proved = yield from proofs(after, at, written)
    if proved is not None:
        found = proved.latest if after.publish else proved.draft
        return Shown(proved, cast("Version", found), live_alone=after.publish)
    seen, found = None, None
    for number, lag in enumerate(LAGS):
        if lag:
            yield Pause(lag)
        seen = yield from look(at.address, at.id, at.name)
        found = _version_written(seen, after)
        if same(after, found):
            break
        if number and found is not None and took_code(after, found):
            break
    if seen is None or found is None or not took_code(after, found):
        return _fields(found, after)
    return Shown(seen, found)


def took_code(after: Resource, there: Version) -> bool:
    """Whether the version has the code that was sent."""
    return there.value(("code",)) == after.code


def not_taken(after: Resource, shown: Shown) -> dict[str, Residual]:
    """What the service did not take as it was sent; a draft that went live is one."""
    seen, found = shown.seen, shown.found
    content = found.content if found.content is not None else after.content
    refused = (
        [] if found.digest == after.digest else differing_paths(content, after.content)
    )
    refused += [
        path for path in secret_differences(after.content, found) if path not in refused
    ]
    residual = residuals(refused, after.content, content)
    if not after.publish and found is seen.latest:
        # As a plan will see it: with what the service is known not to take.
        draft = settle(seen.draft, residual, after.content)
        answer = digest(None) if draft is None else draft.digest
        residual[DRAFT] = Residual(after.digest, answer)
    return residual


def _version_written(seen: Observed | None, after: Resource) -> Version | None:
    """The version that should hold what was sent."""
    if seen is None:
        return None
    if after.publish:
        return seen.latest
    # A service that publishes every write shows it there, and not as a draft.
    live = seen.latest is not None and took_code(after, seen.latest)
    in_draft = seen.draft is not None and took_code(after, seen.draft)
    return seen.latest if live and not in_draft else seen.draft


def _fields(there: Version | None, after: Resource) -> str:
    if there is None or there.content is None:
        return "nothing of it is there"
    paths = differing_paths(there.content, after.content)
    return ", ".join(f"`{'.'.join(map(str, path))}`" for path in paths)
