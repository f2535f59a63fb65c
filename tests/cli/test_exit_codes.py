from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from cli.service import Service, service
from cli.shell import Said, edit, project, taskops

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


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["plan", "--nope"], "no such option `--nope`"),
        (["plan", "--format", "x"], "invalid value for `--format`: `x` is not one of"),
        (["run"], "missing argument `NAME…`"),
        (["plan", "--out"], "option `--out` requires an argument"),
    ],
)
def test_a_usage_error_speaks_as_every_other_error(
    tmp_path: Path, words: list[str], told: str
) -> None:
    said = taskops(tmp_path, *words)

    assert said.code == 64
    error, hint = said.err.splitlines()
    assert error.startswith(f"error: {told}")
    assert hint.startswith("  hint: `taskops ")
    assert "--help` tells how it is used" in hint


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


def clear(said: Said, code: int, *told: str) -> Said:
    """One message with these words, and no traceback."""
    assert said.code == code, (said.code, said.out, said.err)
    for text in told:
        assert text in said.out + said.err, said.out + said.err
    assert "Traceback" not in said.err
    assert said.err.count("error:") <= 1
    return said


def applying(root: Path, at: Service, *faults: dict[str, object]) -> Said:
    at.account.set_faults(list(faults))
    return taskops(root, "apply", "--yes", **at.variables)


def test_a_service_that_says_no_to_a_read_is_one(tmp_path: Path) -> None:
    root = project(tmp_path)
    with service() as at:
        at.account.set_faults([{"do": "status", "status": 422}])
        clear(taskops(root, "plan", **at.variables), 1, "said no (422): emulated")
        clear(applying(root, at, {"do": "status", "status": 422}), 1, "422")
        clear(applying(root, at, {"do": "redirect"}), 1, "never followed")
        assert at.written() == []


def test_a_service_that_is_not_there_is_one(tmp_path: Path) -> None:
    root = project(tmp_path)
    nobody = {
        "ANCHORBROWSER_API_KEY": "k",
        "ANCHORBROWSER_BASE_URL": "http://127.0.0.1:9",
    }
    clear(taskops(root, "plan", **nobody), 1, "could not be read", "check the network")


def test_drift_is_two(tmp_path: Path) -> None:
    root = project(tmp_path)
    with service() as at:
        clear(applying(root, at), 0)
        clear(taskops(root, "drift", **at.variables), 0)
        at.account.edit(name="hello", latest={"description": "by hand"})
        clear(taskops(root, "drift", **at.variables), 2, "hello", "description")
        plan = ["plan", "--detailed-exitcode"]
        clear(taskops(root, *plan, **at.variables), 2)


def test_a_wrong_key_is_four_in_a_plan_and_in_an_apply(tmp_path: Path) -> None:
    root = project(tmp_path)
    with service(key="the-right-one") as at:
        wrong = {**at.variables, "ANCHORBROWSER_API_KEY": "another-one"}
        for words in (["plan"], ["apply", "--yes"], ["drift"]):
            said = clear(taskops(root, *words, **wrong), 4, "ANCHORBROWSER_API_KEY")
            assert "another-one" not in said.out + said.err
        empty = {**at.variables, "ANCHORBROWSER_API_KEY": ""}
        clear(taskops(root, "plan", **empty), 4, "ANCHORBROWSER_API_KEY is not set")
        assert at.written() == []


def test_a_key_that_ends_in_a_line_break_is_named(tmp_path: Path) -> None:
    root = project(tmp_path)
    with service() as at:
        odd = {**at.variables, "ANCHORBROWSER_API_KEY": "secret-key\n"}
        said = taskops(root, "plan", **odd)
        assert "secret-key" not in said.out + said.err
        assert said.code in (0, 4), said.err
        odd["ANCHORBROWSER_API_KEY"] = "schl\u00fcssel-key"
        said = clear(taskops(root, "plan", **odd), 4, "ANCHORBROWSER_API_KEY")
        assert "ssel-key" not in said.out + said.err


def test_a_key_that_loses_its_right_midway_is_five_or_four(tmp_path: Path) -> None:
    root = project(tmp_path, tasks=3)
    no = {"method": "POST", "do": "status", "status": 403, "nth": 3}
    with service() as at:
        said = taskops(root, "apply", "--yes", "--parallelism", "1", **at.variables)
        clear(said, 0)
    with service() as at:
        at.account.set_faults([no])
        (root / ".taskops" / "ledger" / "default.json").unlink()
        said = taskops(root, "apply", "--yes", "--parallelism", "1", **at.variables)
        clear(said, 5, "1 applied", "1 failed", "not started", "Go on with")


def test_a_part_that_was_refused_is_five_and_names_it(tmp_path: Path) -> None:
    root = project(tmp_path, tasks=3)
    no = {"method": "POST", "path": "/v1/task$", "do": "status", "status": 400}
    with service() as at:
        clear(applying(root, at, {**no, "nth": 2}), 5, "emulated", "2 applied")
        clear(applying(root, at), 0, "1 applied")
    (root / ".taskops" / "ledger" / "default.json").unlink()
    with service() as at:
        # Nothing at all was done: that is a failure, and not a part.
        clear(applying(root, at, no), 1, "3 failed")


def test_a_ledger_that_another_apply_holds_is_seven(tmp_path: Path) -> None:
    root = project(tmp_path, tasks=2)
    with service() as at, ThreadPoolExecutor(1) as pool:
        hang: dict[str, object] = {
            "method": "POST",
            "do": "delay",
            "seconds": 50.0,
            "nth": 1,
        }
        at.account.set_faults([hang])
        words = ["apply", "--yes", "--parallelism", "1"]
        first = pool.submit(taskops, root, *words, **at.variables)
        while not at.account.faults.injected:
            time.sleep(0.02)
        seen = at.written()
        said = taskops(root, "apply", "--yes", **at.variables)
        # However long that took on a busy machine: the first goes on only now.
        at.account.closing.set()
        clear(said, 7, "another apply holds the ledger")
        clear(first.result(), 0)
        assert seen == []
        assert {len(ids) for ids in at.sent().values()} == {1}


@pytest.mark.parametrize(
    "damage", ["", "{", "null", "[]", '{"format": 99}', "\x00", "half"]
)
def test_a_damaged_ledger_is_eight_and_never_reset(tmp_path: Path, damage: str) -> None:
    root = project(tmp_path)
    with service() as at:
        clear(applying(root, at), 0)
        before = at.written()
        path = root / ".taskops" / "ledger" / "default.json"
        text = path.read_text()
        damaged = text[: len(text) // 2] if damage == "half" else damage
        path.write_text(damaged)
        for words in (["plan"], ["apply", "--yes"], ["status"], ["forget", "hello"]):
            clear(taskops(root, *words, **at.variables), 8, "default.json")
        assert path.read_text() == damaged
        assert at.written() == before


def test_a_write_without_an_answer_is_nine_and_the_next_apply_looks(
    tmp_path: Path,
) -> None:
    root = project(tmp_path)
    cut: dict[str, object] = {"method": "POST", "do": "reset", "when": "after"}
    # The first listing is the plan's; from then on nobody tells what is there.
    deaf: list[dict[str, object]] = [
        {"method": "GET", "do": "status", "status": 400, "nth": n} for n in range(2, 20)
    ]
    with service() as at:
        clear(applying(root, at, cut, *deaf), 9, "unknown", "taskops apply")
        sent = at.sent()
        clear(applying(root, at), 0)
        # It was there all the time, and is not sent again.
        assert at.sent() == sent
        assert len(set(sent["hello"])) == 1


def test_an_account_file_that_is_none_is_named(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / ".taskops").mkdir()
    (root / ".taskops" / "emulator.db").write_text("no database\n" * 100)
    clear(taskops(root, "plan", "--emulator"), 1, "emulator.db", "move the file away")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "https://",
        "ftp://127.0.0.1",
        "127.0.0.1:80",
        "nowhere",
        "http://127.0.0.1:port",
        "http://[::1",
        "https://user:hidden@example.com:99999",
    ],
)
def test_an_address_that_is_none_is_a_usage_error(tmp_path: Path, url: str) -> None:
    root = project(tmp_path)
    variables = {"ANCHORBROWSER_API_KEY": "k", "ANCHORBROWSER_BASE_URL": url}
    said = clear(taskops(root, "plan", **variables), 64, "the address of Anchor")
    assert "hidden" not in said.err
