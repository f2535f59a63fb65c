"""Wanted against observed, field by field; the only home of deepdiff."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from taskops.model.change import CodeDifference
from taskops.model.values import Code, Path, Secret, Tree, at, thaw

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOWN = 2000
"""Lines of hunks that a plan keeps of one file."""

COMPARED = 20_000
"""Lines above which a file is not compared line by line."""

UNENDED = "\\ No newline at end of file"


def differing_paths(before: Tree, after: Tree) -> list[Path]:
    """
    The paths whose values differ, in order; a list differs as a whole.

    A field that one side has not, or where the shape changed, is one path.
    """
    try:
        return sorted(_plainly(before, after, ()), key=_order)
    except _NotPlainError:
        return sorted(_deeply(before, after), key=_order)


def _order(path: Path) -> list[str]:
    return [str(key) for key in path]


class _NotPlainError(Exception):
    """More than that: how other lists differ is deepdiff's to say."""


def _plainly(before: Tree, after: Tree, above: Path) -> Iterator[Path]:
    """The same for fields that hold values and lists of texts, as nearly all do."""
    for key in before.keys() | after.keys():
        old, new = before.get(key, _ABSENT), after.get(key, _ABSENT)
        kinds = {type(old), type(new)}
        if kinds == _LISTS:
            if not (_texts(old) and _texts(new)):
                raise _NotPlainError
            if old != new:
                yield (*above, key)
        elif not kinds <= _SINGLE:
            if type(old) is not type(new) or not isinstance(old, Mapping):
                raise _NotPlainError
            assert isinstance(new, Mapping)  # noqa: S101  # of one type
            yield from _plainly(old, new, (*above, key))
        elif len(kinds) > 1 or old != new:
            yield (*above, key)


def _texts(listed: object) -> bool:
    assert isinstance(listed, tuple)  # noqa: S101  # by its type
    return all(type(item) is str for item in listed)


_ABSENT = object()
_LISTS = frozenset({tuple})
_SINGLE = frozenset({str, int, float, bool, type(None), object, Secret, Code})


def _deeply(before: Tree, after: Tree) -> set[Path]:
    # deepdiff is slow to import: a tenth of a second that is felt.
    from deepdiff import DeepDiff  # noqa: PLC0415

    # By default mappings with few keys in common are one change, without a path.
    found = DeepDiff(
        thaw(before),
        thaw(after),
        view="tree",
        verbose_level=2,
        threshold_to_diff_deeper=0,
    )
    paths = {
        _to_list(tuple(item.path(output_format="list")))
        for items in found.values()
        for item in items
    }
    # The code's own digest is an inner matter: the field is `code`.
    paths = {("code",) if path[:1] == ("code",) else path for path in paths}
    return {leaf for path in paths for leaf in _leaves(path, before, after)}


def _to_list(path: Path) -> Path:
    """Cut at the first index: people read a list as a whole."""
    for number, key in enumerate(path):
        if isinstance(key, int):
            return path[:number]
    return path


def _leaves(path: Path, before: Tree, after: Tree) -> Iterator[Path]:
    """Below a subtree that only one side has, every leaf is its own path."""
    old, new = at(before, path), at(after, path)
    whole = new if old is None else old if new is None else None
    if isinstance(whole, Mapping):
        for key in whole:
            yield from _leaves((*path, key), before, after)
    else:
        yield path


def code_difference(before: Code | None, after: Code | None) -> CodeDifference:
    """The line diff of two codes; only counts where they are too long."""
    old, new = _lines(before), _lines(after)
    if old is None or new is None or max(len(old), len(new)) > COMPARED:
        return CodeDifference(len(new or ()), len(old or ()))
    changed = list(difflib.unified_diff(old, new, lineterm="", n=3))[2:]
    hunks = [part for line in changed for part in line.split("\n")]
    return CodeDifference(
        added=sum(line.startswith("+") for line in changed),
        removed=sum(line.startswith("-") for line in changed),
        hunks=tuple(hunks[:SHOWN]),
        cut=max(0, len(hunks) - SHOWN),
    )


def _lines(code: Code | None) -> list[str] | None:
    if code is None:
        return []
    try:
        text = code.load().decode("utf-8", "replace")
    except LookupError:
        # The ledger knows a code by its digest only.
        return None
    *lines, last = text.replace("\r\n", "\n").split("\n")
    # As git tells it; it also makes the line another one than with its end.
    return [*lines, f"{last}\n{UNENDED}"] if last else lines
