"""`taskops init --github`: the workflows of one project, and what is left to click."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml
from click.testing import CliRunner

from taskops.cli.commands.init import command
from taskops.cli.workflows.place import workflows_of
from taskops.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

ACTION = f"acme/taskops@{'a' * 40} # v1.2.3"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """An empty one, on the branch `trunk`."""
    subprocess.run(["git", "init", "-q", "-b", "trunk", str(tmp_path)], check=True)
    return tmp_path


def init(folder: Path, *words: str) -> str:
    """What it prints."""
    words = ("-C", str(folder), "--github", "--action", ACTION, *words)
    ran = CliRunner().invoke(command, words, catch_exceptions=False)
    assert ran.exit_code == 0
    return ran.output


def test_a_new_project_gets_its_workflows(repository: Path) -> None:
    said = init(repository)

    apply = (repository / ".github/workflows/apply.yml").read_text("utf-8")
    assert f"uses: {ACTION}" in apply
    assert yaml.safe_load(apply)[True]["push"] == {"branches": ["trunk"]}
    assert "+ .github/workflows/plan.yml" in said
    assert "`default`, `default-read`" in said


def test_a_new_project_keeps_its_ledger_in_git(repository: Path) -> None:
    said = init(repository)

    text = (repository / "taskops.yaml").read_text("utf-8")
    assert yaml.safe_load(text)["ledger"] == "git"
    assert "Write `ledger: git`" not in said


def test_a_project_below_the_root_is_found_from_there(repository: Path) -> None:
    init(repository / "automations" / "shop")

    text = (repository / ".github/workflows/drift.yml").read_text("utf-8")
    assert "directory: automations/shop" in text


def test_a_second_project_gets_workflows_of_its_own(repository: Path) -> None:
    init(repository / "alpha")
    said = init(repository / "beta")

    assert "+ .github/workflows/plan-beta.yml" in said
    for kind in ("plan", "apply", "drift"):
        text = (repository / f".github/workflows/{kind}-beta.yml").read_text("utf-8")
        assert f"\nname: {kind}-beta\n" in text
        assert "directory: beta\n" in text
        assert "directory: alpha" not in text
    assert "= .github/workflows/plan.yml" in init(repository / "alpha")
    assert "= .github/workflows/plan-beta.yml" in init(repository / "beta")


def test_projects_whose_folders_are_spelled_alike_do_not_share(
    repository: Path,
) -> None:
    for folder in ("first", "a/b", "a-b"):
        init(repository / folder)

    assert "+ .github/workflows/plan-root.yml" in init(repository)
    text = (repository / ".github/workflows/plan-a-b-2.yml").read_text("utf-8")
    assert "directory: a-b\n" in text


def test_an_existing_project_keeps_its_environments_and_its_files(
    repository: Path,
) -> None:
    text = "version: 1\nproject: shop\nenvironments: {staging: {}, live: {}}\n"
    (repository / "taskops.yaml").write_text(text, "utf-8")
    (repository / ".github/workflows").mkdir(parents=True)
    (repository / ".github/workflows/drift.yml").write_text("mine", "utf-8")

    said = init(repository)

    plan = (repository / ".github/workflows/plan.yml").read_text("utf-8")
    assert "environment: [staging, live]" in plan
    assert (repository / ".github/workflows/drift.yml").read_text("utf-8") == "mine"
    assert said.count("left as it is, and not for this project") == 1
    assert "Write `ledger: git` into taskops.yaml" in said


@pytest.mark.parametrize(
    "action", ["", "acme/taskops@v1", f"acme/taskops@{'a' * 39}", f"x@{'a' * 40}\n- y"]
)
def test_an_action_that_is_not_pinned_is_refused(repository: Path, action: str) -> None:
    (repository / "taskops.yaml").write_text("version: 1\nproject: shop\n", "utf-8")

    with pytest.raises(UsageError, match="pinned"):
        workflows_of(repository, action)


def test_outside_of_git_there_is_no_place_for_them(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="git repository"):
        workflows_of(tmp_path, ACTION)
