"""A plan that was saved, held against the plan of now: apply what was reviewed."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from taskops.errors import Stale
from taskops.model.change import Keep, Wait
from taskops.planning.digest import cut
from taskops.planning.stale import what_changed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from taskops.model.change import Change
    from taskops.model.plan import Plan
    from taskops.model.resource import Address

HINT = "read the new plan with `taskops plan` and approve that one"


@dataclass(frozen=True, slots=True)
class SavedChange:
    """One change as it was reviewed; `fields` are (before, after) as JSON, by path."""

    address: Address
    digest: str
    to: str
    """Digest of the wanted content; empty for a delete."""
    fields: Mapping[str, tuple[str, str]]
    there: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What `marks` says of the object as it was; empty where there was none."""
    follows: str = ""
    """The start that it tries again."""
    verb: str = ""


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What somebody reviewed and approved, as it stands in a file."""

    project: str
    environment: str
    digest: str
    targets: Mapping[str, tuple[str, str]]
    """(origin, team) by provider."""
    changes: Sequence[SavedChange]


def only_saved(saved: SavedPlan, plan: Plan, *, public: bool = False) -> Plan:
    """
    The plan of now, cut down to exactly what was approved.

    What is done already is left out; raises Stale, naming object, field and
    both values, when anything else moved; without values where that is `public`.
    """
    _same_place(saved, plan)
    now = {change.address: change for change in plan.changes}
    moved: list[str] = []
    kept: list[Change] = []
    for change in saved.changes:
        there = now.get(change.address)
        if there is not None and _still_stands(change, there, plan):
            kept.append(there)
        elif not _done(change, there):
            moved.append(what_changed(change, there, plan, public=public))
    if moved:
        raise Stale(
            "the plan is not true any more; nothing was written",
            "; ".join(moved),
            HINT,
        )
    bookkeeping = [c for c in plan.changes if isinstance(c, Keep)]
    return cut(plan, [*kept, *bookkeeping])


def _same_place(saved: SavedPlan, plan: Plan) -> None:
    pairs = [
        ("project", saved.project, plan.project),
        ("environment", saved.environment, plan.environment),
        *((f"`{n}` account", t, _place(n, t, plan)) for n, t in saved.targets.items()),
    ]
    for what, then, now in pairs:
        if then != now:
            raise Stale(
                f"the plan is for another {what}; nothing was written",
                f"the plan says {_words(then)}, this is {_words(now)}",
                HINT,
            )


def _place(name: str, then: tuple[str, str], plan: Plan) -> tuple[str, str] | None:
    """
    Where the plan of now goes.

    An account that held nothing did not say whose it is: then the ledger that
    has grown since, and is bound to one account, stands for it.
    """
    if (target := plan.targets.get(name)) is None:
        return None
    unsaid = then == (target.origin, "") and plan.revision
    return then if unsaid else (target.origin, target.team)


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return " team ".join(str(part) for part in value if part)
    return str(value) if value else "none"


def _still_stands(saved: SavedChange, now: Change, plan: Plan) -> bool:
    """Whether it is what was approved, or the rest of what was begun of it."""
    if isinstance(now, Wait):
        return now.after.digest == saved.to
    if plan.digests.get(saved.address) != saved.digest:
        return False
    # One approval of --retry is one start: not another one of what failed since.
    return plan.follows(now) == saved.follows


def _done(saved: SavedChange, now: Change | None) -> bool:
    """Whether what was approved is already so."""
    if not saved.to:
        return now is None or (isinstance(now, Keep) and now.why == "forgotten")
    if not isinstance(now, Keep) or now.after is None:
        return False
    return now.why in ("same", "adopted") and now.after.digest == saved.to
