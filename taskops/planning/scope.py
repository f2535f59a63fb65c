"""Which addresses the flags of a plan mean: patterns, and names of single ones."""

from __future__ import annotations

from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from taskops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

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


def named(address: Address, names: Collection[str]) -> bool:
    """Whether one of the names is the declared one, or the whole address."""
    return address.name in names or str(address) in names


def require_matches(options: PlanOptions, known: Collection[Address]) -> None:
    """Raise UsageError for a name or pattern that means nothing here: a typo."""
    patterns = {"--select": options.select, "--exclude": options.exclude}
    names = {
        "--adopt": options.adopt,
        "--retry": options.retry,
        "--resend": options.resend,
    }
    _require(patterns, _matches, known)
    # Each of these is a word about one task: a pattern would be about many.
    _require(names, named, known)


def _require(
    given: Mapping[str, tuple[str, ...]],
    means: Callable[[Address, tuple[str, ...]], bool],
    known: Collection[Address],
) -> None:
    for flag, words in given.items():
        for word in words:
            if not any(means(address, (word,)) for address in known):
                raise UsageError(
                    f"`{flag} {word}` matches nothing",
                    f"declared or in the ledger: {len(known)}",
                    _near(word, known),
                )


def _near(pattern: str, known: Collection[Address]) -> str:
    names = [text for address in known for text in (address.name, str(address))]
    close = get_close_matches(pattern, names, n=1)
    return f"did you mean `{close[0]}`?" if close else "run `taskops status` to see all"
