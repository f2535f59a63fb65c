"""The story on one page: check, plan, carry out."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from taskops.applying.approval import require_approval
from taskops.applying.carry import Carrying
from taskops.applying.carry_jobs import CarryingJob
from taskops.applying.execute import Executor, Pace
from taskops.applying.finish import closing_of, vouch_for
from taskops.applying.intents import Who, opening_of
from taskops.applying.surroundings import Surroundings
from taskops.errors import Guarded, LedgerMoved, Locked
from taskops.model.change import Create, Delete, Keep, Start, Update, Wait
from taskops.model.dataclass import dataclass, field
from taskops.model.plan import Plan, Report
from taskops.model.ports import Event, deaf, satisfied
from taskops.planning.build import Inputs, build_plan
from taskops.planning.from_ledger import reading_from_ledger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from taskops.applying.approval import Approval
    from taskops.applying.lanes import Lanes
    from taskops.applying.stop import StopFlag
    from taskops.model.change import Change
    from taskops.model.ports import Begun, Clock, Judge, Ledger, Listener, Provider
    from taskops.model.problem import Problem
    from taskops.model.project import Project
    from taskops.model.record import LedgerState
    from taskops.model.resource import Reading, Resource
    from taskops.planning.options import PlanOptions


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside that an apply works with."""

    providers: Mapping[str, Provider]
    """By the name that manifests use."""
    ledger: Ledger
    lanes: Lanes
    """The threads that send requests."""
    clock: Clock
    stop: StopFlag
    """Once it is set nothing new begins, and what is in flight gets 5 seconds."""
    listener: Listener = deaf
    pace: Pace = field(default_factory=Pace)
    who: Who = field(default_factory=Who)
    """What the ledger is told of whoever applies."""
    wait: bool = True
    """Whether generations and runs are waited for once they are started."""
    judge: Judge = satisfied
    """Says whether a run's result is what its manifest asks for."""


NONE_BEGUN: Mapping[str, Begun] = MappingProxyType({})


def make_plan(
    project: Project,
    resources: Sequence[Resource],
    providers: Mapping[str, Provider],
    state: LedgerState,
    options: PlanOptions,
    *,
    problems: Sequence[Problem] = (),
    listener: Listener = deaf,
    begun: Mapping[str, Begun] = NONE_BEGUN,
    judge: Judge = satisfied,
) -> Plan:
    """
    What would be done, and why; nothing is written.

    `begun` are readings that are on their way, by provider, made with this `state`;
    `judge` says whether the result of a run that is found is what was asked for.
    Raises ReadFailed or AuthenticationFailed when a service cannot be read, and
    UsageError when an option names what is neither declared nor in the ledger.
    """
    used = _providers_in_use(resources, state, providers)
    wanted = {
        name: [r for r in resources if r.address.provider == name] for name in used
    }
    found = list(problems)
    for name, provider in used.items():
        found += provider.check(wanted[name])
    readings = {
        name: begun[name].read(wanted[name])
        if name in begun
        else _read(provider, wanted[name], state, options)
        for name, provider in used.items()
    }
    listener(Event("note", "read"))
    return build_plan(
        Inputs(project, resources, readings, state, options, found, judge)
    )


def _providers_in_use(
    resources: Sequence[Resource],
    state: LedgerState,
    providers: Mapping[str, Provider],
) -> dict[str, Provider]:
    names = {resource.address.provider for resource in resources}
    names |= {address.provider for address in state.records}
    return {name: providers[name] for name in sorted(names) if name in providers}


def _read(
    provider: Provider,
    wanted: Sequence[Resource],
    state: LedgerState,
    options: PlanOptions,
) -> Reading:
    if options.against == "ledger":
        return reading_from_ledger(provider.name, state)
    known = state.known_to(provider.name)
    return provider.read(wanted, known, refresh=options.refresh)


def carry_out(plan: Plan, world: World, approval: Approval) -> Report:
    """
    Do what the plan says, and nothing else; every change has an outcome.

    Raises Guarded, NotApproved, Stale or Locked, or what opening the ledger raises;
    then nothing was written anywhere.
    """
    _require_seen(plan)
    _require_no_problem(plan)
    require_approval(plan, approval)
    started, began = world.clock.wall(), world.clock.monotonic()
    apply = world.clock.uuid()
    nothing = not plan.effective and not plan.bookkeeping
    if nothing and plan.held is None:
        return Report(apply, plan, (), started, 0.0)
    opening = opening_of(
        plan, apply, _service_time(world), world.pace.deadline, world.who
    )
    try:
        world.ledger.open(opening, plan.revision)
    except (Locked, LedgerMoved):
        # With nothing to do, whoever holds it may go on; it is only given back
        # for those who died.
        if nothing:
            return Report(apply, plan, (), started, 0.0)
        raise
    around = _surroundings(plan, world, apply)
    executor = _executor(plan, world, around)
    try:
        _run(plan, world, executor, around)
    finally:
        # Whatever happened: the ledger gets what is known.
        outcomes = tuple(executor.outcomes.values())
        records, targets = vouch_for(plan, executor)
        records = {**plan.unresolved, **records}
        closing = closing_of(plan, outcomes, records, apply, world.who, targets=targets)
        unrecorded = world.ledger.close(closing)
    return Report(
        apply,
        plan,
        outcomes,
        started,
        world.clock.monotonic() - began,
        interrupted=world.stop.signum,
        unrecorded=unrecorded,
    )


def _require_seen(plan: Plan) -> None:
    """What only the ledger was asked for may be somebody else's by now."""
    if plan.against == "ledger":
        raise Guarded(
            "the plan was compared with the ledger alone; nothing was written",
            "it has not seen what is on the service",
            "make a plan with the service, and apply that one",
        )


def _require_no_problem(plan: Plan) -> None:
    if plan.errors:
        raise Guarded(
            "the plan has problems; nothing was written",
            "; ".join(problem.summary for problem in plan.errors),
            "run `taskops plan` to see each with its way out",
        )


def _service_time(world: World) -> float:
    """By the service's clock, so that two machines agree on what has expired."""
    dates = [provider.date() for provider in world.providers.values()]
    return next((date for date in dates if date is not None), world.clock.wall())


def _surroundings(plan: Plan, world: World, apply: str) -> Surroundings:
    return Surroundings(
        plan.listed,
        world.who.commit,
        apply,
        world.wait,
        _service_time(world),
        world.judge,
    )


def _executor(plan: Plan, world: World, around: Surroundings) -> Executor:
    there = Counter(provider for provider, _ in plan.listed)
    return Executor(
        world.providers,
        world.lanes,
        world.clock,
        world.stop,
        world.listener,
        world.ledger.flush,
        world.pace,
        # Only code tasks are made and listed: all of them by one service.
        lambda provider: there[provider] + len(around.made),
    )


def _run(plan: Plan, world: World, executor: Executor, around: Surroundings) -> None:
    """Everything but deletes at once; deletes last, and only after no failure."""
    changes: list[Change] = [*plan.bookkeeping, *plan.effective]
    carries = {
        change.address: _carry(change, plan, world, around) for change in changes
    }
    deletes = [c for c in carries.values() if isinstance(c.change, Delete)]
    others = [c for c in carries.values() if not isinstance(c.change, Delete)]
    executor.run(others)
    bad = ("failed", "unknown", "not_started")
    if any(outcome.status in bad for outcome in executor.outcomes.values()):
        for carry in deletes:
            executor.skip(carry, "something before it failed; deletes come last")
    else:
        executor.run(deletes)


def _carry(
    change: Change, plan: Plan, world: World, around: Surroundings
) -> Carrying | CarryingJob:
    prior = plan.prior.get(change.address)
    match change:
        case Start() | Wait():
            return CarryingJob(change, prior, around, world.clock.uuid)
        case Create() | Update() | Delete() | Keep():
            return Carrying(change, prior, around)
