"""The sentences that several formats share: counts, values, headers."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING

from taskops.model.values import SENSITIVE, dotted
from taskops.render import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskops.model.problem import Problem
    from taskops.render.sheet import Field, Note, Row, Sheet

TO_DO = MappingProxyType(
    {
        "create": "to create",
        "update": "to update",
        "generate": "to generate",
        "run": "to run",
        "start": "to start",
        "wait": "to wait for",
        "delete": "to delete",
    }
)

KEPT = MappingProxyType(
    {
        "same": "unchanged",
        "adopted": "adopted as is",
        "unowned": "not generated from here",
        "failed": "failed before",
        "undeclared": "no longer declared",
        "forgotten": "to forget",
    }
)

MOVED = ("drift", "conflict")
"""Origins of what somebody changed on the service."""

ADOPTED = "taken over as it is; it was not made from here"
"""The note of an adoption that writes to the ledger alone."""

ABSENT = "(none)"
HIDDEN = "(sensitive)"
SHORT = 12
"""Digits of a digest that people are shown."""


def to_do(sheet: Sheet) -> str:
    """`1 to create, 2 to update`; empty when nothing is to be done."""
    return ", ".join(
        f"{sheet.counts[key]} {words}"
        for key, words in TO_DO.items()
        if sheet.counts.get(key)
    )


def kept(sheet: Sheet) -> str:
    """`14 unchanged, 1 adopted as is, 3 not managed`."""
    told = [
        f"{sheet.counts[key]} {words}"
        for key, words in KEPT.items()
        if sheet.counts.get(key)
    ]
    if sheet.unmanaged:
        told.append(f"{sheet.unmanaged} not managed")
    if sheet.excluded:
        told.append(f"{sheet.excluded} left out")
    return ", ".join(told)


def seen(sheet: Sheet) -> str:
    """`1 changed on the service, 2 not applied yet`; empty when nothing differs."""
    moved = sum(row.origin in MOVED for row in sheet.rows)
    waiting = len(sheet.rows) - moved
    told = []
    if moved:
        told.append(f"{moved} changed on the service")
    if waiting:
        told.append(f"{waiting} not applied yet")
    return ", ".join(told)


def has_moved(sheet: Sheet) -> bool:
    """Whether anything differs that git did not change."""
    return any(row.origin in MOVED for row in sheet.rows)


def counted(number: int, noun: str) -> str:
    """`1 change`, `2 changes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def told_notes(sheet: Sheet) -> list[Note]:
    """Those that are worth a line of their own; adoptions are counted."""
    return [note for note in sheet.notes if note.text != ADOPTED]


def verdict(sheet: Sheet) -> str:
    """What kind of plan it is, in the words that a reviewer reads first."""
    if sheet.errored:
        return "This plan cannot be applied"
    if not sheet.drift:
        return "Changes" if sheet.rows else "No changes"
    if has_moved(sheet):
        return "Drift"
    return "Waiting" if sheet.rows else "No drift"


def look_first(sheet: Sheet) -> list[tuple[Row | Note, str]]:
    """What a person should look at before the rest, and why; deletions lead."""
    rows = [row for row in sheet.rows if row.risks]
    rows.sort(key=lambda row: row.verb != "delete")
    told: list[tuple[Row | Note, str]] = [(row, ", ".join(row.risks)) for row in rows]
    return told + [(note, note.text) for note in sheet.notes if note.text == ADOPTED]


def worst_first(problems: Sequence[Problem]) -> list[Problem]:
    """Errors, which stop an apply, before warnings, which do not."""
    return sorted(problems, key=lambda problem: problem.severity != "error")


def named(problem: Problem) -> str:
    """Its summary, behind its address where it does not name that itself."""
    summary, address = clean.line(problem.summary), clean.line(problem.address)
    return summary if not address or address in summary else f"{address}: {summary}"


def problem_count(sheet: Sheet) -> str:
    """`2 problems, 1 warning`; empty when there is none."""
    errors = sum(problem.severity == "error" for problem in sheet.problems)
    warnings = len(sheet.problems) - errors
    told = []
    if errors:
        told.append(counted(errors, "problem"))
    if warnings:
        told.append(counted(warnings, "warning"))
    return ", ".join(told)


def place(sheet: Sheet) -> str:
    """`anchor (production)`, and that it is the emulator."""
    names = ", ".join(sheet.targets) or "nothing"
    emulator = ", emulator" if sheet.emulated else ""
    return clean.line(f"{names} ({sheet.environment}{emulator})")


def source(sheet: Sheet) -> str:
    """`acme/automations @ 3f2c1ab`, or the project's name."""
    name = sheet.repository or sheet.project
    return clean.line(f"{name} @ {sheet.commit[:7]}" if sheet.commit else name)


def shown_name(sheet: Sheet, item: Row | Note) -> str:
    """The name alone where only one provider is used, else the address."""
    provider, _, name = item.address.partition("/")
    alone = {*sheet.targets, provider} == {provider}
    return clean.line(name if alone else item.address)


def field_name(field: Field) -> str:
    """`browserConfiguration.timeout.max_duration`."""
    return clean.line(dotted(field.path))


def value_text(value: object) -> str:
    """One value on one line, harmless, whole."""
    if value is None:
        return ABSENT
    if value == dict(SENSITIVE):
        return HIDDEN
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return clean.line(text)


def before_text(field: Field) -> str:
    """What is there, or the size of what a public page does not show."""
    if field.withheld:
        return f"({withheld(field)})"
    return value_text(field.before)


def withheld(field: Field) -> str:
    """What stands in the place of text that only the service has; empty without."""
    if not field.withheld:
        return ""
    if field.code is not None:
        return f"{counted(field.withheld, 'line')} that only the service has, not shown"
    return f"{counted(field.withheld, 'character')} on the service, not shown"


def origin_words(origin: str) -> str:
    """Who moved it, where that is worth saying."""
    return {
        "drift": "changed on the service",
        "conflict": "changed in git and on the service",
    }.get(origin, "")


def none_found(globs: Sequence[str]) -> str:
    """Where manifests were looked for, when there are none."""
    return f"no manifest is found at {' or '.join(f'`{glob}`' for glob in globs)}"
