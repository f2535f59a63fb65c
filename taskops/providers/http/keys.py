"""The key of a service, from the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.errors import AuthenticationFailed

if TYPE_CHECKING:
    from collections.abc import Mapping


def key_from(
    environ: Mapping[str, str], variable: str, service: str, *, emulated: bool
) -> str:
    """The key, or any word where nobody checks it; raises AuthenticationFailed."""
    key = environ.get(variable, "").strip() or ("emulated" if emulated else "")
    if not key:
        raise AuthenticationFailed(
            f"there is no key for {service}",
            f"{variable} is not set",
            f"set {variable}, or add --emulator to try without an account",
        )
    return key
