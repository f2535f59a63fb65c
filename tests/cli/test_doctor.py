from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from cli.service import service
from cli.shell import edit, project, taskops

if TYPE_CHECKING:
    from pathlib import Path


def found(out: str) -> dict[str, str]:
    """By its first word or two, the verdict and the rest of each line."""
    return {line[5:28].strip(): line[:5] + line[28:] for line in out.splitlines()}


def test_all_is_well_with_the_emulator(tmp_path: Path) -> None:
    said = taskops(project(tmp_path), "doctor", "--emulator")
    assert said.code == 0, said.out
    lines = found(said.out)
    assert list(lines) == [
        "python",
        "terminal",
        "project",
        "manifests",
        "git",
        "ledger",
        "anchor key",
        "anchor endpoint",
    ]
    assert all(line.startswith("ok") for line in lines.values())
    assert lines["manifests"].endswith("1 task, valid")


def test_all_is_well_with_a_service_and_one_request(tmp_path: Path) -> None:
    with service(key="hush-hush") as there:
        said = taskops(project(tmp_path), "doctor", **there.variables)
        asked = there.asked()
        listing = there.account.requests()[0]["query"]
    assert said.code == 0, said.out
    assert asked == [("GET", "/v1/task")]
    assert listing == {"page": "1", "limit": "1"}
    assert "hush-hush" not in said.out + said.err
    assert found(said.out)["clock"] == "ok   agrees with anchor"


def test_a_missing_key_is_told_with_its_variable(tmp_path: Path) -> None:
    said = taskops(project(tmp_path), "doctor")
    assert said.code == 1
    line = found(said.out)["anchor key"]
    assert line.startswith("FAIL")
    assert "; fix: set ANCHORBROWSER_API_KEY" in line


def test_a_wrong_key_is_told_and_not_shown(tmp_path: Path) -> None:
    with service(key="right") as there:
        variables = there.variables | {"ANCHORBROWSER_API_KEY": "wrong-and-secret"}
        said = taskops(project(tmp_path), "doctor", **variables)
    assert said.code == 1
    assert "does not take the key" in found(said.out)["anchor endpoint"]
    assert "wrong-and-secret" not in said.out + said.err


def test_a_service_that_is_not_there_is_told(tmp_path: Path) -> None:
    nowhere = {
        "ANCHORBROWSER_API_KEY": "any",
        "ANCHORBROWSER_BASE_URL": "http://127.0.0.1:9",
    }
    said = taskops(project(tmp_path), "doctor", **nowhere)
    assert said.code == 1
    assert "fix: check the network" in found(said.out)["anchor endpoint"]


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("Mon, 01 Jan 2001 00:00:00 GMT", "s ahead of anchor; fix: set the clock"),
        ("Fri, 01 Jan 2100 00:00:00 GMT", "s behind anchor; fix: set the clock"),
    ],
)
def test_a_clock_that_is_wrong_is_told(tmp_path: Path, date: str, told: str) -> None:
    body = {"data": {"tasks": [], "total": 0, "page": 1, "limit": 1}}
    rule = {"do": "status", "status": 200, "headers": {"Date": date}, "body": body}
    with service() as there:
        there.account.set_faults([rule])
        said = taskops(project(tmp_path), "doctor", **there.variables)
    assert said.code == 1
    assert told in found(said.out)["clock"]


def test_without_a_project_the_fix_is_init(tmp_path: Path) -> None:
    said = taskops(tmp_path, "doctor")
    assert said.code == 1
    assert "fix: `taskops init` writes one" in found(said.out)["project"]


def test_a_mistake_in_a_manifest_hides_nothing_else(tmp_path: Path) -> None:
    root = project(tmp_path)
    edit(root, "browserConfiguration:", "browserConfig:")
    said = taskops(root, "doctor", "--emulator")
    assert said.code == 1
    lines = found(said.out)
    assert "1 problem, first tasks/hello.yaml:5:1" in lines["manifests"]
    assert "fix: run `taskops validate`" in lines["manifests"]
    assert lines["anchor endpoint"].startswith("ok")


def test_a_variable_that_is_missing_is_told(tmp_path: Path) -> None:
    root = project(tmp_path)
    fields = ("server", "username", "password")
    proxy = ", ".join(f"{name}: '${{env.P}}'" for name in fields)
    proxy = f"proxy: {{active: true, type: custom, {proxy}}}"
    edit(root, "timeout:", f"{proxy}\n  timeout:")
    said = taskops(root, "doctor", "--emulator")
    assert said.code == 1
    assert "TASKOPS_VAR_P" in found(said.out)["variables"]
    given = taskops(root, "doctor", "--emulator", TASKOPS_VAR_P="hush-hush")
    assert given.code == 0, given.out
    assert "hush-hush" not in given.out


def test_a_ledger_in_git_needs_a_remote(tmp_path: Path) -> None:
    root = project(tmp_path)
    edit(root, "version: 1", "version: 1\nledger: git", "taskops.yaml")
    none = taskops(root, "doctor", ANCHORBROWSER_API_KEY="any")
    assert "fix: run `git init` there" in found(none.out)["git"]
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    alone = taskops(root, "doctor", ANCHORBROWSER_API_KEY="any")
    assert "fix: run `git remote add origin …`" in found(alone.out)["git"]
    assert found(alone.out)["ledger"].startswith("FAIL")


def test_a_damaged_ledger_is_told(tmp_path: Path) -> None:
    root = project(tmp_path)
    taskops(root, "apply", "--emulator", "--yes")
    (root / ".taskops" / "emulator-ledger" / "default.json").write_text("{")
    said = taskops(root, "doctor", "--emulator")
    assert said.code == 1
    assert found(said.out)["ledger"].startswith("FAIL")


def test_it_writes_nothing(tmp_path: Path) -> None:
    root = project(tmp_path)
    with service() as there:
        taskops(root, "doctor", **there.variables)
        assert there.written() == []
    assert not (root / ".taskops").exists()


def test_a_stream_without_signs_or_colours_is_told(tmp_path: Path) -> None:
    said = taskops(
        project(tmp_path),
        "doctor",
        "--emulator",
        PYTHONUTF8="0",
        PYTHONIOENCODING="ascii",
    )
    assert said.code == 0
    assert "ascii, no colours, plain signs" in found(said.out)["terminal"]
