"""What git says of the project's folder; nothing where there is no git."""

from __future__ import annotations

import getpass
import os
import re
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from taskops.applying.intents import Who
from taskops.cli.services import without_keys
from taskops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SECONDS = 10.0

GIT = (
    "git",
    *("-c", "core.hooksPath=/dev/null"),
    # A folder that a pull request made to look like a repository is none.
    *("-c", "safe.bareRepository=explicit"),
)


def _environ() -> dict[str, str]:
    """These commands ask nobody: neither a key nor the token is their business."""
    bare = without_keys(os.environ).items()
    return {name: value for name, value in bare if not name.startswith("TASKOPS_")}


def ask(root: Path, *words: str, more: Mapping[str, str] | None = None) -> bytes | None:
    """The answer of one git command that changes nothing; None where it has none."""
    try:
        done = subprocess.run(  # noqa: S603  # words of ours, no shell
            [*GIT, *words],
            cwd=root,
            env={**_environ(), **(more or {})},
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def commit_of(root: Path) -> str:
    """The commit that is checked out; empty without one."""
    return (ask(root, "rev-parse", "--verify", "-q", "HEAD") or b"").decode().strip()


def repository_of(root: Path, environ: Mapping[str, str]) -> str:
    """`owner/name`, from the runner or from the remote; empty without one."""
    if name := environ.get("GITHUB_REPOSITORY"):
        return name
    url = (ask(root, "config", "--get", "remote.origin.url") or b"").decode().strip()
    # What follows a `?` may be a token.
    url = re.split("[?#]", url)[0]
    found = re.search(r"[:/]([^/:@]+/[^/:@]+?)(?:\.git)?/?$", url)
    return found[1] if found else ""


def who(root: Path, environ: Mapping[str, str]) -> Who:
    """Who applies, from where, in which run."""
    actor = environ.get("GITHUB_ACTOR") or _user()
    run = ""
    if environ.get("GITHUB_RUN_ID"):
        server = environ.get("GITHUB_SERVER_URL", "https://github.com")
        repository = environ.get("GITHUB_REPOSITORY", "")
        run = f"{server}/{repository}/actions/runs/{environ['GITHUB_RUN_ID']}"
    return Who(actor, socket.gethostname(), run, commit_of(root))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else ""


@contextmanager
def checked_out(root: Path, commit: str) -> Iterator[tuple[Path, str]]:
    """
    The project as it was at a commit, in a folder of its own, and its full name.

    As a checkout would write it: an archive leaves out and fills in what the
    attributes of the commit say. Raises UsageError when git has no such commit.
    """
    if commit.startswith("-"):
        raise UsageError(f"`{commit}` is not a commit")
    name = ask(root, "rev-parse", "--verify", "-q", f"{commit}^{{commit}}")
    prefix = (ask(root, "rev-parse", "--show-prefix") or b"").decode().strip()
    if ask(root, "rev-parse", "--git-dir") is None:
        raise UsageError(
            f"git has no commit `{commit}`: the project is in no repository",
            "or git is not installed",
            "run `taskops doctor`; what was never committed cannot be gone back to",
        )
    there = (name or b"").decode().strip()
    with tempfile.TemporaryDirectory(
        prefix="taskops-at-", ignore_cleanup_errors=True
    ) as folder:
        if not (there and _written(root, there, Path(folder))):
            raise UsageError(
                f"git has no commit `{commit}` with this project in it",
                "a shallow clone has only its newest commits",
                "run `git fetch --unshallow`, or check the name",
            )
        yield Path(folder, prefix), there


def _written(root: Path, commit: str, folder: Path) -> bool:
    """Whether anything of the project was in the commit, and could be written."""
    with tempfile.TemporaryDirectory(prefix="taskops-index-") as aside:
        index = {"GIT_INDEX_FILE": str(Path(aside) / "index")}
        if ask(root, "read-tree", commit, more=index) is None:
            return False
        words = ("checkout-index", "--all", "--quiet", f"--prefix={folder}/")
        return ask(root, *words, more=index) is not None and any(folder.iterdir())
