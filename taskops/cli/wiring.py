"""Everything put together: project, resources, providers, ledger, lanes."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from taskops.applying.approval import moved_by_service
from taskops.applying.lanes import Lanes
from taskops.applying.stop import StopFlag
from taskops.cli.ahead import Ahead, secrets_of
from taskops.cli.clock import SystemClock
from taskops.cli.masking import mask, traced
from taskops.cli.repository import checked_out, commit_of, repository_of
from taskops.cli.services import (
    NO_KEYS,
    OFFLINE,
    Access,
    canonical,
    open_provider,
    without_keys,
)
from taskops.errors import InvalidManifests
from taskops.ledger import open_ledger
from taskops.ledger.claims import holder_words
from taskops.manifests.project import find_project, load_project
from taskops.manifests.resolve import load_resources, unheard
from taskops.manifests.results import judged
from taskops.model.ports import deaf
from taskops.model.values import knows_a_secret, secrets
from taskops.workflow import make_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from taskops.emulator.app import Emulator
    from taskops.model.plan import Plan
    from taskops.model.ports import Ledger, Listener, Provider
    from taskops.model.problem import Problem
    from taskops.model.project import Project
    from taskops.model.record import LedgerState
    from taskops.model.resource import Resource
    from taskops.planning.options import PlanOptions


LOOKS = 3
"""Times that a doubtful plan is made again while the ledger moves under it."""

CLOSED_WITHIN = 6.3
"""Seconds after the first signal that anybody waits for the remote of a ledger."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options of a command ask for."""

    directory: str = "."
    environment: str | None = None
    emulator: bool = False
    at: str = ""
    parallelism: int = 16
    generate_api: str = "auto"
    browser_use_api: str = "auto"
    take_over: str = ""
    debug: bool = False


@dataclass(slots=True)
class Session:
    """One run of one command in one project and environment."""

    wanted: Wanted
    project: Project
    home: Path
    """The folder of the project itself, also where another commit is read."""
    environ: Mapping[str, str]
    lanes: Lanes
    ledger: Ledger
    listener: Listener = deaf
    commit: str = ""
    clock: SystemClock = field(default_factory=SystemClock)
    stop: StopFlag = field(default_factory=StopFlag)
    _emulator: Emulator | None = None
    opened: dict[str, Provider] = field(default_factory=dict)
    """The providers that were needed, by name."""
    _offline: dict[str, Provider] = field(default_factory=dict)
    """Those that ask nobody: a plan with the service must never meet one."""

    def load(
        self,
        *,
        need_secrets: bool = True,
        met: Callable[[Resource], None] = unheard,
    ) -> tuple[list[Resource], list[Problem]]:
        """What is declared, and the warnings; raises InvalidManifests."""
        loaded = load_resources(
            self.project,
            environ=self.environ,
            canonical=canonical,
            need_secrets=need_secrets,
            check_code=False,
            met=met,
        )
        if any(problem.severity == "error" for problem in loaded.problems):
            raise InvalidManifests(loaded.problems)
        return list(loaded.resources), list(loaded.problems)

    def provider(self, name: str, *, writable: bool, offline: bool = False) -> Provider:
        """The provider of that name, opened once."""
        if offline:
            if name not in self._offline:
                self._offline[name] = open_provider(name, OFFLINE)
            return self._offline[name]
        if name not in self.opened:
            provider = open_provider(name, self._access(writable))
            self.opened[name] = provider
            # An earlier apply may have sent what this command sends to nobody.
            for secret in secrets_of(self.environ):
                cast("Any", provider).door.redactor.add(secret)
            if not self.wanted.emulator:
                mask(cast("Any", provider).door.headers.values())
            if self.wanted.debug:
                cast("Any", provider).door.trace = traced
        return self.opened[name]

    def origin(self, name: str) -> str:
        """Where the service of that name is; opens it for writing."""
        return str(cast("Any", self.provider(name, writable=True)).door.origin)

    def _access(self, writable: bool) -> Access:
        wanted, project = self.wanted, self.project
        return Access(
            environ=NO_KEYS if wanted.emulator else self.environ,
            writable=writable,
            lanes=self.lanes,
            listener=self.listener,
            wsgi=self.emulator() if wanted.emulator else None,
            owner=f"{project.name}/{project.environment.name}",
            generate_api=wanted.generate_api,
            browser_use_api=wanted.browser_use_api,
        )

    def emulator(self) -> Emulator:
        """The account beside the project, opened once."""
        from taskops.cli.emulated import emulator_file, open_account

        if self._emulator is None:
            self._emulator = open_account(str(emulator_file(self.home)))
        return self._emulator

    def providers(
        self,
        resources: Sequence[Resource],
        state: LedgerState,
        *,
        writable: bool,
        offline: bool = False,
    ) -> dict[str, Provider]:
        """Those that somebody speaks of."""
        names = {resource.address.provider for resource in resources}
        names |= {address.provider for address in state.records}
        return {
            name: self.provider(name, writable=writable, offline=offline)
            for name in sorted(names)
        }

    def plan(self, options: PlanOptions, *, writable: bool = False) -> Plan:
        """The plan with its heading."""
        plan = self._plan(options, writable)
        for _ in range(LOOKS):
            if not _doubtful(plan) or self.ledger.read().revision == plan.revision:
                break
            # Another apply wrote between our look at the ledger and at the service:
            # what it made is not a stranger's, and what it changed is no drift.
            plan = self._plan(options, writable)
        return plan

    def _plan(self, options: PlanOptions, writable: bool) -> Plan:
        offline = options.against == "ledger"
        ahead = self._ahead(writable=writable, refresh=options.refresh)
        # Offline there is nothing to wait for, and a trace must know each secret first.
        waits = not (offline or self.wanted.emulator or self.wanted.debug)
        met = ahead.met if waits else unheard
        try:
            resources, warnings = self.load(need_secrets=not offline, met=met)
        except BaseException:
            ahead.drop()
            raise
        state = ahead.state()
        providers = self.providers(resources, state, writable=writable, offline=offline)
        if filled_in := secrets_of(self.environ):
            hide(resources, providers, filled_in)
        plan = make_plan(
            self.project,
            resources,
            providers,
            state,
            options,
            problems=warnings,
            listener=self.listener,
            begun=ahead.begun,
            judge=judged,
        )
        return replace(
            plan,
            commit=self.commit,
            repository=repository_of(self.home, self.environ),
            emulated=self.wanted.emulator,
            ledger=_ledger_words(state),
        )

    def _ahead(self, *, writable: bool, refresh: bool) -> Ahead:
        def opened(name: str) -> Provider:
            return self.provider(name, writable=writable)

        return Ahead(self.ledger, self.lanes, opened, refresh=refresh)

    def close(self) -> None:
        """Hang up everywhere."""
        for provider in (*self.opened.values(), *self._offline.values()):
            cast("Any", provider).close()
        if self._emulator is not None:
            self._emulator.close()
        self.lanes.close()


def _ledger_words(state: LedgerState) -> str:
    """What a reader of the plan must know of the ledger; mostly nothing."""
    if not state.exists:
        return "no ledger yet: nothing here is ours so far"
    if state.open is not None:
        return f"an apply holds the ledger: {holder_words(state.open)}"
    return ""


def _doubtful(plan: Plan) -> bool:
    """Whether it says what an apply that is under way would make it say, too."""
    doubt = plan.errors or moved_by_service(plan)
    return bool(doubt) and plan.against == "service"


def hide(
    resources: Sequence[Resource],
    providers: Mapping[str, Provider],
    filled_in: Sequence[str],
) -> None:
    """Tell each service's door, and a runner, what no answer may bring to light."""
    for resource in resources:
        if not knows_a_secret(resource.spec):
            continue
        for _, secret in secrets(resource.spec):
            provider = providers.get(resource.address.provider)
            if secret.known and provider is not None:
                whole = secret.reveal()
                # A password within an address may also come back alone.
                parts = [value for value in filled_in if value and value in whole]
                cast("Any", provider).door.redactor.add(whole)
                mask(dict.fromkeys([whole, *parts]))


@contextmanager
def session(wanted: Wanted, listener: Listener = deaf) -> Iterator[Session]:
    """A project with its environment, ready to be used; raises UsageError."""
    environ = dict(os.environ)
    home = find_project(Path(wanted.directory))
    with ExitStack() as stack:
        root, commit = home, commit_of(home)
        if wanted.at:
            root, commit = stack.enter_context(checked_out(home, wanted.at))
        project = load_project(root, wanted.environment)
        clock, stop = SystemClock(), StopFlag()
        opened = Session(
            wanted=wanted,
            project=project,
            home=home,
            environ=environ,
            lanes=Lanes(max(1, wanted.parallelism)),
            ledger=open_ledger(
                replace(project, root=str(home)),
                environ=without_keys(environ),
                clock=clock,
                emulated=wanted.emulator,
                take_over=wanted.take_over,
                ends=lambda: stop.since + CLOSED_WITHIN,
            ),
            listener=listener,
            commit=commit,
            clock=clock,
            stop=stop,
        )
        stack.callback(opened.close)
        yield opened
