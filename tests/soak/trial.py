"""What git wants of a name, and everything that happens to one apply of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from account import generated, task

from soak import runs
from taskops.model.values import Secret
from taskops.planning.options import PlanOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.errors import TaskopsError
    from taskops.model.plan import Plan, Report
    from taskops.model.record import LedgerState
    from taskops.model.resource import Resource

KEY = "sk-canary-of-the-key-0123456789"
PASSWORD = "canary-of-the-proxy-0123456789"

When = Literal["before", "after"]


@dataclass(frozen=True)
class Wanted:
    """What git says of one name."""

    variant: int = 0
    kind: Literal["code", "generated", "agent"] = "code"
    publish: bool = True
    protected: bool = False
    adopt: bool = False
    moved_from: str | None = None

    def resource(self, name: str) -> Resource:
        """As the manifest's resolver makes it."""
        if self.kind == "agent":
            return runs.resource(name, self.variant)
        if self.kind == "generated":
            made = generated(name, f"prompt {self.variant}")
            return replace(made, protected=self.protected, adopt=self.adopt)
        settings = {
            "publish": self.publish,
            "protected": self.protected,
            "adopt": self.adopt,
            "moved_from": self.moved_from,
        }
        text = text_of(self.variant)
        return task(name, text, settings=settings, **fields_of(self.variant))


def text_of(variant: int) -> str:
    """The code of a variant; no two have the same."""
    return f"export default async () => {variant}\n"


def fields_of(variant: int) -> dict[str, Any]:
    """What a variant declares beside its code."""
    fields: dict[str, Any] = {}
    if variant % 2:
        fields["description"] = f"the {variant}th"
    if variant == 2:
        proxy = {
            "active": True,
            "type": "custom",
            "server": "http://proxy.example:8080",
            "username": "somebody",
            "password": Secret(PASSWORD),
        }
        fields["browserConfiguration"] = {"proxy": proxy}
    if variant == 3:
        fields["browserConfiguration"] = {"timeout": {"max_duration": 7}}
    return fields


@dataclass(frozen=True)
class Turn:
    """Something that happens at the n-th request of an apply, or at a ledger write."""

    do: Literal["kill", "stop", "edit", "other", "away"]
    """
    `other`: a second client applies the same project meanwhile; `away`: the remote
    of the ledger cannot be reached from then on.
    """
    number: int = 1
    when: When = "before"
    ledger: str = ""
    """The moment at the ledger, in place of a request."""
    edit: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """One apply, and all that happens to it."""

    prune: bool = False
    adopt_all: bool = False
    refresh: bool = False
    retry: tuple[str, ...] = ()
    parallelism: int = 1
    wait: bool = True
    take_over: bool = True
    """Whether the person who applies says which holder of the ledger is dead."""
    approval: Literal["yes", "everything", "digest", "old"] = "yes"
    """`digest` is that of the plan just made, `old` that of one reviewed before."""
    faults: tuple[Mapping[str, Any], ...] = ()
    turn: Turn | None = None

    @property
    def options(self) -> PlanOptions:
        """The flags of the plan."""
        return PlanOptions(
            prune=self.prune,
            adopt_all=self.adopt_all,
            refresh=self.refresh,
            retry=self.retry,
            allow_empty=True,
        )


@dataclass
class Result:
    """What became of an apply, by its own words and by the service's log."""

    client: str
    trial: Trial
    before: LedgerState
    began: int
    """How many commits there were."""
    planned: int = 0
    """How many there were when the plan was made."""
    plan: Plan | None = None
    report: Report | None = None
    error: TaskopsError | None = None
    killed: bool = False
    commits: list[dict[str, Any]] = field(default_factory=list)
    """All since it began, those of others too."""
    told: str = ""
    """Everything that it said, printed or wrote."""

    @property
    def own(self) -> list[dict[str, Any]]:
        """What it wrote itself, by the service's log."""
        return [c for c in self.commits if c.get("client") == self.client]

    @property
    def exit(self) -> int:
        """-1 for a process that was killed."""
        if self.killed:
            return -1
        if self.error is not None:
            return self.error.exit
        return self.report.exit if self.report is not None else 0
