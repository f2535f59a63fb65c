from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cli.shell import edit, project, taskops

from taskops.cli.boundary import code_of
from taskops.errors import (
    AuthenticationFailed,
    DamagedLedger,
    Guarded,
    InvalidManifests,
    Locked,
    NotApproved,
    OutcomeUnknown,
    ReadFailed,
    Refused,
    Stale,
    TaskopsError,
    UsageError,
)

if TYPE_CHECKING:
    from pathlib import Path

FAMILY = [
    (TaskopsError("x"), 1),
    (Refused("x"), 1),
    (ReadFailed("x"), 1),
    (InvalidManifests([]), 3),
    (AuthenticationFailed("x"), 4),
    (NotApproved("x"), 6),
    (Stale("x"), 6),
    (Locked("x"), 7),
    (Guarded("x"), 8),
    (DamagedLedger("x"), 8),
    (OutcomeUnknown("x"), 9),
    (UsageError("x"), 64),
    (KeyboardInterrupt(), 130),
    (BrokenPipeError(), 1),
    (ZeroDivisionError(), 70),
]


@pytest.mark.parametrize(("error", "code"), FAMILY, ids=lambda x: type(x).__name__)
def test_every_error_has_its_code(error: BaseException, code: int) -> None:
    assert code_of(error) == code


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--help"], 0, ""),
        (["plan", "--emulator"], 0, ""),
        (["plan", "--emulator", "--detailed-exitcode"], 2, ""),
        (["plan"], 4, "ANCHORBROWSER_API_KEY is not set"),
        (["apply", "--emulator"], 6, "taskops apply --emulator --expect-digest "),
        (["apply", "--emulator", "--expect-digest", "0" * 64], 6, "not the one"),
        (["apply", "--emulator", "--expect-digest", "00"], 6, "at least 32"),
        (["show", "nothing.json"], 1, "cannot be read"),
        (["show", "taskops.yaml"], 64, "cannot be used as a plan"),
        (["plan", "--emulatr"], 64, "--emulator"),
        (["planing"], 64, "did you mean `plan`?"),
        (["plan", "--emulator", "--select", "helo"], 64, "did you mean `hello`?"),
        (["plan", "--env", "staging"], 64, ""),
        (["schema", "tsk"], 64, "did you mean `task`?"),
        (["apply", "x.json", "--prune"], 64, "cannot be added to a saved plan"),
    ],
)
def test_every_ending_has_its_code(
    tmp_path: Path, words: list[str], code: int, told: str
) -> None:
    said = taskops(project(tmp_path), *words)
    assert said.code == code, said.err
    assert told in said.err
    assert "Traceback" not in said.err


def test_a_mistake_in_a_manifest_is_three_with_its_line(tmp_path: Path) -> None:
    root = project(tmp_path)
    edit(root, "browserConfiguration:", "browserConfig:")
    for words in (["validate"], ["plan", "--emulator"], ["apply", "--emulator"]):
        said = taskops(root, *words)
        assert said.code == 3
        assert "tasks/hello.yaml:5:1: error: " in said.out + said.err


def test_annotations_reach_the_runner(tmp_path: Path) -> None:
    root = project(tmp_path)
    edit(root, "browserConfiguration:", "browserConfig:")
    said = taskops(root, "validate", "--format", "github", GITHUB_ACTIONS="true")
    assert said.code == 3
    assert said.out.startswith("::error file=tasks/hello.yaml,line=5,col=1::")


def test_no_project_is_a_usage_error_that_names_init(tmp_path: Path) -> None:
    said = taskops(tmp_path, "plan")
    assert said.code == 64
    assert "taskops init" in said.err


def test_over_a_limit_is_eight_already_as_a_plan(tmp_path: Path) -> None:
    root = project(tmp_path, tasks=3)
    edit(root, "version: 1", "version: 1\nlimits: {changes: 2}", "taskops.yaml")
    planned = taskops(root, "plan", "--emulator")
    assert planned.code == 8
    assert "  ! the plan would change more than `limits.changes` allows" in planned.out
    assert "Next:" not in planned.out
    assert taskops(root, "apply", "--emulator", "--yes").code == 8
    assert "nothing is ours yet" in taskops(root, "status", "--emulator").out


def test_no_variable_ever_approves(tmp_path: Path) -> None:
    root = project(tmp_path)
    names = ("YES", "APPLY_YES", "EXPECT_DIGEST", "APPLY_EXPECT_DIGEST", "APPROVE")
    variables = {f"TASKOPS_{name}": "1" for name in names}
    assert taskops(root, "apply", "--emulator", **variables).code == 6
