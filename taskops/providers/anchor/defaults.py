"""What Anchor documents as default, and which fields of a session it knows."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskops.model.values import Path, Value

# Prose in the vendor's reference, last read 2026-11: what a field left out means.
DEFAULTS: MappingProxyType[Path, Value] = MappingProxyType(
    {
        ("initial_url",): "about:blank",
        ("tags",): (),
        ("recording", "active"): True,
        ("timeout", "max_duration"): 20,
        ("timeout", "idle_timeout"): 5,
        ("live_view", "read_only"): False,
        ("live_view", "one_time_url"): False,
        ("x402",): False,
    }
)

ANCHOR_PROXY = ("country_code", "region", "city")
CUSTOM_PROXY = ("server", "username", "password")
PROXY = ("active", "type", *ANCHOR_PROXY, *CUSTOM_PROXY)
COUNTRY = "us"
