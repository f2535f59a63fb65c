"""The files that `manifests` globs name: sorted, and never through a link."""

from __future__ import annotations

import fnmatch
import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path


def find(root: Path, patterns: Iterable[str]) -> list[str]:
    """The files below `root` that match, as sorted paths from the root."""
    found: set[str] = set()
    walked: dict[str, list[str]] = {}
    for pattern in patterns:
        clean = _plain(pattern)
        folder = _fixed(clean)
        if folder not in walked:
            walked[folder] = list(_walk(root, folder))
        found.update(filter(_Glob(clean).matches, walked[folder]))
    return sorted(found)


def matches(file: str, patterns: Iterable[str]) -> bool:
    """Whether a file would be found, by its path from the root."""
    return any(_Glob(_plain(pattern)).matches(file) for pattern in patterns)


def _plain(pattern: str) -> str:
    return re.sub(r"^(?:\./)+", "", pattern)


def _step(part: str) -> re.Pattern[str] | None:
    """One part of a glob; None for `**`, any number of folders."""
    # fnmatch writes expressions that cannot be made to run for hours.
    return None if part == "**" else re.compile(fnmatch.translate(part))


class _Glob:
    """One pattern; files of the same folder share the way to it."""

    def __init__(self, pattern: str) -> None:
        self.steps = [_step(part) for part in pattern.split("/")]
        self._reached: dict[str, set[int]] = {"": {0}}
        self._lasts: dict[str, tuple[re.Pattern[str] | None, ...]] = {}

    def matches(self, file: str) -> bool:
        """Whether a file does, by its path from the root."""
        folder, _, name = file.rpartition("/")
        lasts = self._lasts.get(folder)
        if lasts is None:
            lasts = self._lasts[folder] = self._last_steps(folder)
        for step in lasts:  # noqa: SIM110 - a generator costs more than the match
            if step is None or step.match(name):
                return True
        return False

    def _last_steps(self, folder: str) -> tuple[re.Pattern[str] | None, ...]:
        """The steps that a file of the folder may take to the end."""
        steps = self.steps
        return tuple(
            steps[at]
            for at in _through(steps, self._folder(folder))
            if at < len(steps) and not any(steps[at + 1 :])
        )

    def _folder(self, folder: str) -> set[int]:
        """The steps that are reached once the folder is gone through."""
        if folder not in self._reached:
            above, _, name = folder.rpartition("/")
            self._reached[folder] = self._after(self._folder(above), name)
        return self._reached[folder]

    def _after(self, reached: set[int], name: str) -> set[int]:
        steps = self.steps
        return {
            at if steps[at] is None else at + 1
            for at in _through(steps, reached)
            if at < len(steps) and ((step := steps[at]) is None or step.match(name))
        }


def _through(steps: Sequence[re.Pattern[str] | None], reached: set[int]) -> set[int]:
    """Every step that is reached when each `**` may also stand for no folder."""
    ends = set(reached)
    for at in sorted(reached):
        step = at
        while step < len(steps) and steps[step] is None:
            step += 1
            ends.add(step)
    return ends


def _fixed(pattern: str) -> str:
    """The folder that every match is in."""
    before = re.split(r"[*?\[]", pattern, maxsplit=1)[0]
    return before.rpartition("/")[0]


def _walk(root: Path, folder: str) -> Iterator[str]:
    """Every file below a folder, without what is hidden and what links lead to."""
    if any(part.startswith(".") for part in folder.split("/") if part):
        return
    place = root / folder
    if not place.resolve().is_relative_to(root.resolve()):
        return
    waiting = [(str(place), f"{folder}/" if folder else "")]
    while waiting:
        here, prefix = waiting.pop()
        try:
            entries = list(os.scandir(here))
        except OSError:  # gone, or not a folder: it has no files for us
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append((entry.path, f"{prefix}{entry.name}/"))
            elif not _is_linked_folder(entry):
                yield prefix + entry.name


def _is_linked_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of links: whoever reads it says so
        return False
