"""A start on its way: begun once under a durable intent, then waited for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from taskops.applying.asks import (
    Ask,
    Flush,
    Perform,
    Recover,
    Stopped,
    look,
    resolve,
)
from taskops.applying.job_records import clues, noted, owning, placed, with_clues
from taskops.applying.progress import Progress
from taskops.applying.replacing import (
    Move,
    Placing,
    discard,
    put_back,
    renamed,
)
from taskops.applying.waiting import Waiting
from taskops.errors import (
    AuthenticationFailed,
    NameTaken,
    OutcomeUnknown,
    Refused,
    TaskopsError,
)
from taskops.model.change import Start, Wait
from taskops.model.record import Job, Record
from taskops.model.step import Begin, Done, JobState
from taskops.model.values import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from taskops.applying.asks import Course
    from taskops.applying.surroundings import Surroundings
    from taskops.model.plan import Outcome
    from taskops.model.resource import Resource

UNHEARD = JobState("running")
"""What is known of a start that nobody has asked about."""


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
            ended, waiting = None, Waiting(self, change.awaits)
            if self.around.wait or change.awaits.status != "running":
                ended = yield from waiting.course()
            self._follow(after, waiting.job, ended)
            if ended is None:
                why = "the start before this one has not ended"
                return self._in_progress(why, waiting.said)
        if after.kind == "generated":
            replaces = yield from self._make_room(after, change)
        name = f"{after.name}--{after.digest[:8]}" if replaces else after.name
        for attempt in range(1, after.attempts + 1):
            job = Job(
                after.digest,
                "unknown",
                self.uuid(),
                ids=clues(self.record or self.prior, self.around.started),
                attempt=attempt,
                name=name,
            )
            job = yield from self._begin(after, job, replaces=replaces)
            try:
                yield self._flush()
            except Stopped:
                return self._in_progress("still running")
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

    def _follow(self, after: Resource, job: Job, ended: JobState | None) -> None:
        """
        Note what became of an earlier start, and the id that it was found under.

        What it made is replaced, or removed where it stands beside the old one.
        """
        record = self._known(after)
        beside, known = record.next is not None, record.next or record.job
        if ended is not None and after.kind == "generated":
            job = replace(job, status=ended.status, name=job.name if beside else "")
            self._note(after, job, replaces=beside)
            if not beside:
                made = ended.id or job.made
                self.record = replace(cast("Record", self.record), id=made)
        elif known is None or known.poll_id != job.poll_id:
            self._note(after, job, replaces=beside)

    def _make_room(
        self, after: Resource, change: Start
    ) -> Generator[Ask, object, bool]:
        """Whether there is something to replace; what failed beside it goes first."""
        record = self._known(after)
        if record.next is not None:
            if self.record is not None:
                # That it has ended, before it is deleted: nobody must wait for it.
                yield self._flush()
            self.wrote |= yield from discard(after.address, record.next, after.name)
            self.record = replace(record, next=None)
        if not record.id:
            return False
        old = yield from look(after.address, record.id)
        return old is not None or change.before is not None

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
        except (Refused, AuthenticationFailed, Stopped):
            # Surely nothing was started, or even sent: the intent is void.
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
        started = replace(
            job,
            status="running",
            poll_id=done.poll_id or done.id,
            ids=with_clues(done.ids, job),
        )
        self._note(after, started, replaces=replaces)
        return started

    def _note(self, after: Resource, job: Job, *, replaces: bool) -> None:
        known, commit = self._known(after), self.around.commit
        self.record = noted(known, after, job, replaces=replaces, commit=commit)

    def _flush(self) -> Flush:
        return Flush(cast("Record", self.record), self.drops())

    def _resume(self, change: Wait) -> Course:
        after, job = change.after, change.job
        replaces = self.prior is not None and self.prior.next is not None
        self._note(after, job, replaces=replaces)
        if not self.around.wait and job.status == "running":
            return self._in_progress("--no-wait")
        if replaces and _went_back(self.prior, job, after):
            return (yield from self._go_back(after, job))
        return (yield from self._await(after, job, replaces=replaces))

    def _go_back(self, after: Resource, job: Job) -> Course:
        """The manifest went back: what was started meanwhile ends, and then goes."""
        if job.status == "running":
            waiting = Waiting(self, job)
            ended = yield from waiting.course()
            if ended is None:
                self._note(after, waiting.job, replaces=True)
                return self._in_progress("still running", waiting.said)
            job = replace(waiting.job, status=ended.status)
            self._note(after, job, replaces=True)
            # Before it is deleted: nobody must wait for what is gone.
            yield self._flush()
        record = cast("Record", self.record)
        yield from put_back(self, after.name, record.id, job)
        self.record = replace(record, next=None)
        return self.outcome("applied")

    def _await(self, after: Resource, job: Job, *, replaces: bool) -> Course:
        waiting = Waiting(self, job)
        state = yield from waiting.course()
        job, said = waiting.job, waiting.said
        if state is None:
            self._note(after, job, replaces=replaces)
            told = f"; the service says: {said.detail}" if said.detail else ""
            return self._in_progress(f"still running{told}", said)
        state = self._judged(after, job, state)
        ended = replace(
            job,
            status=state.status,
            error=state.detail[:200] if state.status == "failed" else "",
            result=digest(state.result) if state.result else "",
        )
        self._note(after, ended, replaces=replaces)
        if state.status == "failed":
            self.record = owning(cast("Record", self.record), job.made)
            name = self.change.address.name
            hint = f"start it again with `taskops apply --retry {name}`"
            outcome = self.outcome("failed", state.detail or "the service says: failed")
            return replace(outcome, hint=hint, result=state.result)
        if after.kind == "agent":
            self.record = replace(cast("Record", self.record), id=job.poll_id)
        else:
            made = state.id or job.made
            self.record = owning(cast("Record", self.record), made)
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
        self.looked = new
        if new is not None and new.name != after.name:
            keeps = f"{renamed(new.id, new.name)} and keeps that name"
            self.notes = (*self.notes, f"{keeps}; the next plan shows it as drift")
        self.record = placed(record, after, job, new_id, new)
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
            if placing.placed:
                return self.outcome(
                    "failed",
                    f"the new task is ready, but the old one could not be deleted: "
                    f"{error.summary}",
                    "run `taskops apply` again",
                )
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

    def _in_progress(self, why: str, said: JobState = UNHEARD) -> Outcome:
        hint = "run `taskops apply` again to go on waiting"
        if self.change.address.provider == "browser_use":
            hint += f", or `taskops run --cancel {self.change.address.name}` to stop it"
        elif self.change.address.provider == "stablebrowse":
            hint += "; the service has no way to stop a run"
        outcome = self.outcome("in_progress", why, hint)
        return replace(outcome, overdue=self.around.wait, result=said.result)


def _went_back(prior: Record | None, job: Job, after: Resource) -> bool:
    """Whether what is wanted is what is there, and the new one is not."""
    there = None if prior is None else prior.job
    if there is None or job.digest == after.digest:
        return False
    return (there.status, there.digest) == ("ready", after.digest)
