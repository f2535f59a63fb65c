"""5: without a fault one apply puts all in place, and a second one writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from soak.runs import in_vain, is_there
from soak.trial import Trial
from taskops.model.change import Keep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from soak.life import Life
    from soak.trial import Result
    from taskops.model.plan import Outcome

CLEAN = {"applied", "already_satisfied", "in_progress"}

MOMENTS = 9
"""No generation of the service's takes as many questions."""


def settle(life: Life) -> Iterator[str]:
    """Apply without a fault, twice; whatever does not hold, in words."""
    retry = life.retried(n for n, w in life.wanted.items() if w.kind != "code")
    trial = Trial(prune=True, adopt_all=True, approval="everything", retry=retry)
    first = life.apply(trial)
    if _is_blocked(first):
        yield from _wrote_nothing(first, life)
        return
    if first.report is not None and any(
        _lost(o, life) or _keeps_a_name(o) for o in first.report.outcomes
    ):
        # Somebody deleted or renamed what was being generated, or made what was taken
        # for a start that never arrived: a person looks at it, and says what it is.
        first = life.apply(trial)
    for _ in range(MOMENTS):
        # What git dropped while it was generated is deleted by the apply that finds
        # that it has ended, for none waits for it.
        if not _dropped_in_flight(first):
            break
        first = life.apply(trial)
    if _is_blocked(first):
        # What is protected was left alone while it was generated, and no longer is.
        yield from _wrote_nothing(first, life)
        return
    yield from _came_to_an_end(first, life)
    if _held_up(first, life):
        # Nor can anybody help here but the service's support, or who mends the run.
        life.counts.blocked += 1
        return
    second = life.apply(Trial(prune=True, adopt_all=True, approval="yes"))
    if second.own:
        yield f"5: a second apply wrote {second.own}"
    if second.error is not None:
        yield f"5: a second apply ended with {second.error!r}: {second.error.detail}"
    elif second.plan is not None and second.plan.effective:
        yield f"5: a second plan is not empty: {second.plan.effective}"
    yield from _in_place(life)
    life.counts.settled += 1


def _reserved(outcome: Outcome, life: Life) -> bool:
    """Whether the service keeps the name for a task that is deleted."""
    if not life.service.account.says("deleted_name", "reserved"):
        return False
    same = life.service.account.store.named(outcome.address.name)
    gone = bool(same) and all(task["deleted"] for task in same)
    return gone and outcome.status == "failed" and not outcome.wrote


def _is_blocked(result: Result) -> bool:
    """Whether a problem stands that only people can solve."""
    return result.error is not None and result.exit == 8


def _wrote_nothing(result: Result, life: Life) -> Iterator[str]:
    life.counts.blocked += 1
    if result.own:
        yield f"5: wrote in spite of a problem: {result.own}"


def _held_up(result: Result, life: Life) -> bool:
    """Whether something that no apply can help keeps others from their turn."""
    outcomes = result.report.outcomes if result.report is not None else ()
    return any(_reserved(one, life) for one in outcomes) or (
        any(in_vain(one, life) for one in outcomes)
        and any(_waits_for_others(one) for one in outcomes)
    )


def _waits_for_others(outcome: Outcome) -> bool:
    """Whether it is a delete that something before it held up: they come last."""
    return outcome.change == "delete" and outcome.status == "skipped"


def _lost(outcome: Outcome, life: Life) -> bool:
    """Whether a hand deleted what a start made, or made what has its name."""
    job = outcome.record.job if outcome.record is not None else None
    if outcome.status != "unknown" or job is None:
        return False
    store = life.service.account.store
    made = store.task(job.made)
    generated = {one["taskId"] for one in store.things("generation")}
    return made is not None and (made["deleted"] or made["id"] not in generated)


def _dropped_in_flight(result: Result) -> bool:
    """Whether something is generated that no manifest declares any more."""
    return result.plan is not None and any(
        isinstance(change, Keep) and change.note.startswith("in flight and no longer")
        for change in result.plan.changes
    )


def _keeps_a_name(outcome: Outcome) -> bool:
    """Whether a hand renamed it while it was generated: the next plan shows that."""
    return any("keeps that name" in note for note in outcome.notes)


def _came_to_an_end(result: Result, life: Life) -> Iterator[str]:
    if result.error is not None:
        error = result.error
        yield f"5: without a fault it ends with {error!r}: {error.detail}"
    elif result.report is not None:
        outcomes = result.report.outcomes
        helpless = [o for o in outcomes if _reserved(o, life) or in_vain(o, life)]
        for outcome in outcomes:
            held_up = outcome in helpless or (helpless and _waits_for_others(outcome))
            if outcome.status not in CLEAN and not held_up:
                yield f"5: without a fault an outcome is {outcome}"


def _in_place(life: Life) -> Iterator[str]:
    """By the account itself: everything that is wanted is there, with its code."""
    there = {task["name"]: task for task in life.tasks()}
    for name, wanted in life.wanted.items():
        if wanted.kind == "agent":
            if not is_there(name, life):
                yield f"5: {name} did not run"
            continue
        if name not in there:
            yield f"5: {name} is not there"
            continue
        code = wanted.resource(name).code
        which = ("latest",) if wanted.publish else ("draft", "latest")
        found = {life.code_of(there[name]["id"], one) for one in which}
        if code is not None and code.sha256 not in found:
            yield f"5: {name} has other code"
