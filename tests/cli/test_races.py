"""Two real processes that want the same: one does it, whatever the moment."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from cli.repositories import clones
from cli.service import service
from cli.shell import TASKOPS, project, taskops

if TYPE_CHECKING:
    from pathlib import Path

    from cli.service import Service

ROUNDS = int(os.environ.get("RACES", "3"))
"""More of them find rarer moments: `RACES=50 pytest tests/cli/test_races.py`."""

NAMES = ("hello", "t0", "t1", "t2")

RUN = "https://ci.example/acme/automations/actions/runs/7"
CI = {
    "GITHUB_ACTOR": "ada",
    "GITHUB_RUN_ID": "7",
    "GITHUB_REPOSITORY": "acme/automations",
    "GITHUB_SERVER_URL": "https://ci.example",
}


def race(at: Service, roots: tuple[Path, Path]) -> list[tuple[int, str, str]]:
    """Exit code, standard output and standard error of both, the winner first."""
    running = [
        subprocess.Popen(
            [*TASKOPS, "apply", "--yes", "--color", "never"],
            cwd=root,
            env={**os.environ, **at.variables, **CI},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for root in roots
    ]
    ended = [(*process.communicate(timeout=120), process) for process in running]
    told = [(process.returncode, out, err) for out, err, process in ended]
    return sorted(told, key=lambda one: "applied in" not in one[1])


def settled(at: Service, told: list[tuple[int, str, str]], size: int) -> str:
    """How it went for the second one, once all that must hold was found to hold."""
    (first, out, err), (second, other, why) = told
    assert first == 0, (out, err)
    assert f"Apply: {size} applied in" in out
    # Nobody sent anything twice, and no object was made twice.
    kinds = [(c["kind"], c["name"]) for c in at.written()]
    assert len(kinds) == len(set(kinds)), kinds
    assert {name for _, name in kinds} == set(NAMES[:size])
    assert len({c["id"] for c in at.written()}) == size
    if second == 7:
        assert "another apply holds the ledger; nothing was written" in why
        assert "ada on " in why
        assert " since 20" in why
        assert f"run {RUN}" in why
        return "locked"
    assert second == 0, (second, other, why)
    # It came when all was done already.
    assert "applied in" not in other
    return "nothing to do"


@pytest.mark.parametrize("number", range(ROUNDS))
def test_of_two_applies_in_one_folder_one_proceeds(tmp_path: Path, number: int) -> None:
    root = project(tmp_path / "here", len(NAMES))
    with service(latency=0.02 * (number % 5)) as at:
        came = settled(at, race(at, (root, root)), len(NAMES))
        print(f"file ledger, round {number}: {came}")  # noqa: T201  # told with -s
        at.account.latency = 0.0
        assert "4 unchanged" in taskops(root, "plan", **at.variables).out


@pytest.mark.parametrize("number", range(ROUNDS))
def test_of_two_applies_in_two_clones_one_proceeds(tmp_path: Path, number: int) -> None:
    one, two = clones(tmp_path, len(NAMES))
    with service(latency=0.02 * (number % 5)) as at:
        came = settled(at, race(at, (one, two)), len(NAMES))
        print(f"git ledger, round {number}: {came}")  # noqa: T201  # told with -s
        at.account.latency = 0.0
        for root in (one, two):
            assert "4 unchanged" in taskops(root, "plan", **at.variables).out
        assert "open:" not in taskops(one, "status").out
