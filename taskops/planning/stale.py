"""Why a change of a saved plan is not true any more, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.model.change import Keep, verb
from taskops.model.values import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.model.change import Change
    from taskops.model.plan import Plan
    from taskops.planning.saved import SavedChange

LINE = 78
"""Characters that are shown of one value."""


def what_changed(
    saved: SavedChange, now: Change | None, plan: Plan, *, public: bool
) -> str:
    """
    What is different now, field by field with the value in each plan.

    `public`: without values, for what somebody typed on the service may be a key.
    """
    name = f"`{saved.address}`"
    if now is None:
        why = [p.summary for p in plan.errors if p.address == str(saved.address)]
        return f"{name}: {', '.join(why) or 'it is not in the plan any more'}"
    after = getattr(now, "after", None)
    if after is None and saved.to:
        return f"{name}: no manifest declares it any more"
    if after is not None and not saved.to:
        return f"{name}: a manifest declares it again"
    if after is not None and after.digest != saved.to:
        return f"{name}: its manifest, code or variables changed since the plan"
    if isinstance(now, Keep) and now.why == "failed":
        return f"{name}: it has been started meanwhile, and failed"
    if plan.follows(now) != saved.follows:
        return f"{name}: it has been tried again meanwhile"
    there = _there(now)
    told: list[str] = []
    if saved.there.get("id") == there.get("id"):
        told = _fields_moved(saved.fields, _fields(now), public=public)
    told = told or _marks_moved(saved.there, there)
    return f"{name}: " + (", ".join(told) or _told_of_both(saved, now))


def _fields_moved(
    then: Mapping[str, tuple[str, str]],
    now: Mapping[str, tuple[str, str]],
    *,
    public: bool,
) -> list[str]:
    """
    What differs of the fields, with the value in each plan.

    A field that only one of them names was as wanted in the other, and what is
    wanted is the same in both.
    """
    told = []
    for word in sorted({*then, *now}):
        _, wanted = then.get(word) or now[word]
        was, _ = then.get(word, (wanted, ""))
        is_now, _ = now.get(word, (wanted, ""))
        if was != is_now:
            moved = f"`{word}` was changed since the plan"
            told.append(moved if public else _was_and_is(word, was, is_now))
    return told


def _marks_moved(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [
        _was_and_is(word, then.get(word, "not there"), now.get(word, "not there"))
        for word in sorted({*then, *now})
        if then.get(word) != now.get(word)
    ]


def _was_and_is(word: str, was: str, is_now: str) -> str:
    start = _first_difference(was, is_now)
    then, now = _short(was, start), _short(is_now, start)
    return f"`{word}` was {then} in the plan, is {now} now"


def _first_difference(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _short(text: str, at: int) -> str:
    """At most a line of it, with the place in it that matters."""
    if text == "null":
        return "(none)"  # as the plan itself says it
    if len(text) <= LINE:
        return text
    first = max(0, min(at - LINE // 2, len(text) - LINE))
    shown = text[first : first + LINE]
    before = "…" if first else ""
    return before + shown + ("…" if first + LINE < len(text) else "")


def _told_of_both(saved: SavedChange, now: Change) -> str:
    """Nothing moved on the service, and yet it is another change."""
    if saved.verb and saved.verb != verb(now):
        return f"it was `{saved.verb}` in the plan, is `{verb(now)}` now"
    return (
        "its name on the service, or whether it is published or taken over, "
        "is declared otherwise since the plan"
    )


def marks(object_id: str, name: str, draft: str, live: str) -> dict[str, str]:
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
    return marks(
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
    """One value as it is compared: canonical JSON."""
    return canonical(value).decode()
