"""A plan that was saved, held against the plan of now: apply what was reviewed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from taskops.errors import Stale
from taskops.model.change import Keep, Wait
from taskops.model.values import canonical
from taskops.planning.digest import plan_digest

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
    """What `places` says of the object as it was; empty where there was none."""
    follows: str = ""
    """The start that it tries again."""


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What somebody reviewed and approved, as it stands in a file."""

    project: str
    environment: str
    digest: str
    targets: Mapping[str, tuple[str, str]]
    """(origin, team) by provider."""
    changes: Sequence[SavedChange]


def only_saved(saved: SavedPlan, plan: Plan) -> Plan:
    """
    The plan of now, cut down to exactly what was approved.

    What is done already is left out; raises Stale, naming object, field and
    both values, when anything else moved.
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
            moved.append(_told(change, there, plan))
    if moved:
        raise Stale(
            "the plan is not true any more; nothing was written",
            "; ".join(moved),
            HINT,
        )
    bookkeeping = [c for c in plan.changes if isinstance(c, Keep)]
    digests = {c.address: plan.digests[c.address] for c in kept if _writes(c)}
    return replace(
        plan,
        changes=tuple(sorted([*kept, *bookkeeping], key=lambda c: c.address)),
        digests=MappingProxyType(digests),
        digest=plan_digest(
            plan.project, plan.environment, plan.targets, digests.values()
        ),
    )


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
        return now.after is not None and now.after.digest == saved.to
    if plan.digests.get(saved.address) != saved.digest:
        return False
    # One approval of --retry is one start: not another one of what failed since.
    return plan.follows(now) == saved.follows


def _writes(change: Change) -> bool:
    return not isinstance(change, Wait)


def _done(saved: SavedChange, now: Change | None) -> bool:
    """Whether what was approved is already so."""
    if not saved.to:
        return now is None or (isinstance(now, Keep) and now.why == "forgotten")
    if not isinstance(now, Keep) or now.after is None:
        return False
    return now.why in ("same", "adopted") and now.after.digest == saved.to


def _told(saved: SavedChange, now: Change | None, plan: Plan) -> str:
    """What is different now, field by field with both values."""
    name = f"`{saved.address}`"
    if now is None:
        why = [p.summary for p in plan.errors if p.address == str(saved.address)]
        return f"{name}: {', '.join(why) or 'it is not in the plan any more'}"
    after = getattr(now, "after", None)
    if after is not None and saved.to and after.digest != saved.to:
        return f"{name}: its manifest, code or variables changed since the plan"
    if isinstance(now, Keep) and now.why == "failed":
        return f"{name}: it has been started meanwhile, and failed"
    if plan.follows(now) != saved.follows:
        return f"{name}: it has been tried again meanwhile"
    fields, there = _fields(now), _there(now)
    told: list[str] = []
    if saved.there.get("id") == there.get("id"):
        told = _moved(saved.fields, fields, "as wanted")
    told = told or _moved(_pairs(saved.there), _pairs(there), "not there")
    return f"{name}: " + (", ".join(told) or "it is another change now")


def _moved(
    then: Mapping[str, tuple[str, str]], now: Mapping[str, tuple[str, str]], else_: str
) -> list[str]:
    """What differs between two views of an object, with the value in each."""
    absent = (else_, "")
    return [
        f"`{word}` was {then.get(word, absent)[0]} in the plan, "
        f"is {now.get(word, absent)[0]} now"
        for word in sorted({*then, *now})
        if then.get(word) != now.get(word)
    ]


def _pairs(there: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    return {word: (value, "") for word, value in there.items()}


def places(object_id: str, name: str, draft: str, live: str) -> dict[str, str]:
    """Which object it is and what it holds, for telling that it moved."""
    told = {"id": object_id, "name": as_json(name)}
    return told | {
        word: f"text {digest[:12]}" if digest else "empty"
        for word, digest in (("draft", draft), ("published version", live))
    }


def _there(change: Change) -> dict[str, str]:
    before = getattr(change, "before", None)
    if before is None:
        return {}
    draft, live = before.draft, before.latest
    return places(
        before.id,
        before.name,
        "" if draft is None else draft.digest,
        "" if live is None else live.digest,
    )


def _fields(change: Change) -> dict[str, tuple[str, str]]:
    return {
        ".".join(str(key) for key in difference.path): (
            as_json(difference.before),
            as_json(difference.after),
        )
        for difference in getattr(change, "differences", ())
    }


def as_json(value: object) -> str:
    """One value as it is compared and shown: short canonical JSON."""
    text = canonical(value).decode()
    return text if len(text) <= 80 else text[:77] + "…"
