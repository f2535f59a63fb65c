"""A plan as a file: saved, read again, and held against the plan of now."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taskops.cli import options
from taskops.cli.github import in_actions
from taskops.errors import Exit, TaskopsError, UsageError
from taskops.ledger.disk import replace_file
from taskops.model.resource import Address, Target
from taskops.model.values import canonical
from taskops.planning.digest import plan_digest
from taskops.planning.saved import SavedChange, SavedPlan, only_saved
from taskops.planning.stale import as_json, marks
from taskops.render.plan_json import plan_json, sheet_from_json
from taskops.render.walk import sheet_of

if TYPE_CHECKING:
    from taskops.model.plan import Plan
    from taskops.render.sheet import Row, Sheet


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A file that somebody reviewed, and what it approves."""

    path: str
    sheet: Sheet
    saved: SavedPlan

    def cut(self, plan: Plan) -> Plan:
        """What is approved of the plan of now; raises Stale or UsageError."""
        if plan.verdict == Exit.UNKNOWN:
            # Not something that moved: its own words tell what to do.
            return plan
        approved = only_saved(self.saved, plan, public=in_actions(os.environ))
        require_as_shown(self.sheet, sheet_of(approved), self.path)
        return approved


def given_file(given: dict[str, Any]) -> PlanFile:
    """The file of an apply; its options and environment hold for all of it."""
    path = given["plan_file"]
    names = [*options.shape_of(given)]
    names += [name for name in ("yes", "expect_digest") if given[name]]
    if names:
        extra = ", ".join(f"--{name.replace('_', '-')}" for name in names)
        raise UsageError(
            f"{extra} cannot be added to a saved plan",
            f"`{path}` holds what was reviewed, and is the approval",
            "leave the options out, or leave the file out",
        )
    sheet = _read(path)
    if sheet.against == "ledger":
        raise UsageError(
            f"`{path}` was compared with the ledger alone",
            "it was made with --against ledger",
            "make a plan with the service, without --against ledger",
        )
    given |= {
        name: sheet.options[name] for name in options.SHAPE if name in sheet.options
    }
    given["environment"] = given["environment"] or _environment(sheet)
    return PlanFile(path, sheet, saved_plan(sheet, path))


def _read(path: str) -> Sheet:
    try:
        return read_sheet(path)
    except TaskopsError as error:
        if not path.endswith(".json"):
            # Other commands take the names of tasks there.
            error.hint += "; `--select NAME` chooses tasks"
        raise


def _environment(sheet: Sheet) -> str | None:
    from taskops.manifests.project import DEFAULT

    return None if sheet.environment == DEFAULT else sheet.environment


def save(sheet: Sheet, path: str) -> None:
    """The plan as a file that only its owner reads; all of it or nothing."""
    try:
        replace_file(Path(path), plan_json(sheet).encode())
    except OSError as error:
        raise TaskopsError(
            f"the plan could not be saved as `{path}`",
            error.strerror or str(error),
            "choose another place with --out",
        ) from error


def read_sheet(path: str) -> Sheet:
    """A saved plan; raises TaskopsError or UsageError."""
    try:
        text = Path(path).read_text("utf-8", "replace")
    except OSError as error:
        raise TaskopsError(
            f"the plan file `{path}` cannot be read",
            error.strerror or str(error),
            "`taskops plan --out FILE` makes one",
        ) from error
    return sheet_from_json(text, path)


def saved_plan(sheet: Sheet, path: str) -> SavedPlan:
    """What somebody reviewed, as the plan of now is held against it."""
    require_whole(sheet, path)
    return SavedPlan(
        project=sheet.project,
        environment=sheet.environment,
        digest=sheet.digest,
        targets=dict(sheet.targets),
        changes=[
            SavedChange(
                address=Address.parse(row.address),
                digest=row.digest,
                to=row.to,
                fields={
                    ".".join(field.path): (as_json(field.before), as_json(field.after))
                    for field in row.fields
                },
                there=_there(row),
                follows=row.follows,
                verb=row.verb,
            )
            for row in sheet.rows
            if row.digest
        ],
    )


def _there(row: Row) -> dict[str, str]:
    if row.there is None:
        return {}
    there = row.there
    return marks(row.id, there.name, there.draft, there.live)


def require_whole(sheet: Sheet, path: str) -> None:
    """A file that lost or gained a change is not what somebody reviewed."""
    targets = {name: Target(*place) for name, place in sheet.targets.items()}
    digests = [row.digest for row in sheet.rows if row.digest]
    made = plan_digest(sheet.project, sheet.environment, targets, digests)
    if made != sheet.digest:
        raise _unusable(path, "its changes do not have the digest that it states")


def require_as_shown(reviewed: Sheet, now: Sheet, path: str) -> None:
    """
    What the file shows of a change must be what its digest stands for.

    The digest alone would let through a file whose values were edited: somebody
    reads them, and something else is applied.
    """
    there = {row.address: row for row in now.rows}
    for row in reviewed.rows:
        same = there.get(row.address)
        if same is None or same.digest != row.digest:
            continue
        if wrong := _told_otherwise(row, same):
            said = f"what it shows of `{row.address}` is not what its digest stands for"
            raise _unusable(path, f"{said}: {wrong}")


def _told_otherwise(row: Row, now: Row) -> str:
    """The first thing that a row tells otherwise than its digest; mostly nothing."""
    for what, told, real in (
        ("change", row.verb, now.verb),
        ("kind", row.kind, now.kind),
        ("to", row.to, now.to),
    ):
        if told != real:
            return f"`{what}` is {real or 'nothing'}, it says {told or 'nothing'}"
    shown, stands = _changes(row), _changes(now)
    if row.verb == "start":
        # What it replaces is the ledger's to tell; its digest leaves that out.
        both = shown.keys() & stands.keys()
        shown = {name: shown[name][1:] for name in both}
        stands = {name: stands[name][1:] for name in both}
    for name in sorted({*shown, *stands}):
        if shown.get(name) != stands.get(name):
            return f"`{name}`"
    return _code_otherwise(row, now)


def _changes(row: Row) -> dict[str, tuple[bytes, ...]]:
    return {
        ".".join(field.path): (canonical(field.before), canonical(field.after))
        for field in row.fields
    }


def _code_otherwise(row: Row, now: Row) -> str:
    """Lines of code that are not the file's; whoever has only counts has no lines."""
    told = {field.path: field.code for field in row.fields}
    for field in now.fields:
        stands = field.code
        if stands and stands.hunks and told.get(field.path, stands) != stands:
            return f"the lines of `{'.'.join(field.path)}`"
    return ""


def _unusable(path: str, said: str) -> UsageError:
    hint = f"make a new one with `taskops plan --out {path}`"
    return UsageError(f"`{path}` cannot be used as a plan", said, hint)
