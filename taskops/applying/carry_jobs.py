"""A start on its way: begun once under a durable intent, then waited for."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from taskops.applying.asks import (
    Ask,
    Flush,
    Perform,
    Poll,
    Recover,
    Stopped,
    look,
    resolve,
)
from taskops.applying.progress import Progress
from taskops.applying.replacing import (
    Move,
    Placing,
    discard,
    put_back,
    renamed,
)
from taskops.errors import (
    AuthenticationFailed,
    NameTaken,
    OutcomeUnknown,
    ReadFailed,
    Refused,
    TaskopsError,
)
from taskops.model.change import Start, Wait
from taskops.model.record import BESIDES, SINCE, Job, Record, Source
from taskops.model.step import Begin, Done, JobState
from taskops.model.values import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from taskops.applying.asks import Course
    from taskops.applying.surroundings import Surroundings
    from taskops.model.plan import Outcome
    from taskops.model.resource import Resource

FIRST_POLL = 2.0
"""Seconds until the first question."""

SLOWEST_POLL = 30.0
"""Seconds between questions, at the most."""

SLOWER = 1.5

LOST = 300.0
"""Seconds of 'not found' after which a generation is not late but lost."""

UNREACHABLE = 5
"""Questions in a row that may go unanswered."""


class CarryingJob(Progress[Start | Wait]):
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
        super().__init__(change, prior, around)
        self.uuid = uuid
        self.said = JobState("running")
        self.found: Job | None = None

    def course(self) -> Course:
        """Everything the change asks for, in order."""
        match self.change:
            case Start():
                return self._start(self.change)
            case Wait():
                return self._resume(self.change)

    def _start(self, change: Start) -> Course:
        after, replaces = change.after, False
        if change.awaits is not None:
            waits = self.around.wait or change.awaits.status != "running"
            ended = (yield from self._until_ended(change.awaits)) if waits else None
            if ended is None:
                return self._in_progress("the start before this one has not ended")
            if after.kind == "generated" and self._known(after).next is None:
                self._own(after, change.awaits, ended)
        if after.kind == "generated":
            replaces = yield from self._make_room(after, change)
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

    def _known(self, after: Resource) -> Record:
        """The record of this address as far as it is known by now."""
        record = self.record or self.prior
        return record or Record(after.address, after.kind, "", after.name)

    def _own(self, after: Resource, job: Job, state: JobState) -> None:
        """An earlier start has ended: what it made is what will be replaced."""
        job = replace(job, status=state.status, name="")
        self._note(after, job, replaces=False)
        made = replace(cast("Record", self.record), id=state.id or job.made)
        self.record = made

    def _make_room(
        self, after: Resource, change: Start
    ) -> Generator[Ask, object, bool]:
        """Whether there is something to replace; what failed beside it goes first."""
        record = self._known(after)
        if record.next is not None:
            self.wrote |= yield from discard(after.address, record.next, after.name)
            self.record = replace(record, next=None)
        if not record.id:
            return False
        old = yield from look(after.address, record.id)
        return old is not None or change.before is not None

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
        try:
            yield self._flush()
        except (TaskopsError, Stopped):
            # Not durable, so not sent: what was meant to happen did not.
            self.record = before
            raise
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
        ids = MappingProxyType({**done.ids, **_told_apart(job)})
        started = replace(
            job, status="running", poll_id=done.poll_id or done.id, ids=ids
        )
        self._note(after, started, replaces=replaces)
        yield self._flush()
        return started

    def _note(self, after: Resource, job: Job, *, replaces: bool) -> None:
        base = replace(
            self._known(after),
            address=after.address,
            seen=None,
            protected=after.protected,
            source=Source(after.manifest, self.around.commit),
        )
        self.record = replace(base, next=job) if replaces else replace(base, job=job)

    def _flush(self) -> Flush:
        return Flush(cast("Record", self.record), self.drops())

    def _resume(self, change: Wait) -> Course:
        after, job = change.after, change.job
        if after is None:
            return self.outcome("already_satisfied")
        replaces = self.prior is not None and self.prior.next is not None
        self._note(after, job, replaces=replaces)
        if not self.around.wait and job.status == "running":
            return self._in_progress("--no-wait")
        if replaces and _went_back(self.prior, job, after):
            if job.status == "running" and (yield from self._until_ended(job)) is None:
                return self._in_progress("still running")
            record = cast("Record", self.record)
            undone = put_back(after.address, after.name, record.id, job)
            self.wrote |= yield from undone
            self.record = replace(record, next=None)
            return self.outcome("applied")
        return (yield from self._await(after, job, replaces=replaces))

    def _await(self, after: Resource, job: Job, *, replaces: bool) -> Course:
        state = yield from self._until_ended(job)
        if self.found is not None and self.found.intent == job.intent:
            job = self.found
        if state is None:
            self._note(after, job, replaces=replaces)
            said = f"; the service says: {self.said.detail}" if self.said.detail else ""
            return self._in_progress(f"still running{said}")
        state = self._judged(after, job, state)
        ended = replace(
            job,
            status=state.status,
            error=state.detail[:200] if state.status == "failed" else "",
            result=digest(state.result) if state.result else "",
        )
        self._note(after, ended, replaces=replaces)
        if state.status == "failed":
            self._own_what_ended(job.made)
            name = self.change.address.name
            hint = f"start it again with `taskops apply --retry {name}`"
            outcome = self.outcome("failed", state.detail or "the service says: failed")
            return replace(outcome, hint=hint, result=state.result)
        if after.kind == "agent":
            self.record = replace(cast("Record", self.record), id=job.poll_id)
        else:
            self._own_what_ended(state.id or job.made)
            yield self._flush()
            refused = yield from self._settle(after, ended, state, replaces=replaces)
            if refused is not None:
                return refused
        return replace(self.outcome("applied"), result=state.result)

    def _settle(
        self, after: Resource, job: Job, state: JobState, *, replaces: bool
    ) -> Generator[Ask, object, Outcome | None]:
        """Ready: it takes its place, and what it is now is what we know of it."""
        record = cast("Record", self.record)
        new_id = state.id or job.made
        if replaces:
            failed = yield from self._replace(after, job, record, new_id)
            if failed is not None:
                return failed
        new = yield from look(after.address, new_id)
        draft = None if new is None or new.draft is None else new.draft.digest
        live = None if new is None or new.latest is None else new.latest.digest
        self.looked = new
        if new is not None and new.name != after.name:
            keeps = f"{renamed(new.id, new.name)} and keeps that name"
            self.notes = (*self.notes, f"{keeps}; the next plan shows it as drift")
        self.record = replace(
            record,
            id=new_id if new is None else new.id,
            name=after.name,
            job=replace(job, name=""),
            next=None,
            spec=after.content,
            draft=draft,
            live=live,
            version="" if new is None else new.version,
        )
        return None

    def _replace(
        self, after: Resource, job: Job, record: Record, new_id: str
    ) -> Generator[Ask, object, Outcome | None]:
        """The new one in the place of the old one, or why it is not."""
        known = [record.name]
        if isinstance(self.change, Start) and self.change.before is not None:
            # Whatever it was called then, somebody has approved that it goes.
            known.append(self.change.before.name)
        placing = Placing(
            Move(after.address, after.name, record.id, new_id, job.name, tuple(known))
        )
        try:
            placed = yield from placing.course()
        except Refused as error:
            return self.outcome(
                "failed",
                f"the new task is ready as `{job.name}` but could not take the "
                f"place of `{after.name}`: {error.summary}",
                f"both exist; rename or delete what else is named `{after.name}` on "
                "the service, then run `taskops apply` again"
                if isinstance(error, NameTaken)
                else "both exist; run `taskops apply` again",
            )
        finally:
            self.wrote |= placing.wrote
        if placing.left:
            left = renamed(record.id, placing.left)
            self.notes = (*self.notes, f"{left} and is left alone")
        if placed:
            return None
        gone = "it was deleted on the service as soon as it was ready"
        self._note(after, replace(job, status="failed", error=gone), replaces=True)
        name = self.change.address.name
        hint = f"start it again with `taskops apply --retry {name}`"
        return self.outcome("failed", gone, hint)

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

    def _own_what_ended(self, made: str) -> None:
        """What a start left behind is ours from then on, no stranger of that name."""
        record = cast("Record", self.record)
        if not record.id and record.kind == "generated":
            self.record = replace(record, id=made)

    def _until_ended(self, job: Job) -> Generator[Ask, object, JobState | None]:
        """Poll until it ends; None when nobody may wait any longer."""
        pause, unanswered, missing, seen = FIRST_POLL, 0, 0.0, False
        if job.status in ("ready", "failed"):
            return JobState(job.status, job.error)
        record = self.record or self.prior
        runs = record is not None and record.kind == "agent"
        why = "running" if runs else "generating"
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
                unanswered, self.said = 0, state
                if state.status in ("ready", "failed"):
                    return state
                why = state.detail or why
                seen = seen or not state.missing
                missing = missing + pause if state.missing else 0.0
                if missing > LOST:
                    if seen:
                        return JobState("failed", "the service lost it meanwhile")
                    job, missing = (yield from self._find_again(job)), 0.0
            pause = min(pause * SLOWER, SLOWEST_POLL)

    def _find_again(self, job: Job) -> Generator[Ask, object, Job]:
        """Never visible under the id that was answered: perhaps it has another."""
        after = getattr(self.change, "after", None)
        found = None
        if after is not None:
            found = cast("Job | None", (yield Recover(job, after)))
        if found is not None and found.poll_id != job.poll_id:
            self.found = found
            return found
        self._forget_start(job)
        name = self.change.address.name
        raise OutcomeUnknown(
            "the service does not know what it said it had started",
            f"id {job.poll_id}",
            f"look at the service, then run `taskops apply --retry {name}` "
            "to start it (again)",
        )

    def _forget_start(self, job: Job) -> None:
        """What was answered leads nowhere: whether it was started is not known."""
        record, lost = self.record or self.prior, replace(job, status="unknown")
        if record is None:
            return
        record = replace(record, address=self.change.address)
        if record.next is not None:
            self.record = replace(record, next=lost)
        else:
            self.record = replace(record, job=lost)

    def _in_progress(self, why: str) -> Outcome:
        hint = "run `taskops apply` again to go on waiting"
        if self.change.address.provider == "browser_use":
            hint += f", or `taskops run --cancel {self.change.address.name}` to stop it"
        elif self.change.address.provider == "stablebrowse":
            hint += "; the service has no way to stop a run"
        outcome = self.outcome("in_progress", why, hint)
        return replace(outcome, overdue=self.around.wait, result=self.said.result)


def _went_back(prior: Record | None, job: Job, after: Resource) -> bool:
    """Whether what is wanted is what is there, and the new one is not."""
    there = None if prior is None else prior.job
    if there is None or job.digest == after.digest:
        return False
    return (there.status, there.digest) == ("ready", after.digest)


def _told_apart(job: Job) -> dict[str, str]:
    """What finds this start again among others, should its id lead nowhere."""
    return {key: job.ids[key] for key in (SINCE, BESIDES) if key in job.ids}
