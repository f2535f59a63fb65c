"""A pull request that changes taskops.yaml is told so first."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from taskops.cli.settings_moved import settings_moved

if TYPE_CHECKING:
    from pathlib import Path

JOB = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request"}


def git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@t.example")
    subprocess.run(["git", *who, *words], cwd=root, check=True, stdout=-1)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project below the root, whose last commit raises a limit."""
    git(tmp_path, "init", "-q")
    home = tmp_path / "shop"
    home.mkdir()
    for number in (5, 500):
        (home / "taskops.yaml").write_text(f"limits:\n  deletes: {number}\n")
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-q", "-m", f"{number}")
    return home


@pytest.mark.parametrize("event", ["pull_request", "merge_group"])
def test_the_lines_that_change_are_told(project: Path, event: str) -> None:
    found = settings_moved(project, {**JOB, "GITHUB_EVENT_NAME": event})

    assert found[-2:] == ("-  deletes: 5", "+  deletes: 500")


@pytest.mark.parametrize("event", ["push", "schedule", "workflow_dispatch", ""])
def test_other_events_change_none(project: Path, event: str) -> None:
    assert settings_moved(project, {**JOB, "GITHUB_EVENT_NAME": event}) == ()


def test_what_stays_is_not_told(project: Path) -> None:
    (project / "a.yaml").write_text("name: a\n")
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "a task")

    assert settings_moved(project, JOB) == ()


def test_a_checkout_of_one_commit_says_that_it_cannot_tell(
    project: Path, tmp_path: Path
) -> None:
    url = project.parent.as_uri()
    git(tmp_path, "clone", "-q", "--depth=1", url, "shallow")

    [told] = settings_moved(tmp_path / "shallow" / "shop", JOB)

    assert "fetch-depth: 2" in told
