"""Browser Use Cloud as a provider: one run per revision of an agent task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import urlsplit

from taskops.errors import (
    NotFound,
    OutcomeUnknown,
    Refused,
    TaskopsError,
)
from taskops.model.resource import Identity, Observed, Reading, Target
from taskops.model.step import Begin, Done, JobState, Step
from taskops.model.values import Secret
from taskops.providers.browser_use.checks import checked, listed
from taskops.providers.browser_use.convert import (
    DIGEST,
    ID,
    INTENT,
    ONLY_FLAT,
    ONLY_NESTED,
    Shape,
    body,
    canonical,
    job_state,
    label,
    left_out,
    observed,
)
from taskops.providers.browser_use.search import search
from taskops.providers.browser_use.sentences import in_our_words, other_shape
from taskops.providers.http.answers import identifier
from taskops.providers.http.door import Door
from taskops.providers.http.keys import key_from
from taskops.providers.http.polling import Polling
from taskops.providers.http.returned import cleaned, returned

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from taskops.model.ports import Lanes, Listener
    from taskops.model.problem import Problem
    from taskops.model.record import Job, Record
    from taskops.model.resource import Address, Kind, Resource
    from taskops.model.values import Tree

KEY = "BROWSER_USE_API_KEY"
BASE_URL = "BROWSER_USE_BASE_URL"
DEFAULT_URL = "https://api.browser-use.com/api/v2"

PAGES = MappingProxyType(
    {"api.browser-use.com": "https://cloud.browser-use.com/agent/"}
)
"""Where people who are signed in look at a session, by the host of the service."""

FILES = ("includedFileNames",)

BrowserUseApi: TypeAlias = Literal["2025-08", "v2", "auto"]


def open_browser_use(
    environ: Mapping[str, str],
    *,
    owner: str,
    writable: bool,
    lanes: Lanes | None = None,
    listener: Listener | None = None,
    wsgi: Callable[..., Any] | None = None,
    base_url: str | None = None,
    api: BrowserUseApi = "auto",
) -> BrowserUse:
    """
    The project that the key belongs to; `owner` marks the runs that are ours.

    Raises AuthenticationFailed without a key, UsageError for an unsafe address.
    """
    key = key_from(environ, KEY, "Browser Use", emulated=wsgi is not None)
    origin = base_url or environ.get(BASE_URL, "").strip() or DEFAULT_URL
    if wsgi is not None:
        origin = "http://emulator/browser-use/api/v2"
    door = Door(
        "Browser Use",
        origin.rstrip("/"),
        {"X-Browser-Use-API-Key": key},
        KEY,
        writable,
        lanes,
        listener,
        wsgi,
    )
    return BrowserUse(door, owner, api)


class BrowserUse:
    """Runs of one project; nothing that has run can be edited."""

    name = "browser_use"

    def __init__(self, door: Door, owner: str, api: BrowserUseApi = "auto") -> None:
        self.door = door
        self.owner = owner.rstrip("/") + "/"
        self.api = api
        self.polling = Polling(door, "/tasks", "id")
        self.pages = PAGES.get(urlsplit(door.origin).hostname or "", "")
        self._only: Shape | None = None
        self._names: dict[str, str] = {}

    def canonical(self, kind: Kind, spec: Tree) -> Tree:
        """Everything that is sent, and what asks for another run."""
        return canonical(kind, spec)

    def check(self, wanted: Iterable[Resource]) -> list[Problem]:
        """What the service cannot hold, and what will surprise later."""
        shape = self._shape()
        return [found for resource in wanted for found in checked(resource, shape)]

    def close(self) -> None:
        """Hang up."""
        self.door.close()

    def date(self) -> float | None:
        """Seconds since the epoch by the service's last `Date` header."""
        return self.door.date()

    def begin(self, known: Mapping[Address, Record], *, refresh: bool = False) -> None:
        """Nothing: what is searched for depends on all that is wanted."""

    def read(
        self,
        wanted: Sequence[Resource],
        known: Mapping[Address, Record],
        *,
        refresh: bool = False,
    ) -> Reading:
        """Runs of ours, searched only where the ledger does not know enough."""
        del refresh
        for resource in wanted:
            self._hide(resource)
            self._label(resource.address.name)
        target = Target(self.door.origin)
        jobs = {address: record.job for address, record in known.items()}
        unsure = [
            job
            for resource in wanted
            if (job := jobs.get(resource.address)) is None or job.status == "unknown"
        ]
        if not unsure:
            return Reading(target)
        runs, why = search(self.door, self._names, unsure)
        lost = why and not any(record.kind == "agent" for record in known.values())
        return Reading(
            target,
            tuple(self._unsecret(run) for run in runs),
            complete=not why,
            incomplete_because=why,
            unsearched=f"there is no record of any run; {why}" if lost else "",
        )

    def _label(self, name: str) -> str:
        """The label of a run, which a listing is understood by from now on."""
        text = label(self.owner, name)
        self._names[text] = name
        return text

    def _hide(self, resource: Resource) -> tuple[str, ...]:
        """The secrets of a run, which no answer may show from now on."""
        secrets = resource.spec.get("secrets")
        values = secrets.values() if isinstance(secrets, Mapping) else ()
        hidden = tuple(s.reveal() for s in values if isinstance(s, Secret) and s.known)
        for secret in hidden:
            self.door.redactor.add(secret)
        return hidden

    def _unsecret(self, run: Observed) -> Observed:
        """A run as it was listed, without the secrets that it was given."""
        return replace(run, result=returned(run.result, self.door.redactor))

    def look(self, at: Identity) -> Observed | None:
        """One run, now."""
        if not at.id:
            return None
        try:
            self._label(at.name)
            return observed(self.polling.ask(at.id), self._names)
        except NotFound:
            return None

    def live(self, at: Identity) -> None:
        """A run has no versions."""

    def glance(self, ids: Collection[str], part: int, parts: int) -> Reading:
        """Nothing is ever written over."""
        del ids, part, parts
        return Reading(Target(self.door.origin))

    def perform(self, step: Step) -> Done:
        """Start the run, once; nothing else can be done to it."""
        if not isinstance(step, Begin):
            raise Refused("a run of Browser Use can only be started")
        shape = self._shape()
        try:
            return self._start(step, shape)
        except Refused as error:
            other = None
            if shape == "both":
                other = other_shape(error, ONLY_NESTED + FILES, ONLY_FLAT)
            if other is None:
                raise in_our_words(error) from error
        self._only = other
        return self._start_otherwise(step, other)

    def _start_otherwise(self, step: Begin, shape: Shape) -> Done:
        """The refused start was not carried out: once more, in the other shape."""
        note = f"the service takes only the `{shape}` shape of a run"
        if missing := left_out(step.after, shape):
            raise Refused(
                f"{note}, which has no place for {listed(missing)}",
                hint=f"remove {listed(missing)} from the manifest",
                status=422,
            )
        try:
            return replace(self._start(step, shape), note=note)
        except Refused as error:
            raise in_our_words(error) from error

    def _shape(self) -> Shape:
        if self._only is not None:
            return self._only
        return "both" if self.api == "auto" else self.api

    def _start(self, step: Begin, shape: Shape) -> Done:
        labels = {
            ID: self._label(step.address.name),
            DIGEST: f"v1:{step.after.digest}",
            INTENT: step.intent,
        }
        sent = body(step.after, shape, labels)
        answer = self.door.write("POST", "/tasks", sent, hide=self._hide(step.after))
        run = identifier(answer.get("id"))
        if not run:
            raise OutcomeUnknown("Browser Use answered a start without a usable id")
        session = identifier(answer.get("sessionId"))
        return Done(run, poll_id=run, ids=_ids(run, session))

    def poll(self, job: Job) -> JobState:
        """One question about a run; a 404 right after the start is waiting."""
        try:
            answer = self.polling.ask(job.poll_id)
        except NotFound:
            return JobState("running", "not visible yet", missing=True)
        return self._told(answer)

    def _told(self, answer: Mapping[str, object]) -> JobState:
        """What became of a run, without the secrets that it was given."""
        return cleaned(job_state(answer, self.pages), self.door.redactor)

    def recover(self, job: Job, after: Resource) -> Job | None:
        """A start whose answer was lost, found by the intent that it carries."""
        return self.find(after.address.name, job)

    def find(self, name: str, job: Job) -> Job | None:
        """The same, of the agent task of that name; None when it is not certain."""
        self._label(name)
        try:
            runs, _ = search(self.door, self._names, [job])
        except TaskopsError:
            return None
        mine = [run for run in runs if job.intent and run.version == job.intent]
        if len(mine) != 1:
            return None
        return job.found(mine[0].id)

    def cancel(self, job: Job) -> JobState:
        """Stop a run, and tell what it is then; to stop it twice is to stop it once."""
        state = self.poll(job)
        if state.status != "running":
            return state
        action = {"action": "stop"}
        path = self.polling.at(job.poll_id)
        return self._told(self.door.write("PATCH", path, action, repeatable=True))


def _ids(run: str, session: str) -> Mapping[str, str]:
    ids = {"id": run, "sessionId": session}
    return MappingProxyType({key: value for key, value in ids.items() if value})
