"""Put it together: resources, readings and records in, a plan out."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from taskops.model.change import Keep
from taskops.model.dataclass import dataclass, field
from taskops.model.plan import Plan
from taskops.model.ports import satisfied
from taskops.model.problem import Problem
from taskops.model.record import LedgerState, Record
from taskops.model.resource import Address
from taskops.planning.context import Context, problem
from taskops.planning.decide import decide_code
from taskops.planning.decide_generated import decide_generated
from taskops.planning.decide_jobs import decide_agent
from taskops.planning.digest import change_digests, plan_digest
from taskops.planning.guard import empty_desired, over_limits
from taskops.planning.identify import Listing, Mine, identify
from taskops.planning.intents import open_intents, unresolved
from taskops.planning.moves import with_moves
from taskops.planning.options import PlanOptions
from taskops.planning.scope import in_scope, require_matches
from taskops.planning.targets import target_of, wrong_team
from taskops.planning.undeclared import decide_undeclared

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from taskops.model.change import Change
    from taskops.model.ports import Judge
    from taskops.model.project import Project
    from taskops.model.resource import Reading, Resource
    from taskops.planning.decide import Decision

DECIDE = MappingProxyType(
    {"code": decide_code, "generated": decide_generated, "agent": decide_agent}
)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that a plan is computed from."""

    project: Project
    resources: Sequence[Resource]
    readings: Mapping[str, Reading]
    state: LedgerState = field(default_factory=LedgerState)
    options: PlanOptions = field(default_factory=PlanOptions)
    problems: Sequence[Problem] = ()
    judge: Judge = satisfied


def build_plan(inputs: Inputs) -> Plan:
    """
    The one plan; the same inputs always give the same one.

    Raises UsageError when a flag names what is neither declared nor recorded.
    """
    require_matches(
        inputs.options,
        {resource.address for resource in inputs.resources} | {*inputs.state.records},
    )
    drafting = _Drafting(inputs)
    drafting.decide_all()
    project, state = inputs.project, inputs.state
    changes = tuple(sorted(drafting.changes, key=lambda change: change.address))
    problems = [
        *inputs.problems,
        *wrong_team(inputs.readings, state.targets),
        *drafting.problems,
        *drafting.guards(changes),
    ]
    digests = change_digests(changes)
    targets = {
        name: target_of(reading, state.targets.get(name))
        for name, reading in inputs.readings.items()
    }
    return Plan(
        project=project.name,
        environment=project.environment.name,
        targets=targets,
        changes=changes,
        problems=tuple(problems),
        digest=plan_digest(
            project.name, project.environment.name, targets, digests.values()
        ),
        digests=MappingProxyType(digests),
        against=inputs.options.against,
        unmanaged=drafting.unmanaged(),
        excluded=drafting.excluded,
        revision=state.revision,
        held=state.open,
        unresolved=MappingProxyType(unresolved(state, changes, drafting.moved)),
        listed=frozenset(
            (name, observed.id)
            for name, reading in inputs.readings.items()
            for observed in reading.objects
        ),
        prior=MappingProxyType(drafting.prior),
        reading_incomplete={
            name: reading.incomplete_because
            for name, reading in inputs.readings.items()
            if not reading.complete
        },
    )


class _Drafting:
    """The changes and problems as they are found."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.environment = inputs.project.environment
        self.prunes = inputs.options.prune or self.environment.prune
        self.changes: list[Change] = []
        self.problems: list[Problem] = []
        self.prior: dict[Address, Record] = {}
        self.excluded = 0
        self.moved: dict[Address, Address] = {}
        """From which name to which."""
        self.declared = frozenset(r.address for r in inputs.resources)
        self.addresses = {
            (address.provider, record.id): address
            for address, record in inputs.state.records.items()
            if record.id
        }
        self.contexts = {
            name: self._context(reading) for name, reading in inputs.readings.items()
        }

    def _context(self, reading: Reading) -> Context:
        inputs = self.inputs
        return Context(
            listing=Listing(reading.objects),
            complete=reading.complete,
            incomplete_because=reading.incomplete_because,
            unsearched=reading.unsearched,
            records=inputs.state.records,
            intents=open_intents(inputs.state),
            owned_elsewhere=inputs.state.owned_elsewhere,
            addresses=self.addresses,
            declared=self.declared,
            options=inputs.options,
            prune=self.prunes,
            ended=reading.ended,
            judge=inputs.judge,
        )

    def decide_all(self) -> None:
        """One decision for every address that is declared or recorded."""
        for resource in self.inputs.resources:
            # Which records were moved away matters even outside the scope.
            record = self._record_of(resource)
            if isinstance(record, Problem):
                self._take(record)
            elif (context := self._context_of(resource.address)) is not None:
                self._decide(resource, record, context)
        for address, record in self.inputs.state.records.items():
            if address in self.declared or address in self.moved:
                continue
            if (context := self._context_of(address)) is not None:
                self.prior[address] = record
                self._take(decide_undeclared(record, context))
        self.changes = with_moves(self.changes, self.prior, self.declared)

    def _context_of(self, address: Address) -> Context | None:
        if not in_scope(address, self.inputs.options):
            self.excluded += 1
            return None
        return self.contexts.get(address.provider)

    def _decide(
        self, resource: Resource, record: Record | None, context: Context
    ) -> None:
        if record is not None:
            self.prior[resource.address] = record
        decision = DECIDE[resource.kind](resource, record, context)
        moved = record is not None and record.address != resource.address
        if moved and isinstance(decision, Keep):
            decision = replace(decision, records=True)
        self._take(decision)

    def _record_of(self, resource: Resource) -> Record | Problem | None:
        records = self.inputs.state.records
        record = records.get(resource.address)
        if record is not None or resource.moved_from is None:
            return record
        old = Address(resource.address.provider, resource.moved_from)
        if old in self.declared:
            return problem(
                resource,
                f"`{old.name}` is still declared, so nothing can be moved from it",
                "",
                f"remove the manifest of `{old.name}` or this `moved_from`",
            )
        if (other := self.moved.get(old)) is not None:
            return problem(
                resource,
                f"`{old.name}` cannot be moved to two names",
                f"`{other.name}` is moved from it too",
                f"remove `moved_from: {old.name}` from one of them",
            )
        if old not in records and old in open_intents(self.inputs.state):
            self.moved[old] = resource.address
            return self._unwritten(old)
        if old not in records:
            return problem(
                resource,
                f"`{old.name}` is not ours, so nothing can be moved from it",
                "the ledger has no record of it",
                "remove `moved_from`, or correct the name",
            )
        self.moved[old] = resource.address
        return records[old]

    def _unwritten(self, old: Address) -> Record | None:
        """What an apply that died made under the old name, and never wrote down."""
        context, environment = self.contexts.get(old.provider), self.environment
        intent = open_intents(self.inputs.state)[old]
        name = f"{environment.name_prefix}{old.name}{environment.name_suffix}"
        if context is None:
            return None
        found = identify(None, name, context.listing, intent)
        if not isinstance(found, Mine):
            return None
        made = found.observed
        return Record(old, "code", made.id, made.name, intent.to, intent.to)

    def _take(self, decision: Decision) -> None:
        if isinstance(decision, Problem):
            self.problems.append(decision)
        else:
            self.changes.append(decision)

    def guards(self, changes: Sequence[Change]) -> list[Problem]:
        """What would be too much."""
        inputs = self.inputs
        found = over_limits(changes, inputs.project.limits)
        if self.prunes:
            found += empty_desired(
                len(inputs.resources),
                len(inputs.state.records),
                allowed=inputs.options.allow_empty,
            )
        return found

    def unmanaged(self) -> int:
        """How many objects on the services nobody here speaks of."""
        known = {
            (address.provider, one)
            for address, record in self.inputs.state.records.items()
            for one in _ids(record)
        }
        names = {(r.address.provider, r.name) for r in self.inputs.resources}
        return sum(
            (provider, observed.id) not in known
            and (provider, observed.name) not in names
            for provider, reading in self.inputs.readings.items()
            for observed in reading.objects
        )


def _ids(record: Record) -> tuple[str, ...]:
    """The object, and what is on its way to take its place."""
    jobs = (record.job, record.next)
    started = [i for job in jobs if job for i in (job.poll_id, *job.ids.values())]
    return (record.id, *started)
