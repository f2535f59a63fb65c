"""What every change in progress may know of the apply that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.model.dataclass import dataclass, field
from taskops.model.ports import satisfied

if TYPE_CHECKING:
    from taskops.model.ports import Judge
    from taskops.model.resource import Address


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
