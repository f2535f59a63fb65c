"""A disk that is full from the beginning, or fills up while an apply runs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from cli.service import Service, service
from cli.shell import TASKOPS, project, taskops

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

if sys.platform != "linux":
    pytest.skip("the limit of another process is set here", allow_module_level=True)

import resource

PATIENCE = 30.0
PROMPT = "name: g{0}\ndescription: d\ngenerate:\n  user_task: get {0}\n"


@pytest.fixture
def at() -> Iterator[Service]:
    with service(latency=0.05) as running:
        yield running


def started(root: Path, at: Service, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*TASKOPS, "apply", "--yes", "--parallelism", "1", *words],
        cwd=root,
        env={**os.environ, **at.variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


def fill_the_disk(running: subprocess.Popen[str]) -> None:
    """No file takes a byte any more; pipes and sockets do."""
    resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (0, 0))


def generated(root: Path, count: int) -> None:
    for number in range(count):
        text = PROMPT.format(number)
        (root / "tasks" / f"g{number}.yaml").write_text(text, "utf-8")


def kinds(at: Service, kind: str) -> list[str]:
    return [c["name"] for c in at.written() if c["kind"] == kind]


def test_a_disk_that_fills_up_starts_nothing_more_and_says_what_is_known(
    tmp_path: Path, at: Service
) -> None:
    root = project(tmp_path)
    generated(root, 4)
    running = started(root, at, "--select", "g*")
    until(lambda: len(kinds(at, "generate")) == 1)
    fill_the_disk(running)
    out, err = running.communicate(timeout=PATIENCE)

    assert running.returncode == 5, err
    # What nobody could write down was not sent: it would be billed.
    assert len(kinds(at, "generate")) == 1
    assert "not started: the ledger" in out
    assert "what it should hold is kept in standard error" in out
    assert '"address": "anchor/g0"' in err
    again = taskops(root, "apply", "--yes", **at.variables)
    assert again.code == 0, again.err
    assert sorted(kinds(at, "generate")) == ["g0", "g1", "g2", "g3"]


def test_code_that_was_written_is_found_by_the_next_apply(
    tmp_path: Path, at: Service
) -> None:
    root = project(tmp_path, tasks=4)
    running = started(root, at)
    until(lambda: len(at.written()) >= 2)
    fill_the_disk(running)
    out, err = running.communicate(timeout=PATIENCE)

    assert running.returncode == 5, err
    assert "The ledger could not be closed" in out
    again = taskops(root, "apply", "--yes", **at.variables)
    assert again.code == 0, again.err
    assert sorted(kinds(at, "deploy")) == ["hello", "t0", "t1", "t2"]
    assert sorted(kinds(at, "upsert")) == ["hello", "t0", "t1", "t2"]


def with_files_of(blocks: int, root: Path, at: Service, *words: str) -> tuple[int, str]:
    """A command that can write no larger file than so many half KiB."""
    command = f'ulimit -f {blocks}; exec "$@"'
    ran = subprocess.run(
        ["/bin/sh", "-c", command, "sh", *TASKOPS, *words],
        cwd=root,
        env={**os.environ, **at.variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return ran.returncode, ran.stderr


def test_a_pull_that_stops_half_way_can_be_repeated(
    tmp_path: Path, at: Service
) -> None:
    root = project(tmp_path)
    long = "export default async () => 1\n" + "// more\n" * 1000
    at.account.edit(name="remote", latest={"code": long})

    code, said = with_files_of(1, root, at, "pull", "remote")

    assert code == 1
    assert "`remote.ts` could not be written" in said
    assert sorted(p.name for p in (root / "tasks").iterdir()) == [
        "hello.ts",
        "hello.yaml",
    ]
    again = taskops(root, "pull", "remote", **at.variables)
    assert again.code == 0, again.err


def test_a_first_step_that_has_no_room_leaves_no_empty_file(
    tmp_path: Path, at: Service
) -> None:
    code, said = with_files_of(0, tmp_path, at, "init")

    assert code == 1
    assert "`taskops.yaml` could not be written" in said
    assert list(tmp_path.iterdir()) == []
    assert taskops(tmp_path, "init").code == 0


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_a_ledger_that_cannot_be_written_is_refused_before_the_first_write(
    tmp_path: Path, at: Service, how: str
) -> None:
    root = project(tmp_path)
    if how == "read-only":
        if os.geteuid() == 0:
            pytest.skip("nothing is read-only for root")
        root.chmod(0o555)
    blocks = 0 if how == "full" else 1000

    code, said = with_files_of(blocks, root, at, "apply", "--yes")

    assert code == 1
    assert "the ledger cannot be written" in said
    assert "hint: free some space" in said
    assert at.written() == []
