"""What every change in progress may know of the apply that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from taskops.model.dataclass import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from taskops.model.resource import Address, Resource
    from taskops.model.values import Tree

Judge: TypeAlias = "Callable[[Resource, Tree], tuple[Tree, str]]"
"""Reads a result by the schema of its manifest, and tells what is wrong with it."""


def satisfied(after: Resource, result: Tree) -> tuple[Tree, str]:
    """Any result will do."""
    del after
    return result, ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is the same for all changes of one apply."""

    listed: frozenset[tuple[str, str]]
    """(provider, id) of all objects that were there when the plan was made."""
    commit: str = ""
    apply: str = ""
    wait: bool = True
    started: float = 0.0
    """Seconds since the epoch, by the service where it said; 0 when not known."""
    judge: Judge = satisfied
    made: dict[tuple[str, str], Address] = field(default_factory=dict)
    """What was created by now, each object under its first address."""
