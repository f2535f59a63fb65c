"""A plan as a file: saved, read again, and held against the plan of now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from taskops.errors import TaskopsError, UsageError
from taskops.ledger.disk import replace_file
from taskops.model.resource import Address, Target
from taskops.planning.digest import plan_digest
from taskops.planning.saved import SavedChange, SavedPlan, as_json, places
from taskops.render.plan_json import plan_json, sheet_from_json

if TYPE_CHECKING:
    from taskops.render.sheet import Row, Sheet


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
    _require_whole(sheet, path)
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
            )
            for row in sheet.rows
            if row.digest
        ],
    )


def _there(row: Row) -> dict[str, str]:
    if row.there is None:
        return {}
    there = row.there
    return places(row.id, there.name, there.draft, there.live)


def _require_whole(sheet: Sheet, path: str) -> None:
    """A file that was edited is not what somebody reviewed."""
    targets = {name: Target(*place) for name, place in sheet.targets.items()}
    digests = [row.digest for row in sheet.rows if row.digest]
    made = plan_digest(sheet.project, sheet.environment, targets, digests)
    if made != sheet.digest:
        raise UsageError(
            f"`{path}` cannot be used as a plan",
            "its changes do not have the digest that it states",
            f"make a new one with `taskops plan --out {path}`",
        )
