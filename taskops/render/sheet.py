"""What a plan shows, as plain values: what formats render and plan files hold."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from taskops.model.dataclass import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.model.change import CodeDifference
    from taskops.model.problem import Problem

Verb: TypeAlias = Literal["create", "update", "start", "wait", "delete"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field that differs; values are plain JSON, None stands for absent."""

    path: tuple[str, ...]
    before: object
    after: object
    origin: str
    code: CodeDifference | None = None
    withheld: int = 0
    """Characters, or lines of code, of the service that are not to be shown."""


@dataclass(frozen=True, slots=True)
class There:
    """What stood on the service when the plan was made; digests may be empty."""

    name: str = ""
    version: str = ""
    draft: str = ""
    live: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One change that writes or waits."""

    address: str
    verb: Verb
    kind: str
    words: str
    """What is done, for people: `create, publish`."""
    origin: str = ""
    note: str = ""
    fields: tuple[Field, ...] = ()
    digest: str = ""
    to: str = ""
    """Digest of the wanted content; empty for a delete."""
    id: str = ""
    manifest: str = ""
    risks: tuple[str, ...] = ()
    """Why a person should look at this one first."""
    there: There | None = None
    follows: str = ""
    """Which start of the same content it tries again; empty for the first."""

    @property
    def provider(self) -> str:
        """The part of the address before the slash."""
        return self.address.partition("/")[0]

    @property
    def name(self) -> str:
        """The declared name."""
        return self.address.partition("/")[2]


@dataclass(frozen=True, slots=True)
class Note:
    """A kept address that is worth a line."""

    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that a plan shows."""

    project: str
    environment: str
    targets: Mapping[str, tuple[str, str]]
    """(origin, team) by provider."""
    rows: tuple[Row, ...]
    notes: tuple[Note, ...]
    problems: tuple[Problem, ...]
    counts: Mapping[str, int]
    digest: str
    against: str = "service"
    drift: bool = False
    """Whether it looks at what moved by itself, and not at what an apply would do."""
    commit: str = ""
    repository: str = ""
    emulated: bool = False
    ledger: str = ""
    unmanaged: int = 0
    excluded: int = 0
    bookkeeping: int = 0
    """How many records would be written though the service is not."""
    incomplete: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    settings: tuple[str, ...] = ()
    """Lines of taskops.yaml that a pull request changes, as a diff has them."""
    options: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    """The flags that shaped the plan, as plain JSON."""

    @property
    def errored(self) -> bool:
        """Whether a problem stops an apply."""
        return any(problem.severity == "error" for problem in self.problems)
