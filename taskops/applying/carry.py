"""One change on its way: what it asks, step by step, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from taskops.applying.asks import look
from taskops.applying.progress import Progress
from taskops.applying.proof import Written
from taskops.applying.read_back import Shown, not_taken, read_back
from taskops.applying.records import record_of, record_of_generated, record_of_run
from taskops.applying.replacing import discard
from taskops.applying.writes import publish, remove, rename, upsert
from taskops.comparing.content import (
    DRAFT,
    compared,
    publishes_at_once,
    same,
    settle,
    settled,
)
from taskops.comparing.moved import what_moved
from taskops.model.change import Create, Delete, Keep, Update
from taskops.model.resource import Identity
from taskops.model.step import Upsert
from taskops.model.values import dotted, from_pointer

if TYPE_CHECKING:
    from taskops.applying.asks import Course
    from taskops.model.plan import Outcome
    from taskops.model.record import Record
    from taskops.model.resource import Observed, Resource


class Carrying(Progress[Create | Update | Delete | Keep]):
    """One change of what is there, or of what the ledger knows of it."""

    def course(self) -> Course:
        """Everything the change asks for, in order."""
        match self.change:
            case Create():
                return self._create(self.change)
            case Update():
                return self._update(self.change)
            case Delete():
                return self._delete(self.change)
            case Keep():
                return self._keep(self.change)

    def _create(self, change: Create) -> Course:
        after = change.after
        step = Upsert(change.address, after.name, after.spec)
        done = yield from upsert(self, after, step)
        made = (change.address.provider, done.id)
        first = self.around.made.setdefault(made, change.address)
        if made in self.around.listed or first != change.address:
            return self._another(done.id, "a new one")
        written = Written(answer=done.answer)
        if change.publish:
            yield from publish(self, after, done.id, (None, None), written)
        return (yield from self._read_back(after, done.id, written))

    def _update(self, change: Update) -> Course:
        after, before = change.after, change.before
        if after.kind == "generated":
            return (yield from self._rename_alone(change))
        now = yield from look(change.address, before.id, before.name)
        if now is None:
            return self._stale(f"`{before.name}` (id {before.id}) is gone")
        there = compared(after, settled(now, self.prior, after.content), self.prior)
        if same(after, there) and now.name == after.name and not change.resend:
            return self._satisfied(after, now)
        if told := what_moved(before, now):
            return self._stale(told)
        if change.rename:
            yield from rename(self, before, after.name)
        old = (now.latest, now.draft) if after.publish else (now.draft, now.latest)
        written = Written(now, put=False)
        if change.put:
            step = Upsert(change.address, after.name, after.spec, *old)
            done = yield from upsert(self, after, step)
            if done.id != before.id:
                return self._another(done.id, before.id)
            written = Written(now, answer=done.answer)
        if change.publish:
            yield from publish(self, after, before.id, old, written)
        return (yield from self._read_back(after, before.id, written))

    def _rename_alone(self, change: Update) -> Course:
        """A generated task gets another name; its code is the service's own."""
        after, before = change.after, change.before
        now = yield from look(change.address, before.id, before.name)
        if now is not None and now.name == before.name:
            yield from rename(self, before, after.name)
            now = yield from look(change.address, before.id, after.name)
        if now is None or now.name != after.name:
            there = "it is gone" if now is None else f"its name is now `{now.name}`"
            return self._stale(f"`{before.name}` (id {before.id}): {there}")
        self.looked = now
        self.record = record_of_generated(after, now, self.prior, self.around.commit)
        return self.outcome("applied" if self.wrote else "already_satisfied")

    def _delete(self, change: Delete) -> Course:
        before = change.before
        now = yield from look(change.address, before.id, before.name)
        if now is not None and (told := what_moved(before, now)):
            return self._stale(told)
        if self.prior is not None and self.prior.next is not None:
            # What was made to replace it, and never did, is ours as well. It goes
            # first: once the other is gone, nothing leads here any more.
            name = self.prior.name
            self.wrote = yield from discard(change.address, self.prior.next, name)
        if now is not None:
            yield from remove(self, before)
        outcome = self.outcome("applied" if self.wrote else "already_satisfied")
        return replace(outcome, drops=(change.address,))

    def _keep(self, change: Keep) -> Course:
        yield from ()
        before, after = change.before, change.after
        if change.why == "forgotten":
            return replace(self.outcome("applied"), drops=(change.address,))
        if before is None or after is None:
            return self.outcome("already_satisfied")
        if after.kind == "agent":
            self.record = record_of_run(after, before, self.around.commit)
            return self.outcome("applied")
        if after.kind == "generated":
            commit = self.around.commit
            self.record = record_of_generated(after, before, self.prior, commit)
            return self.outcome("applied")
        # The other version may hold what somebody else wrote, which is not ours.
        self.record = self._agreed(after, before)
        return self.outcome("applied")

    def _satisfied(self, after: Resource, now: Observed) -> Outcome:
        self.record = self._agreed(after, now)
        return self.outcome("already_satisfied")

    def _agreed(self, after: Resource, now: Observed) -> Record:
        """The record of an object that is as it should be, whoever made it so."""
        residual = self.prior.residual if self.prior is not None else {}
        mine = {after.digest}
        if self.prior is not None and self.prior.id == now.id:
            # An older text of ours may stand in the other version than it did.
            mine |= {d for d in (self.prior.draft, self.prior.live) if d}
        for version in (now.draft, now.latest):
            if same(after, settle(version, residual, after.content)):
                mine.add(version.digest if version is not None else "")
        return record_of(
            after,
            now,
            self.prior,
            residual,
            ours=frozenset(mine),
            commit=self.around.commit,
        )

    def _read_back(self, after: Resource, object_id: str, written: Written) -> Course:
        """What the service shows must be what was sent, but for what it never takes."""
        at = Identity(self.change.address, object_id, after.name)
        shown = yield from read_back(after, at, written)
        if isinstance(shown, Shown):
            return self._recorded(after, shown)
        return self.outcome(
            "failed",
            f"the service took the write and shows something else: {shown}",
            "run `taskops plan` to see what is there now",
        )

    def _recorded(self, after: Resource, shown: Shown) -> Outcome:
        seen, residual = shown.seen, not_taken(after, shown)
        ours = {after.digest, shown.found.digest}
        draft = seen.draft
        if draft and same(after, settle(draft, residual, after.content)):
            ours.add(draft.digest)
        self.looked, self.live_alone = seen, shown.live_alone
        self.record = record_of(
            after,
            seen,
            self.prior,
            residual,
            ours=frozenset(ours),
            commit=self.around.commit,
        )
        refused = [from_pointer(field) for field in residual if field != DRAFT]
        notes = [f"the service did not take `{dotted(path)}`" for path in refused]
        if publishes_at_once(self.record):
            notes.append("the service publishes every write: this is live")
        self.notes = tuple(notes)
        return self.outcome("applied")

    def _another(self, got: str, expected: str) -> Outcome:
        self.record = None
        return self.outcome(
            "failed",
            f"the service wrote another object: id {got}, expected {expected}",
            "somebody made an object of that name meanwhile; run `taskops plan` again",
        )

    def _stale(self, told: str) -> Outcome:
        prior = self.prior
        if prior is not None and prior.seen and prior.address == self.change.address:
            # The row that the plan trusted does not stand for what is there.
            self.record = replace(prior, seen=None)
        outcome = self.outcome("failed", told, "run `taskops plan` and review it again")
        return replace(outcome, stale=True)
