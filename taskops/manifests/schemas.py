"""Where the JSON Schemas are: in the installed package, or in the checkout."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from taskops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

SUFFIX = ".v1.json"


@cache
def folder() -> Path:
    """The folder with the schemas."""
    # Not by importlib.resources: its import takes as long as reading the schemas.
    package = Path(__file__).parents[1]
    # An editable install has a copy in site-packages that Python does not see.
    places = (package / "schemas", package.parent / "schemas")
    return next(place for place in places if (place / f"task{SUFFIX}").is_file())


def schema_names() -> tuple[str, ...]:
    """The names of all schemas: `task`, `taskops`, …."""
    return tuple(sorted(f.name[: -len(SUFFIX)] for f in folder().glob(f"*{SUFFIX}")))


def schema_path(kind: str) -> Path:
    """The file of the JSON Schema of that name; raises UsageError."""
    names = schema_names()
    if kind not in names:
        from difflib import get_close_matches  # noqa: PLC0415 - felt at every start

        close = get_close_matches(kind.lower(), names, 1, 0.4)
        hint = f"did you mean `{close[0]}`?" if close else "use one of these names"
        raise UsageError(f"there is no schema `{kind}`", ", ".join(names), hint)
    return folder() / f"{kind}{SUFFIX}"


def schema_text(kind: str) -> str:
    """The JSON Schema of that name, as text; raises UsageError."""
    return schema_path(kind).read_text("utf-8")


@cache
def schema(kind: str) -> Mapping[str, object]:
    """The JSON Schema of that name."""
    return cast("Mapping[str, object]", json.loads(schema_text(kind)))
