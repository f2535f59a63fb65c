"""What Anchor cannot hold: each check with the day its reason was last read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.model.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taskops.model.resource import Resource

LONGEST_NAME = 255
"""Last verified 2026-11: CreateTaskRequest.name."""


ROOM_TO_REPLACE = len("--01234567")
"""A generated task is made anew under a longer name, which it then gives up."""


def cannot_hold(wanted: Iterable[Resource]) -> list[Problem]:
    """What the service would refuse of each resource, with the way out."""
    found: list[Problem] = []
    for resource in wanted:
        checks = (_name(resource), _code(resource))
        found += [problem for problem in checks if problem is not None]
    return found


def _name(resource: Resource) -> Problem | None:
    room = ROOM_TO_REPLACE if resource.kind == "generated" else 0
    if len(resource.name) + room <= LONGEST_NAME:
        return None
    told = f"{len(resource.name)} characters, Anchor takes {LONGEST_NAME}"
    return Problem(
        f"`{resource.address.name}` is too long with its prefix and suffix",
        f"{told}, and {room} are needed to replace it" if room else told,
        resource.where,
        "shorten the name, or the environment's prefix or suffix",
        address=str(resource.address),
    )


def _code(resource: Resource) -> Problem | None:
    """Last verified 2026-11: draft and deploy want at least one character."""
    if resource.kind != "code" or resource.code is None or resource.code.size:
        return None
    return Problem(
        f"the code of `{resource.address.name}` is empty",
        "Anchor takes no version without code",
        resource.where,
        "write the task, or remove its manifest",
        address=str(resource.address),
    )
