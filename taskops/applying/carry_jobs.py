"""A start on its way: begun once under a durable intent, then waited for."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from taskops.applying.asks import (
    Ask,
    Flush,
    Look,
    Perform,
    Poll,
    Recover,
    Stopped,
    resolve,
)
from taskops.errors import AuthenticationFailed, OutcomeUnknown, ReadFailed, Refused
from taskops.model.change import Start, Wait, verb
from taskops.model.plan import Outcome, Status
from taskops.model.record import BESIDES, SINCE, Job, Record, Source
from taskops.model.resource import Identity, Observed
from taskops.model.step import Begin, Done, JobState, Remove, Rename
from taskops.model.values import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from taskops.applying.carry import Course, Surroundings
    from taskops.model.resource import Resource

FIRST_POLL = 2.0
"""Seconds until the first question."""

SLOWEST_POLL = 30.0
"""Seconds between questions, at the most."""

SLOWER = 1.5

UNREACHABLE = 5
"""Questions in a row that may go unanswered."""


class CarryingJob:
    """
    One generation or one agent's run in progress.

    `record` always says what is known, the intent before the start is sent:
    whatever interrupts the course, nothing billable is started a second time.
    """

    def __init__(
        self,
        change: Start | Wait,
        prior: Record | None,
        around: Surroundings,
        uuid: Callable[[], str],
    ) -> None:
        self.change = change
        self.prior = prior
        self.around = around
        self.uuid = uuid
        self.wrote = False
        self.record: Record | None = None
        self.looked: Observed | None = None
        self.notes: tuple[str, ...] = ()

    def course(self) -> Course:
        """Everything the change asks for, in order."""
        match self.change:
            case Start():
                return self._start(self.change)
            case Wait():
                return self._resume(self.change)

    def outcome(self, status: Status, detail: str = "", hint: str = "") -> Outcome:
        """What became of it so far."""
        return Outcome(
            self.change.address,
            verb(self.change),
            status,
            detail,
            hint,
            wrote=self.wrote,
            record=self.record,
            notes=self.notes,
        )

    def _start(self, change: Start) -> Course:
        after = change.after
        if change.awaits is not None:
            ended = yield from self._until_ended(change.awaits)
            if ended is None:
                return self._in_progress("the start before this one has not ended")
        replaces = change.before is not None and after.kind == "generated"
        name = f"{after.name}--{after.digest[:8]}" if replaces else after.name
        for attempt in range(1, after.attempts + 1):
            job = Job(
                after.digest,
                "unknown",
                self.uuid(),
                ids=self._what_is_known(),
                attempt=attempt,
                name=name,
            )
            job = yield from self._begin(after, job, replaces=replaces)
            if not self.around.wait:
                return self._in_progress("--no-wait")
            outcome = yield from self._await(after, job, replaces=replaces)
            if outcome.status != "failed" or attempt == after.attempts:
                return outcome
        return self.outcome("failed", "no attempt was allowed")

    def _what_is_known(self) -> Mapping[str, str]:
        """What tells this start from others, should its answer be lost."""
        record = self.record or self.prior
        last = record.job if record is not None else None
        others = {last.poll_id, *last.ids.get(BESIDES, "").split(",")} if last else ()
        ids = {
            SINCE: f"{self.around.started:.0f}" if self.around.started else "",
            BESIDES: ",".join(sorted(filter(None, others))),
        }
        return MappingProxyType({key: value for key, value in ids.items() if value})

    def _begin(
        self, after: Resource, job: Job, *, replaces: bool
    ) -> Generator[Ask, object, Job]:
        before = self.record or self.prior
        self._note(after, job, replaces=replaces)
        yield Flush(cast("Record", self.record))
        step = Begin(self.change.address, after, job.name, job.intent)
        try:
            done = cast("Done", (yield Perform(step)))
        except (Refused, AuthenticationFailed):
            # Surely nothing was started: the intent is void.
            self.record = before or replace(
                cast("Record", self.record), job=None, next=None
            )
            raise
        except OutcomeUnknown as unknown:
            ask = Recover(job, after)
            found = cast("Job | None", (yield from resolve(unknown, ask)))
            if found is None:
                raise
            done = Done(poll_id=found.poll_id, ids=found.ids)
        self.wrote = True
        if done.note:
            self.notes = (*self.notes, done.note)
        ids = MappingProxyType({**done.ids, **_besides(job)})
        started = replace(
            job, status="running", poll_id=done.poll_id or done.id, ids=ids
        )
        self._note(after, started, replaces=replaces)
        yield Flush(cast("Record", self.record))
        return started

    def _note(self, after: Resource, job: Job, *, replaces: bool) -> None:
        base = self.prior or Record(after.address, after.kind, "", after.name)
        source = Source(after.manifest, self.around.commit)
        base = replace(base, seen=None, protected=after.protected, source=source)
        self.record = replace(base, next=job) if replaces else replace(base, job=job)

    def _resume(self, change: Wait) -> Course:
        after = change.after
        if after is None:
            return self.outcome("already_satisfied")
        replaces = self.prior is not None and self.prior.next is not None
        self._note(after, change.job, replaces=replaces)
        if not self.around.wait:
            return self._in_progress("--no-wait")
        return (yield from self._await(after, change.job, replaces=replaces))

    def _await(self, after: Resource, job: Job, *, replaces: bool) -> Course:
        state = yield from self._until_ended(job)
        if state is None:
            return self._in_progress("still running")
        state = self._judged(after, job, state)
        ended = replace(
            job,
            status=state.status,
            error=state.detail[:200] if state.status == "failed" else "",
            result=digest(state.result) if state.result else "",
        )
        self._note(after, ended, replaces=replaces)
        if state.status == "failed":
            self._own_what_failed(job)
            name = self.change.address.name
            hint = f"start it again with `taskops apply --retry {name}`"
            outcome = self.outcome("failed", state.detail or "the service says: failed")
            return replace(outcome, hint=hint, result=state.result)
        if after.kind == "agent":
            self.record = replace(cast("Record", self.record), id=job.poll_id)
        else:
            yield Flush(cast("Record", self.record))
            failed = yield from self._settle(after, ended, state, replaces=replaces)
            if failed is not None:
                return failed
        return replace(self.outcome("applied"), result=state.result)

    def _judged(self, after: Resource, job: Job, state: JobState) -> JobState:
        """A result that is not what the manifest asks for is a failure."""
        if after.kind != "agent" or job.digest != after.digest:
            return state
        if state.status != "ready":
            return state
        result, wrong = self.around.judge(after, state.result)
        if wrong:
            return replace(state, status="failed", detail=wrong, result=result)
        return replace(state, result=result)

    def _own_what_failed(self, job: Job) -> None:
        """What a failed start left behind is ours, not a stranger of that name."""
        record = cast("Record", self.record)
        if not record.id and record.kind == "generated":
            object_id = job.ids.get("taskId") or job.poll_id
            self.record = replace(record, id=object_id)

    def _until_ended(self, job: Job) -> Generator[Ask, object, JobState | None]:
        """Poll until it ends; None when nobody may wait any longer."""
        pause, unanswered = FIRST_POLL, 0
        if job.status == "ready":
            return JobState("ready")
        why = f"waiting for {self.change.address.name}"
        while True:
            try:
                answer = yield Poll(self.change.address, job, pause, why)
                state = cast("JobState", answer)
            except ReadFailed:
                unanswered += 1
                if unanswered >= UNREACHABLE:
                    raise
            except Stopped:
                return None
            else:
                unanswered = 0
                if state.status in ("ready", "failed"):
                    return state
                why = state.detail or why
            pause = min(pause * SLOWER, SLOWEST_POLL)

    def _in_progress(self, why: str) -> Outcome:
        hint = "run `taskops apply` again to go on waiting"
        if self.change.address.provider == "browser_use":
            hint += f", or `taskops run --cancel {self.change.address.name}` to stop it"
        elif self.change.address.provider == "stablebrowse":
            hint += "; the service has no way to stop a run"
        return self.outcome("in_progress", why, hint)

    def _settle(
        self, after: Resource, job: Job, state: JobState, *, replaces: bool
    ) -> Generator[Ask, object, Outcome | None]:
        """Ready: find the object, and put it in the place of the old one."""
        object_id = state.id or job.ids.get("taskId") or job.poll_id
        new = yield from self._look(object_id, job.name or after.name)
        new_id = new.id if new is not None else object_id
        if replaces and self.prior is not None:
            failed = yield from self._replace(after, self.prior.id, new_id, job)
            if failed is not None:
                return failed
        record = cast("Record", self.record)
        done = replace(job, name="")
        self.record = replace(
            record, id=new_id, name=after.name, job=done, next=None, spec=after.content
        )
        return None

    def _replace(
        self, after: Resource, old_id: str, new_id: str, job: Job
    ) -> Generator[Ask, object, Outcome | None]:
        """Rename the old away, the new into place, delete the old; each only once."""
        address = self.change.address
        old = yield from self._look(old_id, "")
        away = f"{after.name}--old"
        if old is not None and old.name == after.name:
            try:
                yield Perform(Rename(address, old_id, away))
            except Refused as error:
                return self._both_exist(after.name, job.name, error)
        new = yield from self._look(new_id, job.name)
        if new is not None and new.name != after.name:
            try:
                yield Perform(Rename(address, new_id, after.name))
            except Refused as error:
                if old is not None:
                    yield Perform(Rename(address, old_id, after.name))
                return self._both_exist(after.name, job.name, error)
        if old is not None:
            yield Perform(Remove(address, old_id, away))
        return None

    def _both_exist(self, name: str, new: str, error: Refused) -> Outcome:
        return self.outcome(
            "failed",
            f"the new task is ready as `{new}` but could not take the place of "
            f"`{name}`: {error.summary}",
            "both exist; run `taskops apply` again",
        )

    def _look(
        self, object_id: str, name: str
    ) -> Generator[Ask, object, Observed | None]:
        at = Identity(self.change.address, object_id, name)
        return cast("Observed | None", (yield Look(at)))


def _besides(job: Job) -> dict[str, str]:
    known = job.ids.get(BESIDES)
    return {BESIDES: known} if known else {}


def record_of_run(after: Resource, before: Observed, commit: str) -> Record:
    """The record of a run that the service itself says is of this revision."""
    ids = MappingProxyType({"id": before.id})
    job = Job(after.digest, "ready", before.version, before.id, ids)
    return Record(
        after.address,
        after.kind,
        before.id,
        after.name,
        protected=after.protected,
        job=job,
        source=Source(after.manifest, commit),
    )
