"""All that a decision about one address may look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.model.dataclass import dataclass, field
from taskops.model.ports import satisfied
from taskops.model.problem import Problem
from taskops.planning.options import PlanOptions
from taskops.planning.scope import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.model.ports import Judge
    from taskops.model.record import Intent, Record
    from taskops.model.resource import Address, Resource
    from taskops.planning.identify import Listing


@dataclass(frozen=True, slots=True)
class Context:
    """What is known besides the resource itself."""

    listing: Listing
    complete: bool = True
    incomplete_because: str = ""
    unsearched: str = ""
    """Why a run may be there that is neither listed nor in the ledger."""
    records: Mapping[Address, Record] = field(default_factory=dict)
    intents: Mapping[Address, Intent] = field(default_factory=dict)
    owned_elsewhere: Mapping[tuple[str, str], str] = field(default_factory=dict)
    addresses: Mapping[tuple[str, str], Address] = field(default_factory=dict)
    """The address of every object that our own ledger knows."""
    declared: frozenset[Address] = frozenset()
    options: PlanOptions = field(default_factory=PlanOptions)
    prune: bool = False
    ended: frozenset[str] = frozenset()
    """Ids of starts that the ledger takes for running, and that have ended."""
    judge: Judge = satisfied
    """Says whether a run's result is what its manifest asks for."""

    def owner(self, provider: str, object_id: str) -> str:
        """The environment whose ledger owns the object; empty when none does."""
        return self.owned_elsewhere.get((provider, object_id), "")

    def adopts(self, resource: Resource) -> bool:
        """Whether a person said that what has its name is to be taken over."""
        options = self.options
        asked = options.adopt_all or named(resource.address, options.adopt)
        return resource.adopt or asked

    def retries(self, resource: Resource) -> bool:
        """Whether a person said that it is to be started once more."""
        return named(resource.address, self.options.retry)

    def resends(self, resource: Resource) -> bool:
        """Whether it is to be written though nothing differs."""
        return named(resource.address, self.options.resend)

    def foreign(self, resource: Resource, object_id: str) -> Problem | None:
        """What is wrong when another environment's ledger owns the object."""
        owner = self.owner(resource.address.provider, object_id)
        if not owner:
            return None
        return problem(
            resource,
            f"`{resource.name}` belongs to environment `{owner}`",
            f"id {object_id} is in that environment's ledger",
            "set a `name_prefix` for one of the environments in taskops.yaml",
        )

    def held(self, resource: Resource, object_id: str) -> Problem | None:
        """What is wrong when the object of that name belongs to another address."""
        other = self.addresses.get((resource.address.provider, object_id))
        if other is None or other == resource.address:
            return None
        select = f"run `taskops apply --select {other.name}` first, which renames it"
        move = (
            f"add `moved_from: {other.name}` to take it over with its history, "
            f"or run `taskops forget {other.name}`"
        )
        return problem(
            resource,
            f"what is named `{resource.name}` on the service belongs to another "
            f"address, `{other}`",
            f"id {object_id} was renamed on the service",
            select if other in self.declared else move,
        )


def problem(
    resource: Resource,
    summary: str,
    detail: str = "",
    hint: str = "",
    *,
    unknown: bool = False,
) -> Problem:
    """A problem of a resource, at the line of its manifest."""
    address = str(resource.address)
    return Problem(
        summary, detail, resource.where, hint, address=address, unknown=unknown
    )
