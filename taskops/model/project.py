"""What `taskops.yaml` says, for one environment."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from taskops.model.dataclass import dataclass, field
from taskops.model.values import empty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.model.values import Tree


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one apply may do without being told so in git."""

    changes: int = 100
    deletes: int = 5
    starts: int = 10


@dataclass(frozen=True, slots=True)
class Environment:
    """A named target with its own ledger."""

    name: str = "default"
    variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    name_prefix: str = ""
    name_suffix: str = ""
    overrides: Mapping[str, Tree] = field(default_factory=lambda: MappingProxyType({}))
    """JSON merge patches by declared task name."""
    prune: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """The folder with `taskops.yaml`, seen from one environment."""

    root: str
    name: str
    environment: Environment
    environments: tuple[str, ...]
    """In the order of taskops.yaml."""
    manifests: tuple[str, ...] = ("tasks/**/*.yaml", "tasks/**/*.yml")
    """Globs, relative to the root."""
    defaults: Tree = field(default_factory=empty)
    ledger: Literal["file", "git"] = "file"
    limits: Limits = Limits()
