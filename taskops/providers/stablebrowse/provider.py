"""StableBrowse as a provider: one run per revision, known by the ledger alone."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from taskops.errors import (
    AuthenticationFailed,
    NotFound,
    OutcomeUnknown,
    Refused,
    TaskopsError,
    UsageError,
)
from taskops.model.problem import Problem
from taskops.model.resource import Identity, Observed, Reading, Target
from taskops.model.step import Begin, Done, JobState, Step
from taskops.providers.http.answers import identifier, text_of
from taskops.providers.http.door import Door
from taskops.providers.http.keys import key_from
from taskops.providers.http.polling import Polling
from taskops.providers.http.returned import cleaned
from taskops.providers.stablebrowse.convert import (
    MAX_STEPS,
    body,
    canonical,
    job_state,
)
from taskops.providers.stablebrowse.listing import has_no_list, listed, turns
from taskops.providers.stablebrowse.sentences import in_our_words, is_quota, quota
from taskops.providers.stablebrowse.twins import Twins, question

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from taskops.model.ports import Lanes, Listener
    from taskops.model.record import Job, Record
    from taskops.model.resource import Address, Kind, Resource
    from taskops.model.values import Tree

KEY = "STABLEBROWSE_API_KEY"
BASE_URL = "STABLEBROWSE_BASE_URL"


def open_stablebrowse(
    environ: Mapping[str, str],
    *,
    writable: bool,
    lanes: Lanes | None = None,
    listener: Listener | None = None,
    wsgi: Callable[..., Any] | None = None,
    base_url: str | None = None,
) -> StableBrowse:
    """
    The business that the key belongs to.

    Raises AuthenticationFailed without a key, and UsageError without an address:
    the vendor's pages name two, so there is no default.
    """
    key = key_from(environ, KEY, "StableBrowse", emulated=wsgi is not None)
    origin = base_url or environ.get(BASE_URL, "").strip()
    if wsgi is not None:
        origin = "http://emulator/stablebrowse"
    if not origin:
        raise UsageError(
            "the address of StableBrowse is not known",
            f"{BASE_URL} is not set",
            f"set {BASE_URL} to the address in your dashboard, without /v1",
        )
    door = Door(
        "StableBrowse",
        origin.rstrip("/").removesuffix("/v1"),
        {"Authorization": f"Bearer {key}"},
        KEY,
        writable,
        lanes,
        listener,
        wsgi,
    )
    return StableBrowse(door)


class StableBrowse:
    """Runs of one business; the service can hold no mark of ours."""

    name = "stablebrowse"

    def __init__(self, door: Door) -> None:
        self.door = door
        self.twins = Twins()
        self.polling = Polling(door, "/v1/tasks", "taskId")

    def canonical(self, kind: Kind, spec: Tree) -> Tree:
        """Everything that is sent, clamped, and what asks for another run."""
        return canonical(kind, spec)

    def check(self, wanted: Iterable[Resource]) -> list[Problem]:
        """Settings that the service would change without a word."""
        found = []
        for resource in wanted:
            steps = resource.spec.get("maxSteps")
            if isinstance(steps, int | float) and steps > MAX_STEPS:
                found.append(
                    Problem(
                        f"`maxSteps: {steps}` is clamped to {MAX_STEPS}",
                        "StableBrowse takes no more",
                        resource.where,
                        f"write {MAX_STEPS}, or leave it out",
                        "warning",
                        address=str(resource.address),
                    )
                )
        return found

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
        """
        Starts whose answer was lost, and runs that new manifests may have had.

        All else that ran is in the ledger alone, and nothing is asked for it.
        """
        del refresh
        target = Target(self.door.origin)
        self.twins.know(known.values())
        jobs = {address: record.job for address, record in known.items()}
        new = [r for r in wanted if jobs.get(r.address) is None]
        lost = [
            (resource, job)
            for resource in wanted
            if (job := jobs.get(resource.address)) is not None
            and job.status == "unknown"
        ]
        if not lost and not new:
            return Reading(target)
        try:
            rows = listed(self.door)
        except TaskopsError as error:
            if not has_no_list(error):
                raise
            # The listing is newer than the rest; without it the ledger is all.
            return Reading(target, (), False, "the service has no list of runs")
        found = [self._found(rows, job, resource, lost) for resource, job in lost]
        found += [self._earlier(rows, resource) for resource in new]
        objects = tuple(run for run in found if run is not None)
        return Reading(target, objects)

    def _earlier(
        self, rows: Sequence[Mapping[str, object]], resource: Resource
    ) -> Observed | None:
        """The newest run of the same question that nobody is known to own."""
        row = self.twins.newest(turns(self.door, resource, rows), question(resource))
        if row is None:
            return None
        return Observed(
            self.name,
            text_of(row, "taskId"),
            resource.address.name,
            language="agent",
            updated_at=text_of(row, "createdAt"),
            status=job_state(row).status,
        )

    def _found(
        self,
        rows: Sequence[Mapping[str, object]],
        job: Job,
        resource: Resource,
        lost: Sequence[tuple[Resource, Job]],
    ) -> Observed | None:
        """The run of a lost start, unless another lost start may be meant."""
        asked = question(resource)
        if sum(question(other) == asked for other, _ in lost) > 1:
            return None
        run = self.twins.one(turns(self.door, resource, rows), asked, job)
        name = resource.address.name
        if run is None:
            return None
        return Observed(self.name, run, name, language="agent", version=job.intent)

    def look(self, at: Identity) -> Observed | None:
        """One run, now."""
        if not at.id:
            return None
        try:
            state = job_state(self.polling.ask(at.id))
        except NotFound:
            return None
        return Observed(
            self.name, at.id, at.name, language="agent", status=state.status
        )

    def live(self, at: Identity) -> None:
        """A run has no versions."""

    def glance(self, ids: Collection[str], part: int, parts: int) -> Reading:
        """Nothing is ever written over."""
        del ids, part, parts
        return Reading(Target(self.door.origin))

    def perform(self, step: Step) -> Done:
        """Start the run, once; nothing else can be done to it."""
        if not isinstance(step, Begin):
            raise Refused("a run of StableBrowse can only be started")
        with self.twins.starting(question(step.after)):
            answer = self._post(body(step.after))
            run = identifier(answer.get("taskId"))
            if not run:
                raise OutcomeUnknown(
                    "StableBrowse answered a start without a usable id"
                )
            self.twins.add(run)
        ids = {"taskId": run, "sessionId": identifier(answer.get("sessionId"))}
        return Done(run, poll_id=run, ids=MappingProxyType(ids))

    def _post(self, sent: Mapping[str, object]) -> Mapping[str, object]:
        used_up: list[Mapping[str, object]] = []

        def final(told: Mapping[str, object]) -> bool:
            if is_quota(told):
                used_up.append(told)
            return bool(used_up)

        try:
            return self.door.write("POST", "/v1/tasks", sent, final=final)
        except (Refused, AuthenticationFailed) as error:
            if used_up:
                raise quota(used_up[0]) from error
            raise in_our_words(error, with_session="sessionId" in sent) from error

    def poll(self, job: Job) -> JobState:
        """One question about a run; a 404 right after the start is waiting."""
        try:
            answer = self.polling.ask(job.poll_id)
        except NotFound:
            return JobState("running", "not visible yet", missing=True)
        return cleaned(job_state(answer), self.door.redactor)

    def recover(self, job: Job, after: Resource) -> Job | None:
        """
        A start whose answer was lost, found by user, exact prompt and time.

        Twins cannot be told apart, so more than one is none.
        """
        try:
            going_on = bool(after.spec.get("sessionId"))
            newest = () if going_on else listed(self.door)
            rows = turns(self.door, after, newest)
        except TaskopsError:
            return None
        run = self.twins.one(rows, question(after), job)
        if run is None:
            return None
        self.twins.add(run)
        return job.found(run)
