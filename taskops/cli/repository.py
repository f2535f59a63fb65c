"""What git says of the project's folder; nothing where there is no git."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import socket
import subprocess
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from taskops.applying.intents import Who
from taskops.cli.services import without_keys
from taskops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def ask(root: Path, *words: str) -> bytes | None:
    """The answer of one read-only git command; None where it has none."""
    try:
        done = subprocess.run(  # noqa: S603  # words of ours, no shell
            [*GIT, *words],
            cwd=root,
            env=_environ(),
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


def checked_out(root: Path, commit: str) -> tuple[Path, str]:
    """
    The project as it was at a commit, in a folder of its own, and its full name.

    Raises UsageError when git has no such commit.
    """
    if commit.startswith("-"):
        raise UsageError(f"`{commit}` is not a commit")
    name = ask(root, "rev-parse", "--verify", "-q", f"{commit}^{{commit}}")
    prefix = (ask(root, "rev-parse", "--show-prefix") or b"").decode().strip()
    data = None
    if name is not None:
        data = ask(root, "archive", "--format=tar", name.decode().strip(), ".")
    if ask(root, "rev-parse", "--git-dir") is None:
        raise UsageError(
            f"git has no commit `{commit}`: the project is in no repository",
            "or git is not installed",
            "run `taskops doctor`; what was never committed cannot be gone back to",
        )
    if name is None or data is None:
        raise UsageError(
            f"git has no commit `{commit}` with this project in it",
            "a shallow clone has only its newest commits",
            "run `git fetch --unshallow`, or check the name",
        )
    folder = Path(tempfile.mkdtemp(prefix="taskops-at-"))
    try:
        with tarfile.open(fileobj=BytesIO(data)) as archive:
            archive.extractall(folder, filter=_inside)  # noqa: S202  # stricter than "data"
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    inner = folder / prefix
    return (inner if inner.is_dir() else folder), name.decode().strip()


def _inside(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    """Without links that lead out of it: nothing that is read may be behind one."""
    try:
        return tarfile.data_filter(member, folder)
    except tarfile.FilterError:
        return None
