"""Only the tip of the default branch is applied, whatever order jobs come in."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from taskops.cli.superseded import superseded_by
from taskops.errors import Guarded, TaskopsError

if TYPE_CHECKING:
    from pathlib import Path


def git(root: Path, *words: str) -> str:
    who = ("-c", "user.name=t", "-c", "user.email=t@t.example")
    ran = subprocess.run(
        ["git", *who, *words], cwd=root, check=True, capture_output=True, text=True
    )
    return ran.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout of the default branch, `trunk`, as a job has it."""
    git(tmp_path, "init", "-q", "--bare", "-b", "trunk", "origin.git")
    git(tmp_path, "clone", "-q", "origin.git", "clone")
    clone = tmp_path / "clone"
    git(clone, "checkout", "-q", "-b", "trunk")
    git(clone, "commit", "-q", "--allow-empty", "-m", "one")
    git(clone, "push", "-q", "origin", "trunk")
    return clone


def job(ref: str = "refs/heads/trunk") -> dict[str, str]:
    return {"GITHUB_ACTIONS": "true", "GITHUB_REF": ref}


def test_the_tip_is_not_superseded(clone: Path) -> None:
    assert superseded_by(clone, job()) == ""


def test_a_job_that_comes_late_is_superseded(clone: Path) -> None:
    git(clone, "commit", "-q", "--allow-empty", "-m", "two")
    git(clone, "push", "-q", "origin", "trunk")
    newer = git(clone, "rev-parse", "HEAD")
    git(clone, "checkout", "-q", "--detach", "HEAD~1")

    assert superseded_by(clone, job()) == newer


def test_another_branch_is_refused(clone: Path) -> None:
    git(clone, "checkout", "-q", "-b", "edit")
    git(clone, "commit", "-q", "--allow-empty", "-m", "not merged")

    with pytest.raises(Guarded, match="not the default branch"):
        superseded_by(clone, job("refs/heads/edit"))


@pytest.mark.parametrize("ref", ["refs/pull/7/merge", "refs/tags/trunk", ""])
def test_what_is_no_branch_is_refused(clone: Path, ref: str) -> None:
    git(clone, "commit", "-q", "--allow-empty", "-m", "not merged")

    with pytest.raises(Guarded):
        superseded_by(clone, job(ref))


def test_a_remote_that_does_not_answer_lets_nothing_through(clone: Path) -> None:
    git(clone, "remote", "set-url", "origin", str(clone.parent / "gone.git"))

    with pytest.raises(TaskopsError, match="ls-remote"):
        superseded_by(clone, job())


def test_a_remote_without_a_default_branch_is_told_as_that(clone: Path) -> None:
    git(clone, "init", "-q", "--bare", "../empty.git")
    git(clone, "remote", "set-url", "origin", str(clone.parent / "empty.git"))

    with pytest.raises(Guarded, match="cannot be told") as refused:
        superseded_by(clone, job())

    assert "`origin` has no default branch" in refused.value.detail


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Guarded, match="cannot be told"):
        superseded_by(tmp_path, job())


def test_a_person_at_a_desk_is_not_asked(tmp_path: Path) -> None:
    assert superseded_by(tmp_path, {}) == ""
