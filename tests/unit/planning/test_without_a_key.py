"""A plan from the ledger alone is the plan that the service would give."""

from __future__ import annotations

from dataclasses import replace

import pytest
from simulated import Service, drive, task, version

from taskops.applying.carry import Carrying
from taskops.applying.surroundings import Surroundings
from taskops.model.change import Create, Update
from taskops.model.project import Environment, Project
from taskops.model.record import LedgerState
from taskops.model.resource import Address, Observed, Reading, Resource, Target
from taskops.planning.build import Inputs, build_plan
from taskops.planning.from_ledger import reading_from_ledger
from taskops.planning.options import PlanOptions

PROJECT = Project("", "p", Environment(), ("default",))
TARGET = Target("https://api.example", "team")


def applied(wanted: Resource) -> tuple[Service, LedgerState]:
    """A service and a ledger after one apply."""
    service = Service()
    planned = build_plan(
        Inputs(PROJECT, (wanted,), {"anchor": Reading(TARGET)}, LedgerState())
    )
    (change,) = planned.effective
    assert isinstance(change, Create)
    outcome = drive(Carrying(change, None, Surroundings(frozenset())).course(), service)
    assert outcome.record is not None
    records = {wanted.address: outcome.record}
    return service, LedgerState(True, records, {"anchor": TARGET})


def digests(
    wanted: tuple[Resource, ...], service: Service, state: LedgerState, **more: bool
) -> tuple[str, str]:
    live = Reading(TARGET, tuple(service.objects.values()))
    kept = reading_from_ledger("anchor", state)
    keyed, keyless = (
        build_plan(
            Inputs(PROJECT, wanted, {"anchor": r}, state, PlanOptions(**more))  # type: ignore[arg-type]  # flags
        )
        for r in (live, kept)
    )
    assert keyed.counts() == keyless.counts()
    return keyed.digest, keyless.digest


@pytest.mark.parametrize("publish", [True, False])
def test_both_agree_when_nothing_changed(publish: bool) -> None:
    wanted = task("a", publish=publish)
    service, state = applied(wanted)

    keyed, keyless = digests((wanted,), service, state)

    assert keyed == keyless


@pytest.mark.parametrize("publish", [True, False])
def test_both_agree_when_git_moved(publish: bool) -> None:
    service, state = applied(task("a", publish=publish))

    keyed, keyless = digests((task("b", publish=publish),), service, state)

    assert keyed == keyless


def test_both_agree_on_a_new_task_and_a_delete() -> None:
    service, state = applied(task("a"))
    another = replace(task("c"), address=Address("anchor", "u"), name="u")

    keyed, keyless = digests((another,), service, state, prune=True)

    assert keyed == keyless


def test_they_differ_when_somebody_touched_the_service() -> None:
    service, state = applied(task("a"))
    (number,) = service.objects
    edited = Observed("anchor", number, "t", draft=version("x"), latest=version("x"))
    service.objects[number] = edited

    live = Reading(TARGET, tuple(service.objects.values()))
    planned = build_plan(Inputs(PROJECT, (task("a"),), {"anchor": live}, state))
    keyless = build_plan(
        Inputs(
            PROJECT,
            (task("a"),),
            {"anchor": reading_from_ledger("anchor", state)},
            state,
        )
    )

    (change,) = planned.effective
    assert isinstance(change, Update)
    assert change.origin == "drift"
    assert keyless.effective == ()
