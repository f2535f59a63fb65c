"""What moved on the service between two looks, in words with both values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.comparing.diff import differing_paths
from taskops.model.values import Code, Secret, Value, at, dotted

if TYPE_CHECKING:
    from taskops.model.resource import Observed, Version


def what_moved(before: Observed, now: Observed) -> str:
    """Empty when id, name and content are the same; times never count."""
    told = []
    if before.name != now.name:
        told.append(f"name was `{before.name}`, is now `{now.name}`")
    told += _version("published version", before.latest, now.latest)
    told += _version("draft", before.draft, now.draft)
    return "; ".join(told)


def _version(which: str, before: Version | None, now: Version | None) -> list[str]:
    if before is None or now is None:
        if before is now:
            return []
        return [f"the {which} {'appeared' if before is None else 'is gone'}"]
    if before.digest == now.digest:
        return []
    if before.content is None or now.content is None:
        return [f"the {which} changed"]
    paths = differing_paths(before.content, now.content)
    return [
        f"`{dotted(path)}` of the {which} was {_shown(at(before.content, path))}, "
        f"is now {_shown(at(now.content, path))}"
        for path in paths
    ]


def _shown(value: Value) -> str:
    match value:
        case None:
            return "not set"
        case Code():
            return f"sha256 {value.sha256[:12]}"
        case Secret():
            return "(sensitive)"
        case _:
            text = repr(value)
            return text if len(text) <= 60 else text[:57] + "…"
