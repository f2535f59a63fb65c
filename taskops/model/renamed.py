"""Names on the service: which are ours, and which only a hand can have given."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def away(name: str, object_id: str) -> tuple[str, str]:
    """
    What an object is called that makes room for another one of its name.

    The second is its own: a service may keep the names of deleted tasks.
    """
    own = hashlib.sha256(object_id.encode()).hexdigest()[:8]
    return f"{name}--old", f"{name}--{own}"


def by_hand(found: str, object_id: str, known: Iterable[str]) -> bool:
    """Whether it is called what we never called it; `known` is how we know it."""
    names = {name for name in known if name}
    ours = names | {other for name in names for other in away(name, object_id)}
    return found not in ours
