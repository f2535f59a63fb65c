"""Where a project is in its repository, and which action it shall use."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from taskops.cli.repository import ask
from taskops.cli.workflows import FOLDER, KINDS, Project, released_action
from taskops.errors import UsageError
from taskops.manifests.project import DEFAULT, environment_names

if TYPE_CHECKING:
    from collections.abc import Iterator

PINNED = re.compile(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40}( # v[\w.+-]+)?")


def workflows_of(root: Path, action: str) -> tuple[Path, Project]:
    """
    The folder of the repository, and what its workflows have to know.

    Raises UsageError where that cannot be told.
    """
    top = _said(root, "rev-parse", "--show-toplevel")
    if not top:
        raise UsageError(
            "the workflows belong in a git repository, and this is none",
            f"{root.resolve()}",
            "run `git init` first",
        )
    inside = _said(root, "rev-parse", "--show-prefix").rstrip("/")
    try:
        project = Project(
            environments=environment_names(root) or (DEFAULT,),
            action=_pinned(action or released_action()),
            directory=inside or ".",
            branch=_branch(root),
            suffix=_suffix(Path(top), inside or "."),
        )
    except ValueError as error:
        raise UsageError(str(error), "", "rename it, or write them by hand") from None
    return Path(top), project


def directory_named(workflow: Path) -> str:
    """The project that a workflow which is there already is for; empty without one."""
    try:
        text = workflow.read_text("utf-8", "replace")
    except OSError:
        return ""
    found = re.search(r"^ +directory: (\S+)$", text, re.MULTILINE)
    return found[1] if found else ""


def _suffix(top: Path, directory: str) -> str:
    """The first that no other project of the repository has for its workflows."""

    def free(suffix: str) -> bool:
        files = [top / FOLDER / f"{kind}{suffix}.yml" for kind in KINDS]
        return {directory_named(file) for file in files} <= {"", directory}

    return next(filter(free, _suffixes(directory)))


def _suffixes(directory: str) -> Iterator[str]:
    plain = re.sub(r"[^A-Za-z0-9]+", "-", directory).strip("-") or "root"
    yield ""
    yield f"-{plain}"
    for number in count(2):
        yield f"-{plain}-{number}"


def _branch(root: Path) -> str:
    """The default branch of the remote, else the one that is checked out."""
    remote = _said(root, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD")
    here = _said(root, "symbolic-ref", "--quiet", "--short", "HEAD")
    return remote.removeprefix("refs/remotes/origin/") or here or "main"


def _pinned(action: str) -> str:
    if not PINNED.fullmatch(action):
        raise UsageError(
            "the action must be pinned to a commit",
            f"`{action}` is not" if action else "this taskops is not a release",
            "give it as --action OWNER/REPOSITORY@COMMIT, with all 40 hex digits",
        )
    return action


def _said(root: Path, *words: str) -> str:
    return (ask(root, *words) or b"").decode("utf-8", "replace").strip()
