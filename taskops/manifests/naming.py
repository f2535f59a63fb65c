"""Names in sentences: what a value is called, and what a wrong name was meant to be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from taskops.manifests.known import environment_fields, fields_of, nested_in
from taskops.manifests.spots import shown
from taskops.model.values import dotted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from taskops.model.values import Path

NEVER: Final = frozenset(
    {
        *("api_url", "base_url", "url", "endpoint", "host", "origin", "proxy", "ca"),
        *("http_proxy", "https_proxy", "ca_bundle", "cert", "certificate", "verify"),
        *("insecure", "key", "api_key", "api_key_env", "key_variable", "token"),
        *("hook", "hooks", "command", "exec", "run", "script", "plugins"),
    }
)


def name_of(path: Path) -> str:
    """How a value is called in a sentence: its field, with the index in a list."""
    if not path:
        return "the document"
    start = next(
        (n for n in range(len(path) - 1, -1, -1) if isinstance(path[n], str)), 0
    )
    return f"`{shown(dotted(path[start:]))}`"


def near(word: object, known: Iterable[str]) -> str:
    """`did you mean …?`, or nothing."""
    if not isinstance(word, str):
        return ""
    from difflib import get_close_matches  # noqa: PLC0415 - felt at every start

    names = list(known)
    by_letters = {re.sub("[^a-z0-9]", "", n.lower()): n for n in names}
    plainly = re.sub("[^a-z0-9]", "", word.lower())
    close = get_close_matches(word[:100], names, 1, 0.6) or [
        by_letters[c] for c in get_close_matches(plainly[:100], by_letters, 1, 0.6)
    ]
    return f"did you mean `{shown(close[0])}`?" if close else ""


def owner_of(part: Mapping[str, object], path: Path) -> str:
    """What a field would be of, as sentences call it."""
    title = str(part.get("title", ""))
    if path:
        return name_of(path)
    if title.endswith(".yaml"):
        return f"`{title}`"
    return f"{'an' if title[:1] in 'AEIO' else 'a'} {title[:1].lower()}{title[1:]}"


def field_hint(key: str, part: Mapping[str, object]) -> str:
    """How to mend a field name that the schema does not know."""
    if part.get("title") == "taskops.yaml" and key.lower() in NEVER:
        return (
            "a file in the repository never decides where and with which key taskops "
            "talks, nor what it runs; use a flag or an environment variable"
        )
    known = fields_of(part)
    if key == "<<":
        return "merge keys are not used here; write the fields out"
    if (kind := _file_of(part)) and (owner := nested_in(key, kind)):
        return f"it belongs under `{owner}`"
    if kind == "taskops" and key in environment_fields():
        return f"it belongs to an environment: `environments: {{NAME: {{{key}: …}}}}`"
    if len(known) > 10:
        listed = f"`taskops schema {_file_of(part) or 'task'}` lists the fields"
    else:
        listed = "the fields are " + ", ".join(f"`{name}`" for name in known)
    return near(key, known) or listed


def _file_of(part: Mapping[str, object]) -> str:
    title = str(part.get("title", ""))
    kinds = {"Task": "task", "taskops.yaml": "taskops"}
    return kinds.get(title, "agent-task" if title.startswith("Agent task") else "")
