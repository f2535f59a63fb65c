"""Which ledger a project gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from ledger.cases import Clock, opening

from taskops.errors import Guarded, UsageError
from taskops.ledger import FileLedger, GitLedger, open_ledger
from taskops.model.project import Environment, Project

if TYPE_CHECKING:
    from pathlib import Path

    from taskops.model.ports import Ledger


def opened(
    root: Path,
    kind: Literal["file", "git"],
    *,
    emulated: bool = False,
    environment: str = "production",
    environ: dict[str, str] | None = None,
) -> Ledger:
    project = Project(
        str(root), "shop", Environment(environment), (environment,), ledger=kind
    )
    return open_ledger(project, environ=environ or {}, clock=Clock(), emulated=emulated)


def test_a_file_or_git_as_the_project_says(tmp_path: Path) -> None:
    assert isinstance(opened(tmp_path, "file"), FileLedger)
    assert isinstance(opened(tmp_path, "git"), GitLedger)
    assert opened(tmp_path, "file").describe() == "file .taskops/ledger/production.json"
    assert opened(tmp_path, "git").describe() == "git refs/taskops/shop/production"


def test_an_emulator_never_touches_the_ref_and_may_run_in_ci(tmp_path: Path) -> None:
    ledger = opened(tmp_path, "git", emulated=True, environ={"CI": "true"})

    ledger.open(opening(), "")

    assert (tmp_path / ".taskops" / "emulator-ledger" / "production.json").is_file()


@pytest.mark.parametrize("name", ["CI", "GITHUB_ACTIONS"])
def test_a_file_is_refused_in_ci(tmp_path: Path, name: str) -> None:
    with pytest.raises(Guarded):
        opened(tmp_path, "file", environ={name: "true"}).open(opening(), "")


def test_ci_that_is_off_is_no_ci(tmp_path: Path) -> None:
    opened(tmp_path, "file", environ={"CI": "false"}).open(opening(), "")


@pytest.mark.parametrize("kind", ["file", "git"])
@pytest.mark.parametrize("name", ["../x", "A", "", "-a", "a" * 64, "a.lock", "a\n"])
def test_a_name_that_could_leave_its_place_is_refused(
    tmp_path: Path, kind: Literal["file", "git"], name: str
) -> None:
    with pytest.raises(UsageError, match="cannot be the name"):
        opened(tmp_path, kind, environment=name)
