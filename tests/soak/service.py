"""An account that numbers the requests of a client, and lets things happen then."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taskops.emulator.app import Emulator
from taskops.emulator.faults import Rule
from taskops.emulator.wire import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from soak.trial import When

CUT = (Answer(200, b"{}"), Rule("reset"))
"""What the dead hear."""


@dataclass(frozen=True)
class Moment:
    """Before or after the n-th request of a client is carried out."""

    number: int
    when: When
    act: Callable[[str], None]
    """What happens then; it is told the request's method and kind of path."""


@dataclass(frozen=True)
class Started:
    """A start that was carried out, and the earlier ones of it that still lived."""

    client: str
    name: str
    beside: tuple[str, ...]


class Service(Emulator):
    """The account, who asks it, and what each had seen when it wrote."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.seen: Counter[str] = Counter()
        self.dead: set[str] = set()
        self.injected: Counter[str] = Counter()
        self.looks: dict[str, dict[str, int]] = defaultdict(dict)
        """By client and id, or `list`: how many commits there were at its last look."""
        self.looked_at: dict[int, int] = {}
        """By commit, how many there were when its client last looked at the object."""
        self.starts: list[Started] = []
        self._prompts: dict[str, str] = {}
        """By id of what was generated."""
        self._moments: dict[tuple[str, int], Moment] = {}
        self._busy: Counter[str] = Counter()
        self._quiet = threading.Condition()
        self._log = self.account.store.log
        self.account.store.log = self._logged  # type: ignore[method-assign]  # in between

    def at(self, client: str, moment: Moment) -> None:
        """Let something happen at a request of this client."""
        self._moments[client, moment.number] = moment

    def bury(self, client: str) -> None:
        """Nothing of this client arrives any more, and nothing is on its way."""
        self.dead.add(client)
        with self._quiet:
            self._quiet.wait_for(lambda: not self._busy[client], timeout=30)

    def handle(self, request: Request) -> tuple[Answer, Rule | None]:
        client = request.headers.get("x-emulator-client", "")
        with self._quiet:
            self.seen[client] += 1
            moment = self._moments.get((client, self.seen[client]))
            self._busy[client] += 1
        try:
            return self._handle(request, client, moment)
        finally:
            with self._quiet:
                self._busy[client] -= 1
                self._quiet.notify_all()

    def _handle(
        self, request: Request, client: str, moment: Moment | None
    ) -> tuple[Answer, Rule | None]:
        if client in self.dead:
            return CUT
        if moment is not None and moment.when == "before":
            moment.act(kind_of(request))
            if client in self.dead:
                return CUT
        if request.method == "GET" and request.path.startswith("/v1/task"):
            self._look(request, client)
        answer, rule = super().handle(request)
        if rule is not None:
            status = f"status {rule.status}" if rule.do == "status" else rule.do
            self.injected[f"{status}, {rule.when} it is carried out"] += 1
        if moment is not None and moment.when == "after":
            moment.act(kind_of(request))
            if client in self.dead:
                return CUT
        return answer, rule

    def _look(self, request: Request, client: str) -> None:
        parts = request.path.strip("/").split("/")
        if len(parts) == 2:
            # Later ones are read for the sake of others, by their names and rows.
            self.looks[client].setdefault("list", len(self.commits()))
        elif len(parts) == 3:
            # The versions are asked for afterwards: they are as new or newer.
            self.looks[client][parts[2]] = len(self.commits())

    def _logged(self, **what: Any) -> None:
        """
        Remember a commit, and what its client had seen when it was made.

        Not when its request ends: it may hang on, and its client looks meanwhile.
        """
        self._log(**what)
        looks = self.looks[what.get("client", "")]
        number = len(self.commits()) - 1
        self.looked_at[number] = looks.get(what["id"], looks.get("list", 0))
        if what["kind"] == "generate":
            self._started(what)

    def _started(self, commit: dict[str, Any]) -> None:
        store = self.account.store
        generations = {g["taskId"]: g for g in store.things("generation")}
        prompt = generations[commit["id"]]["prompt"]
        living = [t["id"] for t in store.tasks(deleted=False, limit=-1, offset=0)]
        wanted = commit["name"].partition("--")[0]
        beside = tuple(
            i
            for i, of in self._prompts.items()
            if of == f"{wanted} {prompt}" and i in living
        )
        self._prompts[commit["id"]] = f"{wanted} {prompt}"
        self.starts.append(Started(commit.get("client", ""), commit["name"], beside))


def kind_of(request: Request) -> str:
    """The request in two words."""
    parts = request.path.strip("/").split("/")
    if parts[0] in ("browser-use", "stablebrowse"):
        listed = request.method == "GET" and parts[-1] == "tasks"
        return f"{request.method} {'runs' if listed else 'run'}"
    if request.method == "POST" and len(parts) == 2:
        return "POST upsert"
    words = {2: "list", 3: "task", 4: parts[-1]}
    return f"{request.method} {words.get(len(parts), 'other')}"
