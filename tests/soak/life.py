"""The life of one account: what git wants, applies of it, and what happens to them."""

from __future__ import annotations

import base64
import hashlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from soak import runs
from soak.process import Killed, MortalLedger, Process
from soak.service import Moment, Service
from soak.trial import KEY, Result, Trial
from soak.words import everything_said
from taskops.applying.approval import Approval
from taskops.applying.execute import Pace
from taskops.applying.lanes import Lanes
from taskops.applying.stop import StopFlag
from taskops.emulator.behaviours import checked
from taskops.emulator.server import serve
from taskops.emulator.wire import Failure
from taskops.errors import TaskopsError
from taskops.model.project import Environment, Limits, Project
from taskops.providers.anchor.provider import open_anchor
from taskops.providers.browser_use.provider import open_browser_use
from taskops.providers.stablebrowse.provider import open_stablebrowse
from taskops.workflow import World, carry_out, make_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from soak.counts import Counts
    from soak.ledgers import InFile, InGit
    from soak.trial import Wanted
    from taskops.model.plan import Plan
    from taskops.model.ports import Event, Provider
    from taskops.model.resource import Resource

PROJECT = Project("", "p", Environment(), ("default",), limits=Limits(2000, 2000, 2000))


class Life:
    """One account, one ledger, and what git wants now."""

    def __init__(
        self,
        place: InFile | InGit,
        counts: Counts,
        behaviours: Mapping[str, str],
        *,
        socket: bool = False,
    ) -> None:
        self.place = place
        self.counts = counts
        self.service = Service(behaviours=behaviours, api_key=KEY)
        self.faithful = checked({})
        """The behaviours under which a service keeps everything as it was sent."""
        for knob in runs.KNOBS:
            del self.faithful[knob]
        self.server = serve(self.service) if socket else None
        self.wanted: dict[str, Wanted] = {}
        self.reviewed = ""
        """Digest of the last plan that somebody looked at."""
        self.results: list[Result] = []
        """Those that are not judged yet."""
        self._dead: set[str] = set()
        """Applies that left the ledger open and are no more."""
        self._number = 0
        self._counted = 0
        counts.cases += 1

    def close(self) -> None:
        if self.server is not None:
            self.server.close()
        self.service.close()

    def resources(self) -> list[Resource]:
        return [wanted.resource(name) for name, wanted in self.wanted.items()]

    @contextmanager
    def providers(
        self, client: str, lanes: Lanes, *, writable: bool
    ) -> Iterator[dict[str, Provider]]:
        """All three services, as this client asks them, until the block ends."""
        url = "" if self.server is None else self.server.url
        keys = {
            "ANCHORBROWSER_API_KEY": KEY,
            "ANCHORBROWSER_BASE_URL": url,
            "BROWSER_USE_API_KEY": KEY,
            "BROWSER_USE_BASE_URL": f"{url}/browser-use/api/v2",
            "STABLEBROWSE_API_KEY": KEY,
            "STABLEBROWSE_BASE_URL": f"{url}/stablebrowse",
        }
        given: dict[str, Any] = {"writable": writable, "lanes": lanes}
        given["wsgi"] = self.service if self.server is None else None
        opened = (
            open_anchor(keys, **given),
            open_browser_use(keys, owner="p/default", **given),
            open_stablebrowse(keys, **given),
        )
        for one in opened:
            one.door.headers = {**one.door.headers, "x-emulator-client": client}
        try:
            yield {one.name: one for one in opened}
        finally:
            for one in opened:
                one.close()

    def review(self) -> Plan:
        """Look at a plan, as a pull request shows it; nothing goes wrong meanwhile."""
        lanes = Lanes(4)
        ledger = self.place.ledger(Process(), beside=False, take_over="")
        try:
            with self.providers(self._name("plan"), lanes, writable=False) as used:
                plan = make_plan(
                    PROJECT, self.resources(), used, ledger.read(), Trial().options
                )
        finally:
            lanes.close()
        self.reviewed = plan.digest
        return plan

    def apply(self, trial: Trial, *, beside: bool = False) -> Result:
        """Plan and carry out, with everything that happens to it."""
        client, process, stop = self._name("apply"), Process(), StopFlag()
        before = self.place.ledger(process, beside=beside, take_over="").read()
        held = before.open.apply if before.open is not None else ""
        dead = held if trial.take_over and held in self._dead else ""
        ledger = MortalLedger(
            self.place.ledger(process, beside=beside, take_over=dead),
            process,
            self._at_ledger(trial, process),
        )
        result = Result(client, trial, before, len(self.service.commits()))
        self._arrange(client, trial, process, stop)
        self.service.set_faults(trial.faults)
        try:
            self._carry_out(result, process, ledger, stop)
        except Killed:
            result.killed = True
        except TaskopsError as error:
            result.error = error
        finally:
            result.killed = result.killed or process.dead
            ledger.release()
            self.place.find()
            self._dead.add(ledger.held)
            self.service.set_faults([])
            self.service.bury(client)
            # A second client that was still at it has put back what it found.
            self.service.set_faults([])
        self._note(result)
        return result

    def _carry_out(
        self, result: Result, process: Process, ledger: MortalLedger, stop: StopFlag
    ) -> None:
        trial = result.trial
        hangs = any(fault["do"] == "hang" for fault in trial.faults)
        # Whoever waits for a hanging answer waits by the clock that runs faster.
        count = max(trial.parallelism, 1)
        lanes = Lanes(count, process.monotonic) if hangs else Lanes(count)
        events: list[Event] = []
        try:
            with self.providers(result.client, lanes, writable=True) as providers:
                # A ledger in git knows the commits that it has read itself.
                result.before = ledger.read()
                result.plan = plan = make_plan(
                    PROJECT,
                    self.resources(),
                    providers,
                    result.before,
                    trial.options,
                    listener=events.append,
                )
                result.planned = len(self.service.commits())
                process.breathe()
                world = World(
                    providers,
                    ledger,
                    lanes,
                    process,
                    stop,
                    listener=events.append,
                    pace=Pace(parallelism=trial.parallelism),
                    wait=trial.wait,
                )
                result.report = carry_out(plan, world, self._approval(trial, plan))
        finally:
            result.told += repr(events)
            lanes.close()

    def _approval(self, trial: Trial, plan: Plan) -> Approval:
        match trial.approval:
            case "everything":
                return Approval(everything=True)
            case "digest":
                return Approval(digest=plan.digest)
            case "old":
                return Approval(digest=self.reviewed or "0" * 64)
            case "yes":
                return Approval(yes=True)

    def _name(self, what: str) -> str:
        self._number += 1
        return f"{what}-{self._number}"

    def _arrange(
        self, client: str, trial: Trial, process: Process, stop: StopFlag
    ) -> None:
        turn = trial.turn
        if turn is None or turn.ledger:
            return

        def act(kind: str) -> None:
            where = f"{turn.when} {kind}"
            match turn.do:
                case "kill":
                    self.counts.kills[where] += 1
                    self.service.dead.add(client)
                    process.kill()
                case "stop":
                    self.counts.others[f"signal {where}"] += 1
                    stop.set(15)
                case "edit":
                    self.counts.others[f"edit {where}"] += 1
                    self.edit(turn.edit)
                case "other":
                    self.counts.others[f"second client {where}"] += 1
                    self._apply_beside(trial)
                case "away":
                    raise AssertionError("a remote goes away at the ledger")

        self.service.at(client, Moment(turn.number, turn.when, act))

    def _apply_beside(self, trial: Trial) -> None:
        """Somebody else applies the same project to the same ledger meanwhile."""
        rules = self.service.faults.rules
        beside = Trial(prune=trial.prune, adopt_all=True, approval="everything")
        self.apply(beside, beside=True)
        self.service.faults.rules = rules

    def _at_ledger(self, trial: Trial, process: Process) -> Callable[[str], None]:
        turn = trial.turn

        def act(moment: str) -> None:
            if turn is None or turn.ledger != moment:
                return
            where = f"{moment} of the {self.place.name}ledger"
            if turn.do == "kill":
                self.counts.kills[where] += 1
                process.kill()
            elif turn.do == "away" and self.place.name:
                self.counts.others[f"remote away {where}"] += 1
                self.place.lose()

        return act

    def retried(self, names: Iterable[str]) -> tuple[str, ...]:
        """
        What a person would start again, who looks at the account before.

        Where the listing lags, only a person can see that the start arrived.
        """
        wanted = tuple(
            name
            for name in names
            if name in self.wanted
            and (name not in runs.NAMES or runs.worth_a_retry(name, self))
        )
        if not self.service.account.number("visibility_lag"):
            return wanted
        there = {task["name"].partition("--")[0] for task in self.tasks()}
        return tuple(name for name in wanted if name not in there)

    def edit(self, edit: Mapping[str, Any]) -> None:
        """Somebody edits by hand, unless the service would not let them."""
        names = {task["name"] for task in self.tasks()}
        given = {k: v for k, v in edit.items() if k != "make"}
        if given.get("name") not in names and not edit.get("make"):
            return
        if given.get("rename") in names:
            return
        with suppress(Failure):
            self.service.edit(**given)

    def tasks(self) -> list[dict[str, Any]]:
        """All that live, straight from the account."""
        store = self.service.account.store
        return store.tasks(deleted=False, limit=-1, offset=0)

    def code_of(self, object_id: str, which: str) -> str:
        """Digest of the code of a version; empty where there is none."""
        store = self.service.account.store
        version = (
            store.latest(object_id)
            if which == "latest"
            else store.version(object_id, which)
        )
        if version is None:
            return ""
        return hashlib.sha256(base64.b64decode(version["code"])).hexdigest()

    def _note(self, result: Result) -> None:
        result.commits = self.service.commits()[result.began :]
        result.told += everything_said(result)
        result.told += self.place.said()
        counts = self.counts
        counts.applies += 1
        counts.writes += len(result.own)
        counts.runs += sum(commit["kind"] in runs.KINDS for commit in result.own)
        counts.exits["killed" if result.killed else str(int(result.exit))] += 1
        counts.faults += self.service.injected
        self.service.injected.clear()
        requests = len(self.service.requests())
        counts.requests += requests - self._counted
        self._counted = requests
        self.results.append(result)
