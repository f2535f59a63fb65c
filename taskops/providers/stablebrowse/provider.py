"""StableBrowse as a provider: one run per revision, known by the ledger alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
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
from taskops.providers.http.door import Door
from taskops.providers.stablebrowse.convert import (
    MAX_STEPS,
    body,
    canonical,
    job_state,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from taskops.model.ports import Lanes, Listener
    from taskops.model.record import Job, Record
    from taskops.model.resource import Address, Kind, Resource
    from taskops.model.values import Tree

KEY = "STABLEBROWSE_API_KEY"
BASE_URL = "STABLEBROWSE_BASE_URL"

LISTED = 100
"""Sessions that the listing shows at the most; there is no second page."""

SCHEMA = "schema"
"""The id that remembers that a run was asked for structured content."""


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
    key = environ.get(KEY, "").strip() or ("emulated" if wsgi is not None else "")
    if not key:
        raise AuthenticationFailed(
            "there is no key for StableBrowse",
            f"{KEY} is not set",
            f"set {KEY}, or add --emulator to try without an account",
        )
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

    def read(
        self,
        wanted: Sequence[Resource],
        known: Mapping[Address, Record],
        *,
        refresh: bool = False,
    ) -> Reading:
        """Nothing: what ran is in the ledger, and only there."""
        del wanted, known, refresh
        return Reading(Target(self.door.origin))

    def look(self, at: Identity) -> Observed | None:
        """One run, now."""
        if not at.id:
            return None
        try:
            state = self._state(at.id, with_schema=False)
        except NotFound:
            return None
        return Observed(
            "stablebrowse", at.id, at.name, language="agent", status=state.status
        )

    def perform(self, step: Step) -> Done:
        """Start the run, once; nothing else can be done to it."""
        if not isinstance(step, Begin):
            raise Refused("a run of StableBrowse can only be started")
        try:
            answer = self.door.write("POST", "/v1/tasks", body(step.after))
        except Refused as error:
            raise _quota(error) from error
        run = str(answer.get("taskId") or "")
        if not run:
            raise OutcomeUnknown("StableBrowse answered a start without an id")
        ids = {"taskId": run, "sessionId": str(answer.get("sessionId") or "")}
        if step.after.spec.get("schema"):
            ids[SCHEMA] = "yes"
        return Done(run, poll_id=run, ids=MappingProxyType(ids))

    def poll(self, job: Job) -> JobState:
        """One question about a run."""
        try:
            return self._state(job.poll_id, with_schema=SCHEMA in job.ids)
        except NotFound:
            return JobState("running", "not visible yet")

    def _state(self, run: str, *, with_schema: bool) -> JobState:
        state = job_state(self.door.read(f"/v1/tasks/{run}"), with_schema=with_schema)
        return replace(state, detail=self.door.redactor.clean(state.detail))

    def recover(self, job: Job, after: Resource) -> Job | None:
        """
        A start whose answer was lost, found by user, exact prompt and time.

        Twins cannot be told apart, so more than one is none.
        """
        try:
            answer = self.door.read("/v1/tasks", limit=str(LISTED))
        except TaskopsError:
            return None
        sessions = answer.get("sessions")
        if not isinstance(sessions, list):
            return None
        since = self.door.date() or 0.0
        found = [
            str(first.get("taskId"))
            for session in sessions
            if isinstance(session, Mapping)
            and isinstance(first := session.get("firstTask"), Mapping)
            and first.get("endUserId") == after.spec.get("endUserId")
            and first.get("task") == after.spec.get("task")
            and _seconds(first.get("createdAt")) > since - RECENT
        ]
        if len(found) != 1:
            return None
        ids = {"taskId": found[0]} | (
            {SCHEMA: "yes"} if after.spec.get("schema") else {}
        )
        return replace(
            job, status="running", poll_id=found[0], ids=MappingProxyType(ids)
        )


RECENT = 600.0
"""Seconds that a start whose answer was lost may lie back."""


def _seconds(value: object) -> float:
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except ValueError:
        return 0.0


def _quota(error: Refused) -> Refused:
    """A monthly quota is final: waiting until next month is no retry."""
    if error.status == 429 and "quota" in f"{error.summary} {error.detail}".lower():
        return Refused(
            "the monthly quota of StableBrowse is used up",
            error.detail or error.summary,
            "wait for the next calendar month (UTC), or change the plan of the account",
            status=429,
        )
    return error
