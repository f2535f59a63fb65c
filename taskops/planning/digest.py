"""What was reviewed is what is applied: digests of changes and of a plan."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from taskops.model.change import Create, Delete, Keep, Start, Update, Wait, verb
from taskops.model.values import digest, pointer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from taskops.model.change import Change
    from taskops.model.plan import Plan
    from taskops.model.resource import Address, Observed, Resource, Target

VERSION = 1


def change_digest(change: Create | Update | Start | Delete) -> str:
    """Everything about a change that an approval stands for, and nothing else."""
    fields: dict[str, object] = {
        "v": VERSION,
        "address": str(change.address),
        "change": verb(change),
        "name": "",
        "from": None,
        "to": None,
        "paths": [],
        "publish": False,
        "rename": False,
        "adopts": False,
        "replaces": False,
        "loses_draft": False,
    }
    match change:
        case Create():
            fields |= _to(change.after) | {"publish": change.publish}
        case Update():
            fields |= _to(change.after) | {
                "from": _managed(change.before, change.after),
                "paths": [pointer(d.path) for d in change.differences],
                "publish": change.publish,
                "rename": change.rename,
                "adopts": change.adopts,
                "loses_draft": change.loses_draft,
            }
        case Start():
            fields |= _to(change.after) | {
                "replaces": change.before is not None,
                # What it is made from is in `to`; only a name given by hand is not.
                "paths": [
                    pointer(d.path) for d in change.differences if d.path == ("name",)
                ],
            }
        case Delete():
            fields |= {"name": change.before.name, "from": _both(change.before)}
    return digest(fields)


def change_digests(changes: Iterable[Change]) -> dict[Address, str]:
    """The digest of each change that writes, by address."""
    return {
        change.address: change_digest(change)
        for change in changes
        if not isinstance(change, Keep | Wait)
    }


def plan_digest(
    project: str,
    environment: str,
    targets: Mapping[str, Target],
    digests: Iterable[str],
) -> str:
    """The same on every machine that means the same changes to the same account."""
    where = {
        name: {"origin": target.origin, "team": target.team}
        for name, target in targets.items()
    }
    return digest(
        {
            "v": VERSION,
            "project": project,
            "environment": environment,
            "target": where,
            "changes": sorted(digests),
        }
    )


def cut(plan: Plan, changes: Iterable[Change]) -> Plan:
    """The plan with some of its changes alone, and the digest of these."""
    kept = tuple(sorted(changes, key=lambda change: change.address))
    digests = {
        change.address: plan.digests[change.address]
        for change in kept
        if not isinstance(change, Keep | Wait)
    }
    made = plan_digest(plan.project, plan.environment, plan.targets, digests.values())
    return replace(plan, changes=kept, digests=MappingProxyType(digests), digest=made)


def _to(after: Resource) -> dict[str, object]:
    return {"name": after.name, "to": after.digest}


def _managed(before: Observed, after: Resource) -> str | None:
    if after.kind == "generated":
        # The service heals its code by itself; only the name is ours to change.
        return None
    version = before.latest if after.publish else before.draft
    return None if version is None else version.digest


def _both(before: Observed) -> list[str | None]:
    return [
        None if version is None else version.digest
        for version in (before.draft, before.latest)
    ]
