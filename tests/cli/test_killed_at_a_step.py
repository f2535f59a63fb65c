"""Killed before or after any write: the next `--yes` gets through, nothing twice."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from cli.service import service
from cli.shell import TASKOPS, edit, project, taskops

if TYPE_CHECKING:
    from pathlib import Path

STEPS = {
    "upsert of a create": ("POST", "/v1/task$", "upsert", "create"),
    "publish of a create": ("POST", "/deploy$", "deploy", "create"),
    "upsert of an update": ("POST", "/v1/task$", "upsert", "update"),
    "publish of an update": ("POST", "/deploy$", "deploy", "update"),
    "rename": ("PUT", "/v1/task/", "rename", "rename"),
    "delete": ("DELETE", "/v1/task/", "delete", "delete"),
}


def changed(root: Path, what: str) -> None:
    match what:
        case "update":
            edit(root, "max_duration: 5", "max_duration: 6")
        case "rename":
            edit(root, "name: hello", "name: hallo\nmoved_from: hello")
        case "delete":
            (root / "tasks" / "hello.yaml").unlink()
        case _:
            (root / "tasks" / "late.yaml").write_text("name: late\ncode: hello.ts\n")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step_the_next_one_gets_through(
    tmp_path: Path, step: str, when: str
) -> None:
    method, path, kind, what = STEPS[step]
    root = project(tmp_path / "here", 2)
    words = ("apply", "--yes", *(["--prune"] if what == "delete" else []))
    with service() as at:
        assert taskops(root, *words, **at.variables).code == 0
        changed(root, what)
        at.account.set_faults(
            [{"method": method, "path": path, "do": "hang", "when": when, "nth": 1}]
        )

        def committed() -> int:
            return sum(commit["kind"] == kind for commit in at.account.commits())

        before = committed()
        process = subprocess.Popen(
            [*TASKOPS, *words],
            cwd=root,
            env={**os.environ, **at.variables},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        ends = time.monotonic() + 60
        while not at.account.faults.injected:
            assert time.monotonic() < ends
            time.sleep(0.02)
        if when == "after":
            while committed() == before:
                assert time.monotonic() < ends
                time.sleep(0.02)
        process.kill()
        process.wait()
        at.account.set_faults([])

        said = taskops(root, *words, **at.variables)

        assert said.code == 0, said.out + said.err
        last = taskops(root, "plan", *words[2:], "--detailed-exitcode", **at.variables)
        assert last.code == 0, last.out
        rows = at.account.account.store.tasks(deleted=False, limit=-1, offset=0)
        here = {
            "create": ["hello", "late", "t0"],
            "rename": ["hallo", "t0"],
            "delete": ["t0"],
            "update": ["hello", "t0"],
        }
        assert sorted(row["name"] for row in rows) == here[what]
        assert "open:" not in taskops(root, "status").out
