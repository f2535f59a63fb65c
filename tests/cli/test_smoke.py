"""`apply --smoke` runs what it changed, and can take it back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from taskops.ledger.disk import FileLock

if TYPE_CHECKING:
    from pathlib import Path

    from taskops.emulator.app import Emulator
    from taskops.emulator.server import Server


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "taskops.yaml").write_text("version: 1\nproject: p\n")
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "t.yaml").write_text("name: t\ncode: t.ts\n")
    write(tmp_path, 1)
    return tmp_path


def write(project: Path, number: int) -> None:
    text = f"export default async function run() {{\n  return {number};\n}}\n"
    (project / "tasks" / "t.ts").write_text(text)


def start(project: Path, server: Server, *words: str) -> subprocess.Popen[str]:
    environ = os.environ | {
        "ANCHORBROWSER_API_KEY": "k",
        "ANCHORBROWSER_BASE_URL": server.url,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "taskops", "apply", "--yes", *words],
        cwd=project,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def apply(project: Path, server: Server, *words: str) -> tuple[int, str]:
    process = start(project, server, *words)
    said, _ = process.communicate(timeout=60)
    return process.returncode, said


def fail_runs(emulator: Emulator, *others: dict[str, object]) -> None:
    body = '{"data":{"success":false,"async":false,"message":"","error":"it threw"}}'
    rule = {
        "method": "POST",
        "path": "/run/",
        "do": "status",
        "status": 200,
        "body": body,
    }
    emulator.set_faults([*others, rule])


def kinds(emulator: Emulator) -> list[str]:
    return [str(commit["kind"]) for commit in emulator.commits()]


def test_what_was_changed_is_run_once(
    emulator: Emulator, server: Server, project: Path
) -> None:
    code, said = apply(project, server, "--smoke")

    assert code == 0, said
    assert "smoke: 1 of 1 succeeded" in said
    assert kinds(emulator).count("run") == 1


def test_what_was_not_changed_is_not_run(
    emulator: Emulator, server: Server, project: Path
) -> None:
    apply(project, server)

    code, _ = apply(project, server, "--smoke")

    assert code == 0
    assert "run" not in kinds(emulator)


def test_a_run_that_fails_makes_the_apply_fail(
    emulator: Emulator, server: Server, project: Path
) -> None:
    fail_runs(emulator)

    code, said = apply(project, server, "--smoke")

    assert code == 1
    assert "it threw" in said


def test_what_fails_is_taken_back_to_the_version_before(
    emulator: Emulator, server: Server, project: Path
) -> None:
    apply(project, server)
    before = emulator.commits()[-1]["code"]
    write(project, 2)
    fail_runs(emulator)

    code, said = apply(project, server, "--smoke-rollback")
    emulator.set_faults([])
    again, refused = apply(project, server)

    assert code == 1
    assert "is live again" in said
    assert emulator.commits()[-1]["kind"] == "deploy"
    assert emulator.commits()[-1]["code"] == before
    assert again == 6, refused
    write(project, 3)
    mended, said = apply(project, server)
    assert mended == 0, said


def test_what_is_taken_back_has_no_setting_of_what_failed(
    emulator: Emulator, server: Server, project: Path
) -> None:
    apply(project, server)
    write(project, 2)
    manifest = "name: t\ncode: t.ts\nbrowserConfiguration: {x402: true}\n"
    (project / "tasks" / "t.yaml").write_text(manifest)
    fail_runs(emulator)

    apply(project, server, "--smoke-rollback")

    (there,) = emulator.account.store.tasks(deleted=False, limit=-1, offset=0)
    live = emulator.account.store.latest(there["id"])
    assert live is not None
    assert live["browserConfiguration"] == {"x402": False}


def test_without_a_version_before_nothing_is_taken_back(
    emulator: Emulator, server: Server, project: Path
) -> None:
    fail_runs(emulator)

    code, said = apply(project, server, "--smoke-rollback")

    assert code == 1
    assert "no version before" in said


def test_what_could_not_be_run_says_nothing_about_the_version(
    emulator: Emulator, server: Server, project: Path
) -> None:
    apply(project, server)
    write(project, 2)
    unpaid = {"do": "status", "status": 402, "method": "POST", "path": "/run/"}
    emulator.set_faults([unpaid])

    code, said = apply(project, server, "--smoke-rollback")

    assert code == 1
    assert "t: stays live, for it was not seen to fail" in said
    assert "\\n" not in said
    assert kinds(emulator).count("deploy") == 2
    emulator.set_faults([])
    assert apply(project, server)[0] == 0


NO_ANSWER = {"method": "POST", "path": "deploy$", "do": "reset", "nth": 2}


def test_a_version_is_taken_back_though_the_answer_to_that_was_lost(
    emulator: Emulator, server: Server, project: Path
) -> None:
    apply(project, server)
    write(project, 2)
    fail_runs(emulator, {**NO_ANSWER, "when": "after"})

    code, said = apply(project, server, "--smoke-rollback")
    emulator.set_faults([])
    write(project, 3)

    assert (code, "is live again" in said) == (1, True), said
    assert kinds(emulator).count("deploy") == 3
    mended, said = apply(project, server)
    assert mended == 0, said


def test_where_nobody_knows_whether_it_was_taken_back_that_is_told(
    emulator: Emulator, server: Server, project: Path
) -> None:
    apply(project, server)
    write(project, 2)
    fail_runs(emulator, {**NO_ANSWER, "when": "before"})

    code, said = apply(project, server, "--smoke-rollback")

    assert code == 9
    assert "nobody knows whether it was taken back" in said
    assert kinds(emulator).count("deploy") == 2


def test_a_run_that_nobody_knows_to_be_started_leaves_the_apply_in_doubt(
    emulator: Emulator, server: Server, project: Path
) -> None:
    emulator.set_faults([{"path": "/run/", "do": "reset", "when": "after"}])

    code, said = apply(project, server, "--smoke")

    assert code == 9, said


def test_what_was_taken_back_is_told_though_the_ledger_is_held(
    emulator: Emulator, server: Server, project: Path
) -> None:
    apply(project, server)
    write(project, 2)
    body = '{"data":{"status":"failure"}}'
    late = {"path": "executions", "do": "delay", "seconds": 2, "times": 1}
    then = {"path": "executions", "do": "status", "status": 200, "body": body}
    emulator.set_faults([late, then])
    process = start(project, server, "--smoke-rollback")
    lock = FileLock(project / ".taskops" / "ledger" / "default.lock")
    assert process.stdout is not None
    assert any("Apply: 1 applied" in line for line in process.stdout)
    assert lock.take()

    said, _ = process.communicate(timeout=60)
    lock.release()

    assert process.returncode == 1, said
    assert "is live again" in said
    assert "could not be noted" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_wait_for_a_run(
    emulator: Emulator, server: Server, project: Path, number: int
) -> None:
    body = '{"data":{"status":"running"}}'
    rule = {"path": "executions", "do": "status", "status": 200, "body": body}
    emulator.set_faults([rule])
    process = start(project, server, "--smoke")
    assert process.stdout is not None
    assert any("t: running" in line for line in process.stdout)

    process.send_signal(number)
    said, _ = process.communicate(timeout=20)

    assert process.returncode == 128 + number
    assert "what was started goes on on the service" in said
