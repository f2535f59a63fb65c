"""One change on its way: what it asks, step by step, and what comes of it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias, cast

from taskops.applying.asks import Ask, Look, Pause, Perform, resolve
from taskops.applying.carry_jobs import record_of_run
from taskops.applying.proof import Written, proofs, something_else_is_live
from taskops.applying.records import half_written, record_of, record_of_generated
from taskops.applying.replacing import discard
from taskops.comparing.content import (
    DRAFT,
    residuals,
    same,
    secret_differences,
    settle,
    target,
)
from taskops.comparing.diff import differing_paths
from taskops.comparing.moved import what_moved
from taskops.errors import (
    AuthenticationFailed,
    NameTaken,
    OutcomeUnknown,
    Refused,
)
from taskops.model.change import Create, Delete, Keep, Update, verb
from taskops.model.plan import Outcome, Status
from taskops.model.record import Residual
from taskops.model.resource import Identity, Observed, Version
from taskops.model.step import Done, Publish, Remove, Rename, Upsert
from taskops.model.values import digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from taskops.model.record import Record
    from taskops.model.resource import Address, Resource
    from taskops.model.values import Tree

Course: TypeAlias = Generator[Ask, object, Outcome]

# Seconds between looks while a write is not visible yet.
LAGS = (0.0, 0.2, 0.5, 1.0, 2.0)


Judge: TypeAlias = "Callable[[Resource, Tree], tuple[Tree, str]]"
"""Reads a result by the schema of its manifest, and tells what is wrong with it."""


def satisfied(after: Resource, result: Tree) -> tuple[Tree, str]:
    """Any result will do."""
    del after
    return result, ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every change in progress may know."""

    listed: frozenset[tuple[str, str]]
    """(provider, id) of all objects that were there when the plan was made."""
    commit: str = ""
    apply: str = ""
    wait: bool = True
    started: float = 0.0
    """Seconds since the epoch, by the service where it said; 0 when not known."""
    judge: Judge = satisfied
    made: dict[tuple[str, str], Address] = field(default_factory=dict)
    """What was created by now, each object under its first address."""


class Carrying:
    """
    One change in progress.

    `wrote` and `record` are true at every moment, so that whatever interrupts
    the course, the ledger gets what is known.
    """

    def __init__(
        self,
        change: Create | Update | Delete | Keep,
        prior: Record | None,
        around: Surroundings,
    ) -> None:
        self.change = change
        self.prior = prior
        self.around = around
        self.wrote = False
        self.record: Record | None = None
        self.looked: Observed | None = None
        self.live_alone = False
        """Whether of what was looked at only the live version was read."""

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

    def outcome(self, status: Status, detail: str = "", hint: str = "") -> Outcome:
        """What became of it so far."""
        moved = self.prior is not None and self.prior.address != self.change.address
        drops = (self.prior.address,) if self.prior is not None and moved else ()
        return Outcome(
            self.change.address,
            verb(self.change),
            status,
            detail,
            hint,
            wrote=self.wrote,
            record=self.record,
            drops=drops if self.record is not None else (),
        )

    def _create(self, change: Create) -> Course:
        after = change.after
        done = yield from self._upsert(
            after, Upsert(change.address, after.name, after.spec)
        )
        made = (change.address.provider, done.id)
        first = self.around.made.setdefault(made, change.address)
        if made in self.around.listed or first != change.address:
            return self._another(done.id, "a new one")
        written = Written(answer=done.answer)
        if change.publish:
            yield from self._publish(after, done.id, None, written)
        return (yield from self._read_back(after, done.id, written))

    def _update(self, change: Update) -> Course:
        after, before = change.after, change.before
        if after.kind == "generated":
            return (yield from self._rename_alone(change))
        now = yield from self._look(before.id, before.name)
        if now is None:
            return self._stale(f"`{before.name}` (id {before.id}) is gone")
        there = target(after, self._settled(now), self.prior)
        if same(after, there) and now.name == after.name and not change.resend:
            return self._satisfied(after, now)
        if told := what_moved(before, now):
            return self._stale(told)
        if change.rename:
            yield from self._rename(change)
        version = before.latest if after.publish else before.draft
        version = version or before.draft or before.latest
        written = Written(now, put=False)
        if change.put:
            step = Upsert(change.address, after.name, after.spec, version)
            done = yield from self._upsert(after, step)
            if done.id != before.id:
                return self._another(done.id, before.id)
            written = Written(now, answer=done.answer)
        if change.publish:
            yield from self._publish(after, before.id, version, written)
        return (yield from self._read_back(after, before.id, written))

    def _upsert(self, after: Resource, step: Upsert) -> Generator[Ask, object, Done]:
        object_id = self.prior.id if self.prior is not None else ""
        # Until the answer is here, what we send may be there or not.
        self.record = half_written(
            after, object_id, self.prior, intent=self.around.apply
        )
        try:
            done = cast("Done", (yield Perform(step)))
        except OutcomeUnknown as unknown:
            done = yield from self._upsert_again(after, step, unknown)
        except NameTaken as error:
            self.record = None
            raise NameTaken(
                f"the service says that the name `{step.name}` is in use",
                error.summary,
                "the name may be held by a deleted task: choose another name, "
                "or ask the service's support to free it",
                status=409,
            ) from error
        except (Refused, AuthenticationFailed):
            self.record = None
            raise
        self.wrote = True
        self.record = half_written(after, done.id, self.prior, intent=self.around.apply)
        return done

    def _upsert_again(
        self, after: Resource, step: Upsert, unknown: OutcomeUnknown
    ) -> Generator[Ask, object, Done]:
        """
        No answer: look; what is there is done; else send once more.

        Never over what somebody else wrote: whether that came before the write or
        after it, and over it, nobody can tell, so that it stays unknown.
        """
        before = self.change.before if isinstance(self.change, Update) else None
        object_id = before.id if before is not None else ""
        now = yield from self._look(object_id, step.name, unknown)
        if now is not None and (same(after, now.draft) or same(after, now.latest)):
            return Done(now.id, now.name, already=True)
        if told := _by_others(before, now, after):
            hint = "run `taskops plan` to see what is there now"
            raise OutcomeUnknown(unknown.summary, told, hint) from unknown
        return cast("Done", (yield Perform(step)))

    def _publish(
        self,
        after: Resource,
        object_id: str,
        before: Version | None,
        written: Written,
    ) -> Generator[Ask, object, None]:
        step = Publish(
            self.change.address,
            object_id,
            after.spec,
            after.digest,
            before,
            unlive=something_else_is_live(after, written),
        )
        try:
            done = cast("Done", (yield Perform(step)))
        except OutcomeUnknown as unknown:
            # Each deploy makes a version: look, and never send it twice.
            now = yield from self._look(object_id, after.name, unknown)
            if now is None or not same(after, now.latest):
                raise
            done = Done(object_id)
        self.wrote = self.wrote or not done.already

    def _rename(self, change: Update) -> Generator[Ask, object, None]:
        step = Rename(change.address, change.before.id, change.after.name)
        try:
            done = cast("Done", (yield Perform(step)))
        except OutcomeUnknown as unknown:
            now = yield from self._look(step.id, step.name, unknown)
            if now is not None and now.name == step.name:
                done = Done(step.id)
            else:
                done = cast("Done", (yield Perform(step)))
        self.wrote = self.wrote or not done.already
        if self.prior is not None:
            self.record = replace(
                self.prior, address=change.address, name=change.after.name, seen=None
            )
            # From here on the record of this address is the moved one.

    def _rename_alone(self, change: Update) -> Course:
        """A generated task gets another name; its code is the service's own."""
        after, before = change.after, change.before
        now = yield from self._look(before.id, before.name)
        if now is not None and now.name == before.name:
            yield from self._rename(change)
            now = yield from self._look(before.id, after.name)
        if now is None or now.name != after.name:
            there = "it is gone" if now is None else f"its name is now `{now.name}`"
            return self._stale(f"`{before.name}` (id {before.id}): {there}")
        self.looked = now
        self.record = record_of_generated(after, now, self.prior, self.around.commit)
        return self.outcome("applied" if self.wrote else "already_satisfied")

    def _delete(self, change: Delete) -> Course:
        before = change.before
        now = yield from self._look(before.id, before.name)
        if now is not None:
            if told := what_moved(before, now):
                return self._stale(told)
            step = Remove(change.address, before.id, before.name)
            try:
                done = cast("Done", (yield Perform(step)))
            except OutcomeUnknown as unknown:
                # Deleting by id twice is deleting once, and it was ours.
                there = yield from self._look(before.id, before.name, unknown)
                if there is not None:
                    yield from resolve(unknown, Perform(step))
                done = Done(step.id)
            self.wrote = not done.already
        if self.prior is not None and self.prior.next is not None:
            # What was made to replace it, and never did, is ours as well.
            name = self.prior.name
            removed = yield from discard(change.address, self.prior.next, name)
            self.wrote = self.wrote or removed
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
        # A service may stand at an older revision in draft; only equal is ours.
        self.record = self._agreed(after, before)
        return self.outcome("applied")

    def _look(
        self, object_id: str, name: str, unknown: OutcomeUnknown | None = None
    ) -> Generator[Ask, object, Observed | None]:
        """The object now; `unknown` is the write whose traces are looked for."""
        ask = Look(Identity(self.change.address, object_id, name))
        if unknown is not None:
            return cast("Observed | None", (yield from resolve(unknown, ask)))
        return cast("Observed | None", (yield ask))

    def _settled(self, now: Observed) -> Observed:
        after = getattr(self.change, "after", None)
        if self.prior is None or not self.prior.residual or after is None:
            return now
        residual = self.prior.residual
        return replace(
            now,
            draft=settle(now.draft, residual, after.content),
            latest=settle(now.latest, residual, after.content),
        )

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
        proved = yield from proofs(after, at, written)
        if proved is not None:
            self.live_alone = after.publish
            found = proved.latest if after.publish else proved.draft
            return self._recorded(after, proved, cast("Version", found))
        seen, found = None, None
        for number, lag in enumerate(LAGS):
            if lag:
                yield Pause(lag)
            seen = yield from self._look(object_id, after.name)
            found = _written(seen, after)
            if same(after, found):
                break
            if number and found is not None and _took_code(after, found):
                break
        if seen is None or found is None or not _took_code(after, found):
            fields = _fields(found, after)
            return self.outcome(
                "failed",
                f"the service took the write and shows something else: {fields}",
                "run `taskops plan` to see what is there now",
            )
        return self._recorded(after, seen, found)

    def _recorded(self, after: Resource, seen: Observed, found: Version) -> Outcome:
        content = found.content if found.content is not None else after.content
        refused = (
            []
            if found.digest == after.digest
            else differing_paths(content, after.content)
        )
        refused += [
            path
            for path in secret_differences(after.content, found)
            if path not in refused
        ]
        residual = residuals(refused, after.content, content)
        draft = settle(seen.draft, residual, after.content)
        published = not after.publish and found is seen.latest
        if published:
            # As a plan will see it: with what the service is known not to take.
            answer = digest(None) if draft is None else draft.digest
            residual[DRAFT] = Residual(after.digest, answer)
        written = {after.digest, found.digest}
        if seen.draft is not None and same(after, draft):
            written.add(seen.draft.digest)
        self.looked = seen
        self.record = record_of(
            after,
            seen,
            self.prior,
            residual,
            ours=frozenset(written),
            commit=self.around.commit,
        )
        outcome = self.outcome("applied")
        taken = [field for field in residual if field != DRAFT]
        notes = [f"the service did not take `{field}`" for field in taken]
        if published:
            notes.append("the service publishes every write: this is live")
        return replace(outcome, notes=tuple(notes))

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


def _written(seen: Observed | None, after: Resource) -> Version | None:
    """The version that should hold what was sent."""
    if seen is None:
        return None
    if after.publish:
        return seen.latest
    # A service that publishes every write shows it there, and not as a draft.
    live = seen.latest is not None and _took_code(after, seen.latest)
    in_draft = seen.draft is not None and _took_code(after, seen.draft)
    return seen.latest if live and not in_draft else seen.draft


def _took_code(after: Resource, target: Version) -> bool:
    return target.value(("code",)) == after.code


def _by_others(before: Observed | None, now: Observed | None, after: Resource) -> str:
    """What somebody else did while a write was not answered; empty for nothing."""
    if before is None:
        if now is None or not _has_other_code(now, after):
            return ""
        return f"`{now.name}` (id {now.id}) is there with other code"
    if now is None:
        return f"`{before.name}` (id {before.id}) is gone"
    if _has_other_code(before, after) and not _has_other_code(now, after):
        # The write arrived, and the service shows it in its own way.
        return ""
    return what_moved(replace(before, name=now.name), now)


def _has_other_code(there: Observed, after: Resource) -> bool:
    """Whether code is shown, and none of it is what was sent."""
    shown = [v for v in (there.draft, there.latest) if v and v.content is not None]
    return bool(shown) and not any(_took_code(after, one) for one in shown)


def _fields(target: Version | None, after: Resource) -> str:
    if target is None or target.content is None:
        return "nothing of it is there"
    paths = differing_paths(target.content, after.content)
    return ", ".join(f"`{'.'.join(map(str, path))}`" for path in paths)
