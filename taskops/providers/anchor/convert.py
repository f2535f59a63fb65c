"""Anchor's JSON to ours and back."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from taskops.model.resource import Observed, Version
from taskops.model.values import (
    EMPTY,
    Code,
    Secret,
    Tree,
    Value,
    at,
    freeze,
    frozen,
    put,
)
from taskops.providers.anchor.canonical import (
    CONFIGURATION,
    canonical,
    split_configuration,
)
from taskops.providers.anchor.defaults import DEFAULTS, PROXY
from taskops.providers.http.answers import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from taskops.model.values import Path


def code_of(value: object, *, keep: str | None = "") -> Code | None:
    """
    The code of a version: base64 as documented, else the text as it stands.

    Its bytes are dropped when its digest is `keep`: they are at hand elsewhere.
    """
    if not isinstance(value, str) or not value:
        return None
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        data = value.encode("utf-8", "replace")
    # Replacing nothing takes longer than the digest.
    text = data.replace(b"\r\n", b"\n") if b"\r" in data else data
    sha256 = hashlib.sha256(text).hexdigest()
    load = _dropped if sha256 == keep else partial(bytes, data)
    return Code(sha256, len(data), load)


def _dropped() -> bytes:
    raise LookupError("these bytes were not kept")


def version_of(
    answer: Mapping[str, object], description: str, *, keep: str | None = ""
) -> Version:
    """
    One version as the service shows it.

    The task's own description stands above the version's: which of the two a
    write reaches is not documented.
    """
    spec: dict[str, object] = {
        "description": description or text_of(answer, "description"),
        CONFIGURATION: _tree(answer.get(CONFIGURATION)),
    }
    if (code := code_of(answer.get("code"), keep=keep)) is not None:
        spec["code"] = code
    _, extras = split_configuration(_tree(answer.get(CONFIGURATION)))
    unknown = frozen({CONFIGURATION: extras}) if extras else EMPTY
    number = str(answer.get("version", ""))
    return Version.of(canonical("code", frozen(spec)), unknown, number)


def _tree(value: object) -> Tree:
    if not isinstance(value, Mapping):
        return EMPTY
    found = freeze(value)
    return found if isinstance(found, Mapping) else EMPTY


def row_of(row: Mapping[str, object], *, shown: bool = False) -> Observed:
    """
    A listing row: enough to know whether anything must be read of it.

    With `shown` it keeps the version that it shows too.
    """
    version = version_of(row, text_of(row, "description")) if shown else None
    return Observed(
        provider="anchor",
        id=text_of(row, "id"),
        name=text_of(row, "name"),
        language=text_of(row, "language") or "typescript",
        version=str(row.get("latestVersion") or row.get("latest") or ""),
        updated_at=text_of(row, "updatedAt"),
        row=_fingerprint(row),
        status=text_of(row, "status"),
        shown=version,
    )


def _fingerprint(row: Mapping[str, object]) -> str:
    """The whole row in one digest; its code, which is most of it, by its own."""
    code = row.get("code")
    if isinstance(code, str):
        known = hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
        row = {**row, "code": known}
    return hashlib.sha256(_WRITER.encode(row).encode()).hexdigest()


_WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def request_body(
    name: str | None,
    spec: Tree,
    before: Version | None,
    beside: Version | None = None,
) -> tuple[dict[str, object], tuple[str, ...]]:
    """
    The body of a write, and the secrets in it.

    Every managed field is sent: one that is gone as its documented default, one
    that we do not know as it was observed. `beside` counts too: a setting of a draft
    that no plan shows must not go live with what was left out.
    """
    body: dict[str, object] = {} if name is None else {"name": name}
    body["language"] = "typescript"
    code = spec.get("code")
    if isinstance(code, Code):
        body["code"] = base64.b64encode(code.load()).decode()
    versions = [version for version in (before, beside) if version is not None]
    old = [v.content for v in versions if v.content is not None]
    description = spec.get("description")
    if description or any(there.get("description") for there in old):
        body["description"] = description or ""
    extras = versions[0].extras if versions else EMPTY
    configuration = _configuration(spec.get(CONFIGURATION), old, extras)
    hidden: list[str] = []
    if configuration or spec.get(CONFIGURATION) is not None:
        body[CONFIGURATION] = revealed(configuration, hidden)
    return body, tuple(hidden)


def _configuration(wanted: Value, old: Iterable[Tree], extras: Tree) -> Tree:
    tree = asked = wanted if isinstance(wanted, Mapping) else EMPTY
    for there in old:
        configured = there.get(CONFIGURATION)
        if isinstance(configured, Mapping):
            for path, value in _gone(configured, asked):
                tree = put(tree, path, value)
    unknown = extras.get(CONFIGURATION)
    if isinstance(unknown, Mapping):
        for path, value in _leaves(unknown):
            if at(tree, path) is None:
                tree = put(tree, path, value)
    return tree


def _gone(old: Tree, wanted: Tree) -> Iterator[tuple[Path, Value]]:
    """What stands there and is not wanted, as its documented default."""
    for path, default in DEFAULTS.items():
        if at(old, path) is not None and at(wanted, path) is None:
            yield path, default
    was, proxy = old.get("proxy"), wanted.get("proxy")
    if not isinstance(was, Mapping):
        return
    if not isinstance(proxy, Mapping):
        yield ("proxy", "active"), False
        return
    if was.get("type") == proxy.get("type"):
        for key in PROXY:
            if key in was and proxy.get(key) is None:
                yield ("proxy", key), "us" if key == "country_code" else ""


def _leaves(tree: Tree, above: Path = ()) -> Iterator[tuple[Path, Value]]:
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key), value


def revealed(value: Value, hidden: list[str]) -> object:
    """Plain data for a request, with its secrets, which are collected in `hidden`."""
    match value:
        case Secret():
            hidden.append(value.reveal())
            return hidden[-1]
        case Mapping():
            return {
                key: revealed(item, hidden)
                for key, item in value.items()
                # What the service withholds cannot be sent back to it.
                if not (isinstance(item, Secret) and not item.known)
            }
        case tuple():
            return [revealed(item, hidden) for item in value]
        case _:
            return value
