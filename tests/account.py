"""A project, a ledger and an emulated account, to plan and apply in a few lines."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulated import code

from taskops.applying.approval import Approval
from taskops.applying.execute import Pace
from taskops.applying.lanes import Lanes
from taskops.applying.stop import StopFlag
from taskops.emulator.app import Emulator
from taskops.ledger import FileLedger
from taskops.model.project import Environment, Limits, Project
from taskops.model.resource import Address, Resource
from taskops.model.values import Tree, frozen
from taskops.planning.options import PlanOptions
from taskops.providers.anchor.canonical import canonical
from taskops.providers.anchor.provider import Anchor, open_anchor
from taskops.workflow import World, carry_out, make_plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from taskops.model.plan import Plan, Report
    from taskops.model.ports import Event


class Clock:
    """Real time."""

    def monotonic(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return time.time()

    def uuid(self) -> str:
        return uuid.uuid4().hex


def task(
    name: str, text: str = "export default async () => 1\n", **fields: Any
) -> Resource:
    """A declared code task; `settings` are fields of Resource, the rest is its spec."""
    settings = fields.pop("settings", {})
    spec: Tree = frozen({"language": "typescript", "code": code(text), **fields})
    content = canonical("code", spec)
    return Resource(Address("anchor", name), "code", name, spec, content, **settings)


def generated(name: str, prompt: str, **fields: Any) -> Resource:
    """A declared task that the service writes."""
    spec: Tree = frozen({"description": "d", "user_task": prompt, **fields})
    content = canonical("generated", spec)
    return Resource(Address("anchor", name), "generated", name, spec, content)


@dataclass
class Account:
    """One emulated account with one ledger on disk."""

    folder: Path
    behaviours: Mapping[str, str] = field(default_factory=dict)
    project: Project = field(
        default_factory=lambda: Project(
            "", "p", Environment(), ("default",), limits=Limits(2000, 2000, 2000)
        )
    )
    url: str | None = None

    def __post_init__(self) -> None:
        self.emulator = Emulator(behaviours=self.behaviours)
        self.lanes = Lanes(8)
        self.events: list[Event] = []

    def close(self) -> None:
        self.lanes.close()
        self.emulator.close()

    def names(self) -> list[str]:
        """Names of what is there."""
        rows = self.emulator.account.store.tasks(deleted=False, limit=-1, offset=0)
        return sorted(row["name"] for row in rows)

    def anchor(self, *, writable: bool) -> Anchor:
        if self.url is not None:
            key = {"ANCHORBROWSER_API_KEY": "k"}
            return open_anchor(
                key, writable=writable, lanes=self.lanes, base_url=self.url
            )
        return open_anchor({}, writable=writable, lanes=self.lanes, wsgi=self.emulator)

    def ledger(self) -> FileLedger:
        return FileLedger(self.folder / "default.json", "p", "default", clock=Clock())

    def plan(self, wanted: Sequence[Resource], **options: Any) -> Plan:
        """Read-only, as `taskops plan` is."""
        anchor = self.anchor(writable=False)
        try:
            return make_plan(
                self.project,
                wanted,
                {"anchor": anchor},
                self.ledger().read(),
                PlanOptions(**options),
            )
        finally:
            anchor.close()

    def apply(
        self,
        wanted: Sequence[Resource],
        *,
        approval: Approval = Approval(yes=True),
        pace: Pace = Pace(parallelism=8),
        wait: bool = True,
        **options: Any,
    ) -> Report:
        """Plan and carry out."""
        anchor, ledger = self.anchor(writable=True), self.ledger()
        try:
            plan = make_plan(
                self.project,
                wanted,
                {"anchor": anchor},
                ledger.read(),
                PlanOptions(**options),
            )
            world = World(
                {"anchor": anchor},
                ledger,
                self.lanes,
                Clock(),
                StopFlag(),
                listener=self.events.append,
                pace=pace,
                wait=wait,
            )
            return carry_out(plan, world, approval)
        finally:
            anchor.close()
