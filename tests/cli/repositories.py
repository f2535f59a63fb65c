"""A project in clones of one bare remote, as several machines have it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from cli.shell import edit, project

if TYPE_CHECKING:
    from pathlib import Path

REF = "refs/taskops/shop/default"


def git(root: Path, *words: str) -> str:
    """Git without anybody's settings."""
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    ran = subprocess.run(
        ["git", *who, *words], cwd=root, capture_output=True, check=False, text=True
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def clones(folder: Path, tasks: int = 2) -> tuple[Path, Path]:
    """A project with `ledger: git` in two clones of one bare remote."""
    folder.mkdir(exist_ok=True)
    git(folder, "init", "--quiet", "--bare", "-b", "main", "remote.git")
    one = folder / "one"
    git(folder, "clone", "--quiet", "remote.git", "one")
    project(one, tasks)
    edit(one, "version: 1", "version: 1\nledger: git", "taskops.yaml")
    commit(one, "tasks", "--quiet", "-B", "main")
    git(folder, "clone", "--quiet", "remote.git", "two")
    return one, folder / "two"


def commit(root: Path, message: str, *checkout: str) -> None:
    """Everything in the work tree, on the branch and on the remote."""
    if checkout:
        git(root, "checkout", *checkout)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", message)
    git(root, "push", "--quiet", "origin", "main")
