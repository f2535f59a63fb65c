"""What would be too much without being told so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.model.change import Create, Delete, Start, Update
from taskops.model.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskops.model.change import Change
    from taskops.model.project import Limits


def over_limits(changes: Sequence[Change], limits: Limits) -> list[Problem]:
    """One problem for each limit that the plan goes over."""
    counts = {
        "changes": _count(changes, Create, Update, Start, Delete),
        "deletes": _count(changes, Delete),
        "starts": _count(changes, Start),
    }
    allowed = {
        "changes": limits.changes,
        "deletes": limits.deletes,
        "starts": limits.starts,
    }
    words = {"changes": "change", "deletes": "delete", "starts": "start"}
    return [
        Problem(
            f"the plan would {words[name]} more than `limits.{name}` allows",
            f"{count} against {allowed[name]}",
            None,
            f"if that is meant, set `limits: {{{name}: {count}}}` in taskops.yaml, "
            "or narrow the plan with --select",
        )
        for name, count in counts.items()
        if count > allowed[name]
    ]


def empty_desired(declared: int, owned: int, *, allowed: bool) -> list[Problem]:
    """Pruning with nothing declared is mostly an accident one step earlier."""
    if declared or not owned or allowed:
        return []
    return [
        Problem(
            "no manifest declares anything, and pruning would delete all that is ours",
            f"{owned} in the ledger",
            None,
            "check the `manifests` globs in taskops.yaml; "
            "if that is meant, add --allow-empty",
        )
    ]


def _count(changes: Sequence[Change], *kinds: type) -> int:
    return sum(isinstance(change, kinds) for change in changes)
