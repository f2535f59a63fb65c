"""A plan as canonical JSON, which is also what a plan file holds; and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TypeAlias, cast

from taskops.errors import UsageError
from taskops.model.change import CodeDifference
from taskops.model.problem import Location, Problem
from taskops.model.resource import Address
from taskops.model.values import canonical
from taskops.render.problems import problem_data
from taskops.render.sheet import Field, Note, Row, Sheet, There, Verb

FORMAT = 1

Json: TypeAlias = "Mapping[str, object]"


def plan_json(sheet: Sheet) -> str:
    """The whole plan on one line; secrets show their places only."""
    return canonical(_plan(sheet)).decode("utf-8", "replace") + "\n"


def _plan(sheet: Sheet) -> dict[str, object]:
    return {
        "format_version": FORMAT,
        "project": sheet.project,
        "environment": sheet.environment,
        "target": {
            name: {"origin": origin, "team": team}
            for name, (origin, team) in sheet.targets.items()
        },
        "digest": sheet.digest,
        "against": sheet.against,
        "commit": sheet.commit,
        "repository": sheet.repository,
        "emulated": sheet.emulated,
        "ledger": sheet.ledger,
        "options": sheet.options,
        "settings": sheet.settings,
        "counts": sheet.counts,
        "unmanaged": sheet.unmanaged,
        "excluded": sheet.excluded,
        "bookkeeping": sheet.bookkeeping,
        "incomplete": sheet.incomplete,
        "complete": not sheet.incomplete,
        "errored": sheet.errored,
        "applyable": not sheet.errored and bool(sheet.rows or sheet.bookkeeping),
        "changes": [row_data(row) for row in sheet.rows],
        "notes": [{"address": n.address, "text": n.text} for n in sheet.notes],
        "problems": [problem_data(problem) for problem in sheet.problems],
    }


def row_data(row: Row) -> dict[str, object]:
    """One change as plain JSON."""
    return {
        "address": row.address,
        "change": row.verb,
        "kind": row.kind,
        "words": row.words,
        "origin": row.origin,
        "note": row.note,
        "digest": row.digest,
        "to": row.to,
        "id": row.id,
        "there": None if row.there is None else asdict(row.there),
        "follows": row.follows,
        "manifest": row.manifest,
        "risks": row.risks,
        "fields": [_field_data(field) for field in row.fields],
    }


def _field_data(field: Field) -> dict[str, object]:
    data: dict[str, object] = {
        "path": field.path,
        "before": field.before,
        "after": field.after,
        "origin": field.origin,
    }
    if field.code is not None:
        data["code"] = {
            "added": field.code.added,
            "removed": field.code.removed,
            "hunks": field.code.hunks,
            "cut": field.code.cut,
        }
    return data


def sheet_from_json(text: str, name: str) -> Sheet:
    """A saved plan; `name` is its file's, for the UsageError that it may raise."""
    try:
        data = json.loads(text) if text.lstrip().startswith("{") else None
        if not isinstance(data, dict) or "format_version" not in data:
            # Never the name: it may be a manifest, and would be overwritten.
            hint = "`taskops plan --out FILE` makes one"
            said = "it is not a plan that taskops saved"
            raise UsageError(f"`{name}` cannot be used as a plan", said, hint)
        if data["format_version"] != FORMAT:
            said = (
                f"its format is {data['format_version']}, this taskops reads {FORMAT}"
            )
            raise _unusable(name, said)
        return _sheet(data)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        said = f"it is damaged ({type(error).__name__})"
        raise _unusable(name, said) from None


def _unusable(name: str, said: str) -> UsageError:
    hint = f"make a new one with `taskops plan --out {name}`"
    return UsageError(f"`{name}` cannot be used as a plan", said, hint)


def _sheet(data: Json) -> Sheet:
    targets = cast("Mapping[str, Mapping[str, str]]", data["target"])
    return Sheet(
        project=str(data["project"]),
        environment=str(data["environment"]),
        targets={k: (str(t["origin"]), str(t["team"])) for k, t in targets.items()},
        rows=tuple(_row(row) for row in _list(data["changes"])),
        notes=tuple(
            Note(str(n["address"]), str(n["text"])) for n in _list(data["notes"])
        ),
        problems=tuple(_problem(p) for p in _list(data["problems"])),
        counts={k: int(cast("int", n)) for k, n in _map(data["counts"]).items()},
        digest=str(data["digest"]),
        against=str(data["against"]),
        commit=str(data["commit"]),
        repository=str(data["repository"]),
        emulated=bool(data["emulated"]),
        ledger=str(data["ledger"]),
        unmanaged=int(cast("int", data["unmanaged"])),
        excluded=int(cast("int", data["excluded"])),
        bookkeeping=int(cast("int", data["bookkeeping"])),
        incomplete={k: str(why) for k, why in _map(data["incomplete"]).items()},
        options=_map(data["options"]),
        settings=tuple(
            str(line) for line in cast("list[object]", data.get("settings", []))
        ),
    )


def _row(data: Json) -> Row:
    verb = str(data["change"])
    if verb not in ("create", "update", "start", "wait", "delete"):
        raise ValueError(verb)
    return Row(
        str(Address.parse(str(data["address"]))),
        cast("Verb", verb),
        str(data["kind"]),
        str(data["words"]),
        str(data["origin"]),
        str(data["note"]),
        tuple(_field(field) for field in _list(data["fields"])),
        str(data["digest"]),
        str(data["to"]),
        str(data["id"]),
        str(data["manifest"]),
        tuple(str(risk) for risk in cast("list[object]", data["risks"])),
        _there(data.get("there")),
        str(data.get("follows") or ""),
    )


def _there(data: object) -> There | None:
    """Plans of before this was noted do not have it."""
    if data is None:
        return None
    told = _map(data)
    return There(*(str(told[key]) for key in ("name", "version", "draft", "live")))


def _field(data: Json) -> Field:
    return Field(
        tuple(str(key) for key in cast("list[object]", data["path"])),
        data["before"],
        data["after"],
        str(data["origin"]),
        _code(_map(data["code"])) if "code" in data else None,
    )


def _code(data: Json) -> CodeDifference:
    return CodeDifference(
        int(cast("int", data["added"])),
        int(cast("int", data["removed"])),
        tuple(str(line) for line in cast("list[object]", data["hunks"])),
        int(cast("int", data["cut"])),
    )


def _problem(data: Json) -> Problem:
    where = None
    if data["file"] is not None:
        line, column = (int(cast("int", data[key] or 0)) for key in ("line", "column"))
        where = Location(str(data["file"]), line, column, str(data["path"] or ""))
    return Problem(
        str(data["summary"]),
        str(data["detail"]),
        where,
        str(data["hint"]),
        "error" if data["severity"] == "error" else "warning",
        str(data["address"]),
    )


def _map(value: object) -> Json:
    if not isinstance(value, Mapping):
        raise TypeError("a mapping is missing")
    return value


def _list(value: object) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError("a list is missing")
    return [_map(item) for item in value]
