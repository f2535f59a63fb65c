"""What the service lists of its runs: the newest sessions, and one session's turns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from taskops.errors import NotFound, ReadFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskops.errors import TaskopsError
    from taskops.model.resource import Resource
    from taskops.providers.http.door import Door

LISTED = 100
"""Sessions that the listing shows at the most; there is no second page."""

NO_SUCH_LIST = frozenset({404, 405, 410, 501})
"""How a service says that it does not list runs; its older pages know of no listing."""


def listed(door: Door) -> list[Mapping[str, object]]:
    """The newest sessions, each with its first run."""
    sessions = door.read("/v1/tasks", limit=str(LISTED)).get("sessions")
    if not isinstance(sessions, list):
        raise ReadFailed(
            "StableBrowse's listing is not in the documented form",
            "it has no `sessions`",
            "run the same command again",
        )
    firsts = [s.get("firstTask") for s in sessions if isinstance(s, Mapping)]
    return [first for first in firsts if isinstance(first, Mapping)]


def turns(
    door: Door, resource: Resource, newest: Sequence[Mapping[str, object]]
) -> Sequence[Mapping[str, object]]:
    """
    The runs among which one of this resource is, the newest first.

    The listing shows the first run of each session, so one that goes on with a
    session is looked for in that session.
    """
    session = resource.spec.get("sessionId")
    if not session:
        return newest
    try:
        found = door.read(f"/v1/sessions/{quote(str(session), safe='')}").get("tasks")
    except NotFound:
        return ()
    given = found if isinstance(found, list) else []
    return [turn for turn in reversed(given) if isinstance(turn, Mapping)]


def has_no_list(error: TaskopsError) -> bool:
    """Whether the service, as far as it goes, has no list of runs."""
    if isinstance(error, NotFound):
        return True
    return isinstance(error, ReadFailed) and error.status in NO_SUCH_LIST
