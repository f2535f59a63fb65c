"""Documents against their schemas: all problems of a document at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from taskops.manifests.gate import gate
from taskops.model.problem import Location, Problem
from taskops.model.values import is_mapping

if TYPE_CHECKING:
    from collections.abc import Callable

    from taskops.model.values import Path

Locate: TypeAlias = "Callable[[Path, bool], Location]"
"""The place of a path; with True the place of its field name."""


def problems_of(data: object, kind: str, locate: Locate) -> list[Problem]:
    """Everything that the schema of that name has against the data."""
    if gate(kind)(data):
        return []
    # Felt at every start, and needed only where something is wrong.
    from taskops.manifests.verdict import findings  # noqa: PLC0415

    problems = [
        Problem(said.text, "", locate(said.path, said.at_name), said.hint)
        for said in findings(data, kind)
    ]
    return sorted(problems, key=lambda p: (p.where or Location(""), p.summary))


def schema_for(data: object) -> str:
    """The name of the schema that judges a manifest."""
    kind = data.get("kind", "Task") if is_mapping(data) else "Task"
    if not isinstance(kind, str):
        return "manifest"
    return {"AgentTask": "agent-task", "Task": "task"}.get(kind, "manifest")
