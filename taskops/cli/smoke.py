"""`apply --smoke`: run what was changed, and take back what does not run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from taskops.cli.runnables import runnables
from taskops.cli.running import run_tasks
from taskops.cli.writing_down import write_down
from taskops.errors import Exit, OutcomeUnknown, TaskopsError
from taskops.model.change import Create, Start, Update
from taskops.model.record import Job
from taskops.model.resource import Identity, Version
from taskops.model.step import Publish
from taskops.model.values import Code, put
from taskops.render.clean import line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from taskops.cli.running import Attempt
    from taskops.cli.wiring import Session
    from taskops.model.plan import Plan, Report
    from taskops.model.ports import Provider
    from taskops.model.resource import Address


def smoke(
    opened: Session,
    plan: Plan,
    report: Report,
    deadline: float,
    tell: Callable[[str], None],
    *,
    back: bool,
) -> Exit:
    """
    Run every live task that this apply changed; 1 if one of them fails.

    9 where nobody knows whether one was started, or was taken back.
    """
    names = _changed(plan, report)
    if not names:
        tell("smoke: nothing that was changed is live")
        return Exit.OK
    attempts = runnables(opened, names, {})
    run_tasks(opened, attempts, deadline, tell)
    failed = [attempt for attempt in attempts if attempt.verdict != "passed"]
    doubt = any(attempt.status == "unknown" for attempt in failed)
    tell(f"smoke: {len(attempts) - len(failed)} of {len(attempts)} succeeded")
    for attempt in failed:
        text = "; ".join(attempt.text.splitlines())
        tell(f"  {line(attempt.name)}: {line(attempt.status)}, {line(text)}")
    if back:
        bad = [attempt for attempt in failed if attempt.verdict == "failed"]
        doubt |= not _take_back(opened, plan, bad, tell)
        for attempt in failed:
            if attempt.verdict != "failed":
                # No credits or no answer says nothing about the code.
                tell(f"  {line(attempt.name)}: stays live, for it was not seen to fail")
    if doubt:
        return Exit.UNKNOWN
    return Exit.FAILED if failed else Exit.OK


def _changed(plan: Plan, report: Report) -> list[str]:
    """Names of the tasks that are live and were changed just now."""
    applied = {o.address for o in report.outcomes if o.status == "applied"}
    return [
        change.address.name
        for change in plan.effective
        if change.address in applied
        and isinstance(change, Create | Update | Start)
        and change.after.kind != "agent"
        and (change.after.publish or change.after.kind == "generated")
    ]


def _take_back(
    opened: Session,
    plan: Plan,
    failed: Sequence[Attempt],
    tell: Callable[[str], None],
) -> bool:
    """
    Deploy the version before; the next plan shows that as a drift.

    Whether it is known what became of each.
    """
    provider = opened.provider("anchor", writable=True)
    names = {attempt.name for attempt in failed}
    live: dict[Address, str] = {}
    known = True
    for change in plan.effective:
        name = change.address.name
        if name not in names:
            continue
        before = change.before.latest if isinstance(change, Update) else None
        if before is None or not isinstance(change, Update):
            tell(f"  {line(name)}: there is no version before to go back to")
            continue
        try:
            _deploy(provider, change, before)
        except OutcomeUnknown as error:
            known = False
            told = f"nobody knows whether it was taken back: {error.summary}"
            tell(f"  {line(name)}: {line(told)}")
        except TaskopsError as error:
            tell(f"  {line(name)}: could not be taken back: {line(error.summary)}")
        else:
            live[change.address] = before.digest
            told = f"version {before.number} is live again" if before.number else "back"
            tell(f"  {line(name)}: {told}; mend it in git, then apply")

    if live:
        try:
            _note(opened, live)
        except TaskopsError as error:
            # It is live all the same; only the next plan will take it for a hand's.
            why = f"the ledger: {error.summary}"
            tell(f"  what is live again could not be noted: {line(why)}")
    return known


def _note(opened: Session, live: Mapping[Address, str]) -> None:
    """What is live again is ours: its mending in git is no conflict with it."""
    state, apply = opened.ledger.read(), opened.clock.uuid()
    why = "its run failed, so the version before was made live again"
    records = {
        address: replace(
            state.records[address],
            job=Job(live[address], "failed", apply, error=why),
            seen=None,
        )
        for address in live
        if address in state.records
    }
    told = ", ".join(str(address) for address in records)
    write_down(opened, state, records, f"take back: {told}", apply=apply)


def _deploy(provider: Provider, change: Update, before: Version) -> None:
    spec = before.content
    if spec is None:
        raise TaskopsError("the version before was not read")
    code, wanted = spec.get("code"), change.after.code
    if isinstance(code, Code) and code == wanted:
        # The bytes of equal code were not kept twice.
        spec = put(spec, ("code",), wanted)
    # What the failed version added must not stay: a service may keep what is left out.
    failed = Version.of(change.after.content, before.extras)
    try:
        provider.perform(
            Publish(change.address, change.before.id, spec, before.digest, failed)
        )
    except OutcomeUnknown:
        if not _is_live(provider, change, before):
            raise


def _is_live(provider: Provider, change: Update, before: Version) -> bool:
    """Whether a deploy without an answer arrived; False where nothing tells."""
    there = change.before
    try:
        now = provider.look(Identity(change.address, there.id, there.name))
    except TaskopsError:
        return False
    return (
        now is not None
        and now.latest is not None
        and now.latest.digest == before.digest
    )
