"""A process that is killed while it starts something billable, and the next one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from taskops.emulator.app import Emulator
    from taskops.emulator.server import Server

MANIFEST = """\
name: invoice
description: Get the invoice.
generate:
  user_task: {prompt}
"""


@pytest.fixture(autouse=True)
def _ready_at_once(emulator: Emulator) -> None:
    emulator.set_behaviours({"generate_polls": "0"})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "taskops.yaml").write_text("version: 1\nproject: p\n")
    (tmp_path / "tasks").mkdir()
    write(tmp_path, "Get it.")
    return tmp_path


def write(project: Path, prompt: str) -> None:
    text = MANIFEST.format(prompt=prompt)
    (project / "tasks" / "invoice.yaml").write_text(text)


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


def finished(process: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = process.communicate(timeout=60)
    return process.returncode, said


def wait_until(seen: object, what: object) -> None:
    ends = time.monotonic() + 20
    while not what():  # type: ignore[operator]  # a question
        assert time.monotonic() < ends, seen
        time.sleep(0.02)


def generations(emulator: Emulator) -> list[str]:
    return [c["name"] for c in emulator.commits() if c["kind"] == "generate"]


@pytest.mark.parametrize("changed", [False, True])
def test_killed_between_the_commit_and_the_answer_it_is_one_generation(
    emulator: Emulator, server: Server, project: Path, changed: bool
) -> None:
    emulator.set_faults(
        [{"path": "generate$", "do": "delay", "seconds": 5, "when": "after", "nth": 1}]
    )
    process = start(project, server)
    wait_until(emulator.commits(), lambda: generations(emulator))
    process.kill()
    finished(process)
    if changed:
        write(project, "Get the newest.")

    code, said = finished(start(project, server))

    assert code == 0, said
    # What is in flight is found again and waited for; if git went on meanwhile, it is
    # replaced by one start of what git says now.
    assert len(generations(emulator)) == (2 if changed else 1)
    code, said = finished(start(project, server))
    assert code == 0, said
    assert len(generations(emulator)) == (2 if changed else 1)
    rows = emulator.account.store.tasks(deleted=False, limit=-1, offset=0)
    assert [row["name"] for row in rows] == ["invoice"]


def test_killed_before_anything_was_committed_a_person_decides(
    emulator: Emulator, server: Server, project: Path
) -> None:
    emulator.set_faults([{"path": "generate$", "do": "hang", "nth": 1}])
    process = start(project, server)
    wait_until("it was never sent", lambda: emulator.faults.injected)
    process.kill()
    finished(process)
    emulator.set_faults([])

    code, said = finished(start(project, server))

    # Nothing is there and nothing says that nothing will be: never by itself.
    assert code == 9, said
    assert "--retry invoice" in said
    assert generations(emulator) == []
    assert finished(start(project, server, "--retry", "invoice"))[0] == 0
    assert generations(emulator) == ["invoice"]


def test_killed_when_it_was_ready_and_not_written_down_it_is_found_ready(
    emulator: Emulator, server: Server, project: Path
) -> None:
    emulator.set_faults([{"path": "/latest$", "do": "hang", "nth": 1}])
    process = start(project, server)
    wait_until("it never became ready", lambda: emulator.faults.injected)
    process.kill()
    finished(process)
    emulator.set_faults([])

    code, said = finished(start(project, server))

    assert code == 0, said
    assert generations(emulator) == ["invoice"]


def test_killed_while_it_waits_the_next_run_goes_on_waiting(
    emulator: Emulator, server: Server, project: Path
) -> None:
    emulator.set_behaviours({"generate_polls": "1000000"})
    process = start(project, server)

    def polled() -> bool:
        return any(r["path"].endswith("-status") for r in emulator.requests())

    wait_until(emulator.requests(), polled)
    process.kill()
    finished(process)
    for generation in emulator.account.store.things("generation"):
        ready = generation | {"polls": 0}
        emulator.account.store.put_thing("generation", generation["id"], ready)

    code, said = finished(start(project, server))

    assert code == 0, said
    assert generations(emulator) == ["invoice"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "step",
    [
        ("POST", "generate$", 1),
        ("PUT", "task/", 1),
        ("PUT", "task/", 2),
        ("DELETE", "task/", 1),
    ],
)
def test_killed_in_the_middle_of_a_replacement_it_comes_to_its_end(
    emulator: Emulator,
    server: Server,
    project: Path,
    step: tuple[str, str, int],
    when: str,
) -> None:
    method, path, nth = step
    assert finished(start(project, server))[0] == 0
    write(project, "Get the newest.")
    rule = {"method": method, "path": path, "do": "hang", "when": when, "nth": nth}
    emulator.set_faults([rule])
    process = start(project, server)
    wait_until("that step never came", lambda: emulator.faults.injected)
    before = (method, when) == ("POST", "before")
    if not before:
        wait_until("it was never started", lambda: len(generations(emulator)) == 2)
    process.kill()
    finished(process)
    emulator.set_faults([])
    if before:
        assert finished(start(project, server))[0] == 9
        assert finished(start(project, server, "--retry", "invoice"))[0] == 0

    code, said = finished(start(project, server))

    assert code == 0, said
    assert len(generations(emulator)) == 2
    rows = emulator.account.store.tasks(deleted=False, limit=-1, offset=0)
    assert [row["name"] for row in rows] == ["invoice"]
