"""Every combination of what git wants, what the ledger knows and what is there."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, get_args

import pytest
from simulated import Killed, Service, Writes, content, drive, task, version

from taskops.applying.approval import Approval, require_approval
from taskops.applying.carry import Carrying
from taskops.applying.surroundings import Surroundings
from taskops.errors import NotApproved
from taskops.model.change import Create, Delete, Keep, Update
from taskops.model.project import Environment, Limits, Project
from taskops.model.record import Intent, LedgerState, Opening, Record
from taskops.model.resource import Address, Observed, Reading, Target
from taskops.planning.build import Inputs, build_plan
from taskops.planning.options import PlanOptions

if TYPE_CHECKING:
    from taskops.model.plan import Plan

OURS, WANTED, FOREIGN = "ours", "wanted", "foreign"
TEXTS = (None, OURS, WANTED, FOREIGN)
RECORDED = (None, OURS, WANTED)
ADDRESS = Address("anchor", "t")
PROJECT = Project("", "p", Environment(), ("default",), limits=Limits(changes=9))


@dataclass(frozen=True)
class Case:
    """One world: what is there, what is recorded, what is wanted."""

    there: bool
    draft: str | None
    latest: str | None
    renamed: bool
    record: Record | None
    publish: bool
    adopt: bool
    intent: bool
    declared: bool = True

    @property
    def finished(self) -> bool:
        """Whether an apply of ours ever got to its end with the object."""
        record = self.record
        return bool(record and record.id == "id0" and (record.draft or record.live))

    def service(self, writes: Writes) -> Service:
        if not self.there:
            return Service(writes)
        observed = Observed(
            "anchor",
            "id0",
            "other" if self.renamed else "t",
            draft=version(self.draft),
            latest=version(self.latest),
        )
        return Service(writes, {"id0": observed})

    def state(self) -> LedgerState:
        records = {} if self.record is None else {ADDRESS: self.record}
        to = task(WANTED).digest
        opening = Opening("a", "", "", "", "", 0, 1, (Intent(ADDRESS, "x", to, "a"),))
        return LedgerState(True, records, open=opening if self.intent else None)


def digest_of(text: str | None) -> str | None:
    found = version(text)
    return None if found is None else found.digest


def records() -> list[Record | None]:
    found: list[Record | None] = [None]
    for object_id, draft, live in itertools.product(
        ("id0", "gone"), RECORDED, RECORDED
    ):
        applied = live or draft
        spec = MappingProxyType({}) if applied is None else content(applied)
        found.append(
            Record(
                ADDRESS,
                "code",
                object_id,
                "t",
                digest_of(draft),
                digest_of(live),
                spec=spec,
            )
        )
    return found


def cases() -> list[Case]:
    worlds = [(False, None, None, False)] + [
        (True, draft, latest, renamed)
        for draft, latest in itertools.product(TEXTS, TEXTS)
        if draft or latest
        for renamed in (False, True)
    ]
    return [
        Case(there, draft, latest, renamed, record, publish, adopt, intent)
        for there, draft, latest, renamed in worlds
        for record in records()
        for publish in (True, False)
        for adopt in (True, False)
        for intent in (True, False)
    ]


def plan(case: Case, service: Service, state: LedgerState) -> Plan:
    wanted = task(WANTED, publish=case.publish, adopt=case.adopt)
    reading = Reading(Target("o", "team"), tuple(service.objects.values()))
    resources = (wanted,) if case.declared else ()
    options = PlanOptions(prune=not case.declared, allow_empty=True)
    return build_plan(Inputs(PROJECT, resources, {"anchor": reading}, state, options))


def carry(
    planned: Plan, service: Service, state: LedgerState, dies_after: int = -1
) -> LedgerState:
    """Carry out the one change; the ledger as it stands afterwards."""
    kept = dict(state.records)
    around = Surroundings(planned.listed)
    for change in [*planned.bookkeeping, *planned.effective]:
        assert isinstance(change, Create | Update | Delete | Keep)
        carrying = Carrying(change, planned.prior.get(ADDRESS), around)
        outcome = drive(carrying.course(), service, dies_after=dies_after)
        assert outcome.status in ("applied", "already_satisfied"), outcome
        if outcome.record is not None:
            kept[outcome.address] = outcome.record
        for address in outcome.drops:
            kept.pop(address)
    return LedgerState(True, kept)


def approved(planned: Plan) -> bool:
    try:
        require_approval(planned, Approval(yes=True))
    except NotApproved:
        return False
    return True


def test_every_case_has_exactly_one_answer() -> None:
    found = cases()

    for case in found:
        planned = plan(case, case.service("draft"), case.state())
        assert len(planned.changes) + len(planned.problems) == 1, case

    assert len(found) > 4000


@pytest.mark.parametrize("writes", get_args(Writes))
def test_a_second_plan_is_empty(writes: Writes) -> None:
    checked = 0
    for case in cases():
        service, state = case.service(writes), case.state()
        planned = plan(case, service, state)
        if planned.problems:
            continue

        after = carry(planned, service, state)

        again = plan(case, service, after)
        assert not again.effective, (case, again.effective)
        assert not again.problems, (case, again.problems)
        assert not again.bookkeeping, (case, again.bookkeeping)
        checked += 1
    assert checked > 1000


def test_foreign_text_is_never_overwritten_by_yes_alone() -> None:
    checked = 0
    for case in cases():
        if case.adopt and not case.finished:
            continue
        service, state = case.service("draft"), case.state()
        planned = plan(case, service, state)
        if planned.problems or not approved(planned):
            continue
        before = dict(service.objects)

        carry(planned, service, state)

        for old in before.values():
            new = service.objects[old.id]
            ours = {case.state().open and digest_of(WANTED), digest_of(WANTED)}
            if case.record is not None:
                ours |= {case.record.draft, case.record.live}
            for was, now in ((old.draft, new.draft), (old.latest, new.latest)):
                if was is not None and was.digest not in ours:
                    assert now == was, case
                    checked += 1
    assert checked > 50


def test_a_service_that_nobody_touched_is_always_pending() -> None:
    checked = 0
    for case in cases():
        record = case.record
        untouched = (
            case.there
            and not case.renamed
            and record is not None
            and record.id == "id0"
            and (record.draft, record.live)
            == (digest_of(case.draft), digest_of(case.latest))
        )
        if not untouched:
            continue

        planned = plan(case, case.service("draft"), case.state())

        assert not planned.problems
        assert approved(planned), case
        checked += 1
    assert checked > 50


def test_what_git_and_the_service_agree_on_is_ours_from_then_on() -> None:
    checked = 0
    for case in cases():
        service, state = case.service("draft"), case.state()
        planned = plan(case, service, state)
        known = {None, digest_of(WANTED)}
        if case.record is not None and case.record.id == "id0":
            known |= {case.record.draft, case.record.live}
        if planned.problems or planned.effective or digest_of(case.draft) not in known:
            continue
        agreed = carry(planned, service, state)

        later = task("newer", publish=case.publish, adopt=case.adopt)
        again = replan(later, service, agreed)

        assert not again.problems, (case, again.problems)
        assert approved(again), (case, again.changes)
        checked += 1
    assert checked > 50


@pytest.mark.parametrize("writes", get_args(Writes))
@pytest.mark.parametrize("moves_on", [False, True])
def test_after_a_crash_at_any_write_the_next_yes_gets_through(
    writes: Writes, moves_on: bool
) -> None:
    crashes = 0
    for case in cases():
        for dies_after in range(1, 4):
            service, state = case.service(writes), case.state()
            planned = plan(case, service, state)
            if planned.problems or not approved(planned) or not planned.effective:
                break
            objects = len(service.objects) + isinstance(planned.effective[0], Create)
            opened = replace(
                state, open=replace(case_opening(), intents=intents(planned))
            )
            try:
                carry(planned, service, state, dies_after)
                break
            except Killed:
                crashes += 1
            later = task(
                "newer" if moves_on else WANTED,
                publish=case.publish,
                adopt=case.adopt,
            )
            again = replan(later, service, opened)
            assert not again.problems, (case, dies_after, again.problems)
            assert approved(again), (case, dies_after, again.changes)
            carry(again, service, opened)
            assert len(service.objects) == objects, case
    assert crashes > 500


def case_opening() -> Opening:
    return Opening("a", "", "", "", "", 0, 1)


def intents(planned: Plan) -> tuple[Intent, ...]:
    from taskops.applying.intents import Who, opening_of

    return opening_of(planned, "a", 0, 1, Who()).intents


def replan(wanted: object, service: Service, state: LedgerState) -> Plan:
    reading = Reading(Target("o", "team"), tuple(service.objects.values()))
    return build_plan(Inputs(PROJECT, (wanted,), {"anchor": reading}, state))  # type: ignore[arg-type]  # a task
