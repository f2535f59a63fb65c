"""
What must hold after every apply, by the service's own log of commits.

1. nothing that is not ours is ever changed; 2. nothing is written that the plan
does not have; 3. no name is made twice; 4. what is told was done, and what was
done is told; 5. is `settling.py`; 6. the exit code agrees with the report; 7. no
secret is shown; 8. no more is deleted than the plan says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from soak.licences import Licences, history_of
from soak.once import once
from soak.runs import KINDS, NAMES, is_there
from soak.trial import KEY, PASSWORD
from taskops.model.change import Create, Delete, Keep, Start, Update, Wait

if TYPE_CHECKING:
    from collections.abc import Iterator

    from soak.licences import Commit
    from soak.life import Life
    from soak.trial import Result
    from taskops.model.change import Change
    from taskops.model.plan import Outcome

GOOD = ("applied", "already_satisfied", "in_progress")
NOTHING_WRITTEN = (1, 3, 4, 6, 7, 8, 64)


def violations(result: Result, life: Life) -> list[str]:
    """Everything that went against a promise, in words."""
    licences = Licences(result)
    return [
        *_ours(result, life, licences),
        *_planned(result, licences),
        *once(result, life),
        *_told(result, life, licences),
        *_exit(result),
        *_secrets(result),
        *_deletes(result),
    ]


def _ours(result: Result, life: Life, licences: Licences) -> Iterator[str]:
    """
    1: the object is the one of the plan, or was made from here.

    What somebody writes between the look and the write cannot be told apart by a
    service that knows no `If-Match`: those are counted, and are no violation.
    """
    log = life.service.commits()
    ours = _made_from_here(log, result)
    for number, commit, change in licences.pairs:
        looked = life.service.looked_at.get(number, 0)
        others = [
            n
            for n, c in history_of(log, commit["id"]).items()
            if n < number and c.get("client") != result.client and not c.get("vain")
        ]
        if any(n >= looked for n in others):
            life.counts.windows += 1
            # Written unseen, by its name: what follows goes to its id.
            ours.add(commit["id"])
            continue
        before = getattr(change, "before", None)
        if before is not None and before.id == commit["id"]:
            if not (isinstance(change, Start | Wait) and _code_alone(log, commit)):
                yield from _as_looked(result, commit, others)
        elif commit["id"] not in ours:
            account = life.service.account
            if account.number("visibility_lag"):
                life.counts.windows += 1
                continue
            if account.says("deleted_name", "revived"):
                # What somebody deleted comes back under its old id.
                continue
            yield f"1: wrote what is not ours: {commit} for {change.address}"


def _code_alone(log: list[Commit], commit: Commit) -> bool:
    """
    Whether hands changed no name of an object that the service wrote.

    Its code is the service's own and is never managed: what is changed in it goes
    with it when it is replaced, and is nothing that an apply must notice.
    """
    name = ""
    for one in history_of(log, commit["id"]).values():
        if one.get("by") == "hand" and name and one["name"] != name:
            return False
        name = one["name"]
    return True


def _as_looked(result: Result, commit: Commit, others: list[int]) -> Iterator[str]:
    """What moved after the plan and before the last look must have been noticed."""
    if any(n >= result.planned for n in others):
        yield f"1: wrote over an edit that it had seen: {commit}, {others}"


def _made_from_here(log: list[Commit], result: Result) -> set[str]:
    """What an apply of ours made, and what the ledger says is ours."""
    first: dict[str, Commit] = {}
    for commit in log:
        first.setdefault(commit["id"], commit)
    made = {i for i, c in first.items() if c.get("client", "").startswith("apply")}
    return made | {record.id for record in result.before.records.values()}


def _planned(result: Result, licences: Licences) -> Iterator[str]:
    """2: the plan has it, with that content."""
    if result.own and result.plan is None:
        yield f"2: wrote without a plan: {result.own}"
    for commit in licences.unplanned:
        yield f"2: a write that is not in the plan: {commit}"
    for _, commit, change in licences.pairs:
        after = getattr(change, "after", None)
        if commit["kind"] not in ("upsert", "deploy") or after is None:
            continue
        if commit["code"] != after.code.sha256:
            yield f"2: wrote other code than planned: {commit}"


def _told(result: Result, life: Life, licences: Licences) -> Iterator[str]:
    """4: every commit is told, and nothing is told that did not happen."""
    if result.report is None or result.plan is None:
        return
    told = {outcome.address: outcome for outcome in result.report.outcomes}
    changes = {change.address: change for change in result.plan.changes}
    for change in result.plan.effective:
        if change.address not in told:
            yield f"4: nothing is told of {change.address}"
    for address, outcome in told.items():
        commits = licences.touched.get(address, [])
        if commits and not outcome.wrote and outcome.status not in (*GOOD, "unknown"):
            yield f"4: wrote {commits} and says {outcome.status}: {outcome.detail}"
        if commits and outcome.status == "not_started":
            yield f"4: wrote {commits} and says that it did not begin"
        if outcome.wrote and not commits and not _beside(result, changes[address]):
            yield f"4: says that it wrote {address} and did not"
        if outcome.status == "applied":
            yield from _true(result, life, changes[address], outcome)


def _beside(result: Result, change: Change) -> bool:
    """Whether somebody else wrote it meanwhile, which looks the same from here."""
    if change.address.name in NAMES:
        return any(c["kind"] in KINDS for c in result.commits)
    before, name = getattr(change, "before", None), change.address.name
    return any(
        c["name"] == name or (before is not None and c["id"] == before.id)
        for c in result.commits
    )


def _true(
    result: Result, life: Life, change: Change, outcome: Outcome
) -> Iterator[str]:
    """What is called applied is there, unless somebody else came afterwards."""
    since = life.service.commits()[result.began :]
    if any(c.get("client") != result.client for c in since):
        return
    named = [t for t in life.tasks() if t["name"] == change.address.name]
    match change:
        case Keep():
            return
        case Delete(before=before):
            if any(t["id"] == before.id for t in named):
                yield f"4: says that {change.address} is deleted, and it is there"
        case Create(after=after) | Update(after=after):
            which = ("latest",) if after.publish else ("draft", "latest")
            codes = {life.code_of(t["id"], one) for t in named for one in which}
            code = after.code
            if not named or (code is not None and code.sha256 not in codes):
                yield f"4: says that {change.address} is applied: {outcome}"
        case Start() | Wait() if change.address.name in NAMES:
            if not is_there(change.address.name, life):
                yield f"4: says that {change.address} ran: {outcome}"
        case Start() | Wait():
            hidden = life.service.account.says("generated_listed", "no")
            record = outcome.record
            ids = {task["id"] for task in life.tasks()}
            # A hand's name is kept until somebody approves another one.
            there = named or (record is not None and record.id in ids)
            if not there and not hidden:
                yield f"4: says that {change.address} is generated: {outcome}"


def _exit(result: Result) -> Iterator[str]:
    """6: the exit code says what the report says."""
    if result.killed:
        return
    if result.error is not None:
        if result.own:
            yield f"6: wrote, and ended with {result.error!r}"
        return
    if result.report is None:
        yield "6: neither a report nor an error"
        return
    report, code = result.report, result.exit
    statuses = {outcome.status for outcome in report.outcomes}
    if report.interrupted:
        if code != 128 + report.interrupted:
            yield f"6: exit {code} after a signal"
        return
    # What was waited for until the deadline is in progress, and is exit 5.
    late = any(outcome.overdue for outcome in report.outcomes)
    if late and (code not in (5, 9) or not result.trial.wait):
        yield f"6: exit {code} after a wait that came to its deadline"
    if (code == 0) != (statuses <= {*GOOD} and not late) and not report.unrecorded:
        yield f"6: exit {code} with {statuses}"
    if (code == 9) != ("unknown" in statuses):
        yield f"6: exit {code} with {statuses}"
    if code in NOTHING_WRITTEN and result.own:
        yield f"6: exit {code} says that nothing was written: {result.own}"


def _secrets(result: Result) -> Iterator[str]:
    """7: neither the key nor a declared secret is shown or kept anywhere."""
    for secret in (KEY, PASSWORD):
        if secret in result.told:
            at = result.told.index(secret)
            yield f"7: a secret is shown: {result.told[max(0, at - 80) : at]}"


def _deletes(result: Result) -> Iterator[str]:
    """8: deletes by the plan, and each replaced generation's old one."""
    if result.plan is None:
        return
    deletes = sum(commit["kind"] == "delete" for commit in result.own)
    allowed = sum(_deletes_of(change, result) for change in result.plan.changes)
    if deletes > allowed:
        yield f"8: {deletes} deletes, {allowed} in the plan"


def _deletes_of(change: Change, result: Result) -> int:
    """A replacement deletes what it replaces, and another that was not yet in place."""
    if not isinstance(change, Delete | Start | Wait):
        return 0
    record = result.before.records.get(change.address)
    beside = isinstance(change, Start) and record is not None and record.next
    return 2 if beside else 1
