"""Each write of a change, and how to find out about one that got no answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from taskops.applying.asks import Perform, Stopped, look, resolve
from taskops.applying.proof import something_else_is_live
from taskops.applying.read_back import took_code
from taskops.applying.records import half_written
from taskops.comparing.content import same
from taskops.comparing.moved import what_moved
from taskops.errors import AuthenticationFailed, NameTaken, OutcomeUnknown, Refused
from taskops.model.change import Update
from taskops.model.step import Done, Publish, Remove, Rename, Upsert

if TYPE_CHECKING:
    from collections.abc import Generator

    from taskops.applying.asks import Ask
    from taskops.applying.progress import Progress
    from taskops.applying.proof import Written
    from taskops.model.change import Change
    from taskops.model.resource import Observed, Resource, Version
    from taskops.model.step import Step


def upsert(
    progress: Progress[Change], after: Resource, step: Upsert
) -> Generator[Ask, object, Done]:
    """Send the content; raises NameTaken, Refused or OutcomeUnknown."""
    prior, intent = progress.prior, progress.around.apply
    object_id = prior.id if prior is not None else ""
    before = progress.record
    # Until the answer is here, what we send may be there or not.
    progress.record = half_written(after, object_id, prior, intent=intent)
    try:
        done = cast("Done", (yield Perform(step)))
    except OutcomeUnknown as unknown:
        done = yield from _upsert_again(progress.change, after, step, unknown)
    except NameTaken as error:
        progress.record = before
        raise NameTaken(
            f"the service says that the name `{step.name}` is in use",
            error.summary,
            "the name may be held by a deleted task: choose another name, "
            "or ask the service's support to free it",
            status=409,
        ) from error
    except (Refused, AuthenticationFailed, Stopped):
        # Surely nothing was written, or even sent.
        progress.record = before
        raise
    progress.wrote = True
    progress.record = half_written(after, done.id, prior, intent=intent)
    return done


def _upsert_again(
    change: Change, after: Resource, step: Upsert, unknown: OutcomeUnknown
) -> Generator[Ask, object, Done]:
    """
    No answer: look; what is there is done; else send once more.

    Never over what somebody else wrote: whether that came before the write or
    after it, and over it, nobody can tell, so that it stays unknown.
    """
    before = change.before if isinstance(change, Update) else None
    object_id = before.id if before is not None else ""
    now = yield from look(change.address, object_id, step.name, unknown)
    if now is not None and (same(after, now.draft) or same(after, now.latest)):
        return Done(now.id, now.name, already=True)
    return (yield from _once_more(step, unknown, _by_others(before, now, after)))


def _once_more(
    step: Step, unknown: OutcomeUnknown, told: str
) -> Generator[Ask, object, Done]:
    """Send it again, unless somebody else wrote meanwhile, as `told` says."""
    if told:
        hint = "run `taskops plan` to see what is there now"
        raise OutcomeUnknown(unknown.summary, told, hint) from unknown
    # A no to this one does not say that the first did nothing.
    return cast("Done", (yield from resolve(unknown, Perform(step))))


def _by_others(before: Observed | None, now: Observed | None, after: Resource) -> str:
    """What somebody else did while a write was not answered; empty for nothing."""
    if before is None:
        if now is None or not _has_other_code(now, after):
            return ""
        return f"`{now.name}` (id {now.id}) is there with other code"
    if now is None:
        return _gone(before)
    if now.name == after.name and (
        _has_other_code(before, after) and not _has_other_code(now, after)
    ):
        # The write arrived, and the service shows it in its own way.
        return ""
    # It is sent by its name: with another one by now, that would make a new one.
    return what_moved(replace(before, name=after.name), now)


def _gone(before: Observed) -> str:
    return f"`{before.name}` (id {before.id}) is gone"


def _has_other_code(there: Observed, after: Resource) -> bool:
    """Whether code is shown, and none of it is what was sent."""
    shown = [v for v in (there.draft, there.latest) if v and v.content is not None]
    return bool(shown) and not any(took_code(after, one) for one in shown)


def publish(
    progress: Progress[Change],
    after: Resource,
    object_id: str,
    old: tuple[Version | None, Version | None],
    written: Written,
) -> Generator[Ask, object, None]:
    """Make what was written live; raises OutcomeUnknown rather than do it twice."""
    address = progress.change.address
    step = Publish(
        address,
        object_id,
        after.spec,
        after.digest,
        *old,
        unlive=something_else_is_live(after, written),
    )
    try:
        done = cast("Done", (yield Perform(step)))
    except OutcomeUnknown as unknown:
        # Each deploy makes a version: look, and never send it twice.
        now = yield from look(address, object_id, after.name, unknown)
        if now is None or not same(after, now.latest):
            raise
        done = Done(object_id)
    progress.wrote = progress.wrote or not done.already


def rename(
    progress: Progress[Change], before: Observed, name: str
) -> Generator[Ask, object, None]:
    """Give the object its new name, by its id."""
    address, prior = progress.change.address, progress.prior
    step = Rename(address, before.id, name)
    try:
        done = cast("Done", (yield Perform(step)))
    except OutcomeUnknown as unknown:
        now = yield from look(address, step.id, step.name, unknown)
        if now is not None and now.name == step.name:
            done = Done(step.id)
        else:
            # The name is all that is written, so all else may have moved.
            there = None if now is None else replace(before, name=now.name)
            told = _gone(before) if there is None else what_moved(before, there)
            done = yield from _once_more(step, unknown, told)
    progress.wrote = progress.wrote or not done.already
    if prior is not None:
        # From here on the record of this address is the moved one.
        progress.record = replace(prior, address=address, name=name, seen=None)


def remove(
    progress: Progress[Change], before: Observed
) -> Generator[Ask, object, None]:
    """Delete the object, by its id: twice is once, and it was ours."""
    step = Remove(progress.change.address, before.id, before.name)
    try:
        done = cast("Done", (yield Perform(step)))
    except OutcomeUnknown as unknown:
        there = yield from look(step.address, step.id, step.name, unknown)
        if there is not None:
            yield from _once_more(step, unknown, what_moved(before, there))
        done = Done(step.id)
    progress.wrote = progress.wrote or not done.already
