"""Agent tasks in a project on disk, and both services behind a socket."""

from __future__ import annotations

import json
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from taskops.applying.approval import Approval
from taskops.applying.execute import Pace
from taskops.applying.lanes import Lanes
from taskops.applying.stop import StopFlag
from taskops.cli.services import canonical
from taskops.emulator.app import Emulator
from taskops.emulator.server import serve
from taskops.errors import InvalidManifests
from taskops.ledger import FileLedger
from taskops.manifests.project import load_project
from taskops.manifests.resolve import load_resources
from taskops.manifests.results import judged
from taskops.planning.options import PlanOptions
from taskops.providers.browser_use.provider import open_browser_use
from taskops.providers.stablebrowse.provider import open_stablebrowse
from taskops.workflow import World, carry_out, make_plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from taskops.emulator.faults import Rule
    from taskops.emulator.wire import Answer, Request
    from taskops.model.plan import Outcome, Plan, Report
    from taskops.model.ports import Event, Provider
    from taskops.model.record import Job
    from taskops.model.resource import Address
    from taskops.providers.browser_use.provider import BrowserUseApi

FASTER = 100
"""How much faster than real time its clock runs: nobody waits for a poll."""


class Fast:
    """A clock that hurries."""

    def monotonic(self) -> float:
        return time.monotonic() * FASTER

    def wall(self) -> float:
        return time.time()

    def uuid(self) -> str:
        return uuid.uuid4().hex


class Recorded(Emulator):
    """An account that remembers what was sent to it."""

    bodies: list[dict[str, Any]]

    def handle(self, request: Request) -> tuple[Answer, Rule | None]:
        if request.method == "POST" and not request.path.startswith("/_emulator"):
            self.bodies.append(json.loads(request.body))
        return super().handle(request)


@dataclass
class Agents:
    """One project with one ledger, one account of each service."""

    root: Path
    behaviours: Mapping[str, str] = field(default_factory=dict)
    api: BrowserUseApi = "auto"
    environ: dict[str, str] = field(default_factory=dict)
    patience: float = 30.0
    """Real seconds that an apply may take."""

    def __post_init__(self) -> None:
        text = "version: 1\nproject: p\n"
        (self.root / "taskops.yaml").write_text(text, "utf-8")
        (self.root / "tasks").mkdir()
        self.account = Recorded(behaviours=self.behaviours)
        self.account.bodies = []
        self.server = serve(self.account)
        self.lanes = Lanes(8)
        self.events: list[Event] = []

    def close(self) -> None:
        self.lanes.close()
        self.server.close()
        self.account.close()

    def variables(self) -> dict[str, str]:
        """What leads a command to the services."""
        return {
            "BROWSER_USE_API_KEY": "bu_key-of-tests",
            "BROWSER_USE_BASE_URL": f"{self.server.url}/browser-use/api/v2",
            "STABLEBROWSE_API_KEY": "sb_key-of-tests",
            "STABLEBROWSE_BASE_URL": f"{self.server.url}/stablebrowse",
            **self.environ,
        }

    def browser_use(self, name: str = "news", **fields: Any) -> None:
        """Declare a run; YAML takes JSON."""
        given = {"task": "Find the news.", "agentSettings": {"llm": "o3"}}
        self._declare({"provider": "browser_use", "name": name, **given, **fields})

    def stablebrowse(self, name: str = "price", **fields: Any) -> None:
        """Declare a run on the other service."""
        given = {"task": "Find the price.", "endUserId": "alice"}
        self._declare({"provider": "stablebrowse", "name": name, **given, **fields})

    def _declare(self, manifest: dict[str, Any]) -> None:
        text = json.dumps({"kind": "AgentTask", **manifest})
        file = self.root / "tasks" / f"{manifest['name'][:40]}.yaml"
        file.write_text(text, "utf-8")

    @property
    def file(self) -> Path:
        """Where the ledger is."""
        return self.root / ".taskops" / "ledger" / "default.json"

    def ledger(self) -> FileLedger:
        return FileLedger(self.file, "p", "default", clock=Fast())

    def lose_the_ledger(self) -> None:
        for path in self.file.parent.iterdir():
            path.unlink()

    def plan(self, **options: Any) -> Plan:
        """Read-only, as `taskops plan` is."""
        with self.opened(writable=False) as providers:
            return self._planned(providers, **options)

    def _planned(self, providers: Mapping[str, Provider], **options: Any) -> Plan:
        project = load_project(self.root, None)
        loaded = load_resources(
            project, environ=self.environ, canonical=canonical, check_code=False
        )
        if any(problem.severity == "error" for problem in loaded.problems):
            raise InvalidManifests(loaded.problems)
        return make_plan(
            project,
            loaded.resources,
            providers,
            self.ledger().read(),
            PlanOptions(**options),
            problems=loaded.problems,
            judge=judged,
        )

    @contextmanager
    def opened(self, *, writable: bool) -> Iterator[dict[str, Provider]]:
        """Both services, until the block ends."""
        given: dict[str, Any] = {"writable": writable, "lanes": self.lanes}
        keys = self.variables()
        browser_use = open_browser_use(keys, owner="p/default", api=self.api, **given)
        stablebrowse = open_stablebrowse(keys, **given)
        try:
            yield {"browser_use": browser_use, "stablebrowse": stablebrowse}
        finally:
            browser_use.close()
            stablebrowse.close()

    def apply(
        self, *, wait: bool = True, stop: StopFlag | None = None, **options: Any
    ) -> Report:
        """Plan and carry out."""
        with self.opened(writable=True) as providers:
            world = World(
                providers,
                self.ledger(),
                self.lanes,
                Fast(),
                StopFlag() if stop is None else stop,
                listener=self.events.append,
                pace=Pace(parallelism=8, deadline=FASTER * self.patience),
                wait=wait,
                judge=judged,
            )
            return carry_out(
                self._planned(providers, **options), world, Approval(yes=True)
            )

    def apply_one(self, **options: Any) -> Outcome:
        """Of the one change that there is."""
        (outcome,) = self.apply(**options).outcomes
        return outcome

    def verbs(self, **options: Any) -> dict[str, str]:
        """By name, what the plan would do."""
        return {c.address.name: word(c) for c in self.plan(**options).changes}

    def runs(self) -> list[str]:
        """The prompts of all runs that were really started."""
        kinds = ("browser-use", "stablebrowse")
        return [c["name"] for c in self.account.commits() if c["kind"] in kinds]

    def sent(self) -> dict[str, Any]:
        """The last body."""
        return self.account.bodies[-1]

    def jobs(self) -> list[Job]:
        """What the ledger knows of all runs."""
        records = self.ledger().read().records.values()
        return [record.job for record in records if record.job is not None]

    def end_all_runs(self) -> None:
        """Whatever runs has ended."""
        store = self.account.account.store
        for kind, key in (("browser-use-run", "id"), ("stablebrowse-run", "taskId")):
            for run in store.things(kind):
                store.put_thing(kind, run[key], run | {"polls": 0})


def word(change: Any) -> str:
    """`start`, `wait`, or why it is kept."""
    kept: str = getattr(change, "why", "")
    verb = type(change).__name__.lower()
    return kept if verb == "keep" else verb


def named(outcomes: Mapping[Address, Outcome] | tuple[Outcome, ...]) -> dict[str, str]:
    """By name, what became of it."""
    rows = outcomes if isinstance(outcomes, tuple) else tuple(outcomes.values())
    return {outcome.address.name: outcome.status for outcome in rows}
