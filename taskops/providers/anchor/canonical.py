"""One form for all that means the same: documented defaults pruned, empty dropped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from taskops.model.values import (
    EMPTY,
    Secret,
    Tree,
    Value,
    freeze,
    frozen,
    is_mapping,
    shared,
)
from taskops.providers.anchor.defaults import (
    ANCHOR_PROXY,
    COUNTRY,
    CUSTOM_PROXY,
    DEFAULTS,
    PROXY,
)

if TYPE_CHECKING:
    from taskops.model.resource import Kind

CONFIGURATION = "browserConfiguration"

GENERATE_DEFAULTS = {
    "output_file_only": False,
    "human_intervention": False,
    "async": True,
}


def canonical(kind: Kind, spec: Tree) -> Tree:
    """A spec in the form that is compared and hashed."""
    if kind == "generated":
        return _generated(spec)
    kept: dict[str, object] = {
        key: spec[key] for key in ("description", "code") if not is_empty(spec.get(key))
    }
    configuration, _ = split_configuration(spec.get(CONFIGURATION))
    if configuration:
        kept[CONFIGURATION] = configuration
    return frozen(kept)


def _generated(spec: Tree) -> Tree:
    kept: dict[str, object] = {
        key: value
        for key, value in spec.items()
        if not is_empty(value) and GENERATE_DEFAULTS.get(key) != value
    }
    kept.pop("language", None)
    configuration, extras = split_configuration(spec.get(CONFIGURATION))
    kept.pop(CONFIGURATION, None)
    if configuration or extras:
        kept[CONFIGURATION] = {**extras, **configuration}
    return frozen(kept)


def is_empty(value: Value) -> bool:
    """null, absent, "" and {} are equal."""
    # 0 and false are values, however empty they look.
    return not value and type(value) not in _NEVER_EMPTY


_NEVER_EMPTY = frozenset({Secret, bool, int, float})


def split_configuration(value: Value) -> tuple[Tree, Tree]:
    """A session configuration in canonical form, and what we do not know of it."""
    if not is_mapping(value):
        return EMPTY, EMPTY
    known: dict[str, Value | dict[str, Value]] = {}
    extras: dict[str, Value | dict[str, Value]] = {}
    for key, inner in value.items():
        if key == "proxy":
            _sort_proxy(inner, known, extras)
        elif key in GROUPS and is_mapping(inner):
            for name, leaf in inner.items():
                _sort((key, name), leaf, known, extras)
        else:
            _sort((key,), inner, known, extras)
    return frozen(known), frozen(extras)


GROUPS = frozenset(str(path[0]) for path in DEFAULTS if len(path) == 2)

# Taking an address apart costs more than all the rest of a configuration.
_HAS_PATH = re.compile(r"https?://[^/?#\s]*/")

Sorted: TypeAlias = "dict[str, Value | dict[str, Value]]"


def _sort(path: tuple[str, ...], value: Value, known: Sorted, extras: Sorted) -> None:
    """Put one value where it belongs: nowhere if it is empty or the default."""
    if path not in DEFAULTS:
        _put(extras, path, value)
        return
    if type(value) is float:
        value = _number(value)
    elif path == ("initial_url",):
        value = _url(value)
    if value != DEFAULTS[path]:
        _put(known, path, value)


def _put(tree: Sorted, path: tuple[str, ...], value: Value) -> None:
    if is_empty(value):
        return
    if len(path) == 1:
        tree[path[0]] = value
        return
    inner = tree.setdefault(path[0], {})
    if isinstance(inner, dict):
        inner[path[1]] = value


def _sort_proxy(value: Value, known: Sorted, extras: Sorted) -> None:
    if proxy := _proxy(value):
        known["proxy"] = proxy
    if is_mapping(value):
        for name, leaf in value.items():
            if name not in PROXY:
                _put(extras, ("proxy", name), leaf)


def _number(value: Value) -> Value:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _url(value: Value) -> Value:
    """An address without a path is the address of its root."""
    if not isinstance(value, str) or _HAS_PATH.match(value):
        return value
    try:
        parts = urlsplit(value)
    except ValueError:
        return value
    if parts.scheme in ("http", "https") and not parts.path:
        return parts._replace(path="/").geturl()
    return value


def _proxy(value: Value) -> Tree:
    """Inactive is none; secrets by their place; each type has only its own fields."""
    if not is_mapping(value) or not value.get("active"):
        return EMPTY
    custom = value.get("type") == "custom" or (
        not value.get("type") and not is_empty(value.get("server"))
    )
    kept: dict[str, Value] = {"active": True}
    if custom:
        kept["type"] = "custom"
        # All of them are required: one that is not shown is withheld.
        kept |= {key: secret(value.get(key)) for key in CUSTOM_PROXY}
        return frozen(kept)
    kept["type"] = value.get("type") or "anchor_proxy"
    kept |= {
        key: value[key]
        for key in ANCHOR_PROXY
        if not is_empty(value.get(key))
        and (key, value[key]) != ("country_code", COUNTRY)
    }
    return shared(kept) or frozen(kept)


def secret(value: Value) -> Value:
    """A value at a secret place; one that the service masked is not known."""
    if isinstance(value, Secret):
        return value
    if is_empty(value):
        return Secret(None)
    text = str(freeze(value))
    masked = (
        not text.strip("*•xX") or text.startswith("***") or "redacted" in text.lower()
    )
    return Secret(None if masked else text)
