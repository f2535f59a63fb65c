"""Which addresses a plan is about: `--select`, `--exclude`."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskops.model.resource import Address
    from taskops.planning.options import PlanOptions


def in_scope(address: Address, options: PlanOptions) -> bool:
    """Whether the patterns let this address in."""
    if options.select and not _matches(address, options.select):
        return False
    return not _matches(address, options.exclude)


def _matches(address: Address, patterns: tuple[str, ...]) -> bool:
    return any(
        fnmatchcase(address.name, pattern) or fnmatchcase(str(address), pattern)
        for pattern in patterns
    )
