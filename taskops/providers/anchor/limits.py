"""What Anchor cannot hold: each check with the day its reason was last read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.model.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taskops.model.resource import Resource

LONGEST_NAME = 255
"""Last verified 2026-11: CreateTaskRequest.name."""


def cannot_hold(wanted: Iterable[Resource]) -> list[Problem]:
    """One problem for each resource that the service would refuse."""
    found = []
    for resource in wanted:
        if len(resource.name) > LONGEST_NAME:
            found.append(
                Problem(
                    f"`{resource.address.name}` is too long with its prefix and suffix",
                    f"{len(resource.name)} characters, Anchor takes {LONGEST_NAME}",
                    resource.where,
                    "shorten the name, or the environment's prefix or suffix",
                    address=str(resource.address),
                )
            )
        # Last verified 2026-11: draft and deploy want at least one character.
        if (
            resource.kind == "code"
            and resource.code is not None
            and not resource.code.size
        ):
            found.append(
                Problem(
                    f"the code of `{resource.address.name}` is empty",
                    "Anchor takes no version without code",
                    resource.where,
                    "write the task, or remove its manifest",
                    address=str(resource.address),
                )
            )
    return found
