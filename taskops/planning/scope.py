"""Which addresses a plan is about: `--select`, `--exclude`."""

from __future__ import annotations

from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from taskops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection

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


def require_matches(options: PlanOptions, known: Collection[Address]) -> None:
    """Raise UsageError for a name or pattern that means nothing here: a typo."""
    given = {
        "--select": options.select,
        "--exclude": options.exclude,
        "--adopt": options.adopt,
        "--retry": options.retry,
        "--resend": options.resend,
    }
    for flag, patterns in given.items():
        for pattern in patterns:
            if not any(_matches(address, (pattern,)) for address in known):
                raise UsageError(
                    f"`{flag} {pattern}` matches nothing",
                    f"declared or in the ledger: {len(known)}",
                    _near(pattern, known),
                )


def _near(pattern: str, known: Collection[Address]) -> str:
    names = [text for address in known for text in (address.name, str(address))]
    close = get_close_matches(pattern, names, n=1)
    return f"did you mean `{close[0]}`?" if close else "run `taskops status` to see all"
