"""The git command that makes a branch say what a commit said."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from taskops.cli.repository import ask, checked_out
from taskops.manifests import globs
from taskops.manifests.inside import Inside, NotInsideError
from taskops.manifests.load import load_bytes
from taskops.manifests.project import FILE, find_project, load_project

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from taskops.cli.wiring import Wanted

LISTED = 5
"""Commits that are reverted one by one, at the most."""


def git_command(wanted: Wanted, names: Sequence[str]) -> str:
    """
    What to type so that git agrees with a rollback; empty where it does already.

    Raises UsageError for a commit that is not there.
    """
    home = find_project(Path(wanted.directory))
    with checked_out(home, wanted.at) as (root, commit):
        if not names:
            return _whole(home, commit)
        project = load_project(root, wanted.environment)
        paths = sorted(set(_paths(root, project.manifests, names)))
    changed = [path for path in paths if _differs(home, commit, path)]
    if not changed:
        return ""
    here = Path.cwd()
    shown = [shlex.quote(os.path.relpath(home / path, here)) for path in changed]
    return f"git checkout {commit[:12]} -- {' '.join(shown)}"


def _whole(home: Path, commit: str) -> str:
    """A revert of what touched the project since; too many, and git restores it."""
    if not _differs(home, commit, "."):
        return ""
    words = ("log", "--format=%h %p", f"{commit}..HEAD", "--", ".")
    lines = (ask(home, *words) or b"").decode().splitlines()
    merged = any(len(line.split()) > 2 for line in lines)
    ahead = ask(home, "merge-base", "--is-ancestor", commit, "HEAD") is not None
    if ahead and lines and len(lines) <= LISTED and not merged:
        return f"git revert --no-edit {' '.join(line.split()[0] for line in lines)}"
    place = shlex.quote(os.path.relpath(home, Path.cwd()))
    return f"git restore --source {commit[:12]} --staged --worktree -- {place}"


def _differs(home: Path, commit: str, path: str) -> bool:
    """Whether the branch says something else there."""
    return ask(home, "diff", "--quiet", commit, "HEAD", "--", path) is None


def _paths(root: Path, manifests: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """The manifests that declare the names, and the code beside them."""
    files = Inside(root)
    for file in globs.find(files.root, manifests):
        if file == FILE:
            continue
        for document in load_bytes(file, files.read(file)).documents:
            data = document.data
            if not isinstance(data, Mapping) or not _named(data.get("name"), names):
                continue
            yield file
            if isinstance(code := data.get("code"), str):
                try:
                    yield files.beside(file, code)
                except NotInsideError:
                    continue


def _named(name: object, patterns: Sequence[str]) -> bool:
    return isinstance(name, str) and any(
        fnmatchcase(name, pattern.rpartition("/")[2]) for pattern in patterns
    )
