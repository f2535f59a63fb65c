"""Manifests over defaults, and an environment's patches over both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from taskops.manifests.schemas import schema

if TYPE_CHECKING:
    from taskops.manifests.known import Schema

PROXY: Final = "proxy"


def merge(under: Schema, over: Schema) -> dict[str, object]:
    """
    One mapping laid over another, fields below fields.

    Null takes a field away only where there is one to take away; elsewhere it is
    a value that somebody forgot. A proxy of another type replaces the whole proxy:
    their fields have nothing in common.
    """
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        if value is None and below is not None:
            del merged[key]
        elif isinstance(value, Mapping) and isinstance(below, Mapping):
            other = key == PROXY and "type" in value and _type(value) != _type(below)
            merged[key] = value if other else merge(below, value)
        else:
            merged[key] = value
    return merged


def _type(proxy: Schema) -> object:
    return proxy.get("type", "anchor_proxy")


def patch(target: object, change: object) -> object:
    """A JSON merge patch (RFC 7396): null takes a field away."""
    if not isinstance(change, Mapping):
        return change
    patched = dict(target) if isinstance(target, Mapping) else {}
    for key, value in change.items():
        if value is None:
            patched.pop(key, None)
        else:
            patched[key] = patch(patched.get(key), value)
    return patched


def defaults_for(defaults: Schema, manifest: Schema) -> dict[str, object]:
    """The defaults that a manifest takes: those that its kind has a use for."""
    if manifest.get("kind", "Task") != "Task":
        return {}
    if "generate" not in manifest:
        return dict(defaults)
    refused = schema("task")["then"]
    properties = refused["properties"] if isinstance(refused, Mapping) else {}
    rejected = {key for key, rule in properties.items() if rule.get("enum") == []}
    return {key: value for key, value in defaults.items() if key not in rejected}
