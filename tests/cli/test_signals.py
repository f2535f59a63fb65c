from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from cli.service import Service, service
from cli.shell import TASKOPS, project, taskops

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 30.0
"""Seconds after which a test gives up; nothing is measured with it."""


@pytest.fixture
def at() -> Iterator[Service]:
    with service() as running:
        yield running


def started(root: Path, at: Service, *words: str) -> subprocess.Popen[bytes]:
    """An apply on its way."""
    return subprocess.Popen(
        [*TASKOPS, "apply", "--yes", *words],
        cwd=root,
        env={**os.environ, **at.variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def until(true: Callable[[], bool]) -> None:
    """Wait for it."""
    ends = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


def wait_for_writes(at: Service, running: subprocess.Popen[bytes], count: int) -> None:
    """Until the account took so many, or nobody is left to make them."""
    until(lambda: len(at.written()) >= count or running.poll() is not None)


def converges(root: Path, at: Service, count: int) -> None:
    """The next apply finishes it, and after that there is nothing to do."""
    at.account.latency = 0.0
    again = taskops(root, "apply", "--yes", **at.variables)
    assert again.code == 0, again.err
    last = taskops(root, "plan", "--detailed-exitcode", **at.variables)
    assert last.code == 0, last.out
    assert f"nothing to change, {count} unchanged" in last.out
    assert "open:" not in taskops(root, "status").out


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_while_every_answer_hangs_still_ends_with_a_report(
    tmp_path: Path, at: Service, number: int, code: int
) -> None:
    root = project(tmp_path, tasks=6)
    # Reads are quick; every write is carried out, and its answer never comes.
    rule = {"method": "POST", "do": "hang", "seconds": PATIENCE}
    at.account.set_faults([rule])
    running = started(root, at, "--parallelism", "3")
    until(lambda: len(at.account.faults.injected) == 3)
    running.send_signal(number)
    # Five seconds of grace, and not the half minute of the answers.
    out, err = running.communicate(timeout=PATIENCE / 2)
    assert running.returncode == code, err
    assert b"Traceback" not in err
    assert b"3 unknown" in out
    assert b"3 not started" in out
    assert b"Go on with: taskops apply" in out
    assert "open:" not in taskops(root, "status").out
    at.account.set_faults([])
    converges(root, at, 6)
    assert {len(set(ids)) for ids in at.sent().values()} == {1}


@pytest.mark.parametrize(
    ("number", "code", "told"),
    [(signal.SIGINT, 130, b"interrupted"), (signal.SIGTERM, 143, b"terminated")],
)
def test_a_signal_before_the_first_write_ends_it_at_once(
    tmp_path: Path, at: Service, number: int, code: int, told: bytes
) -> None:
    root = project(tmp_path, tasks=2)
    at.account.set_faults([{"do": "hang", "seconds": PATIENCE}])
    running = started(root, at, "--json-into", "events")
    until(lambda: bool(at.account.faults.injected))
    running.send_signal(number)
    out, err = running.communicate(timeout=PATIENCE / 2)
    assert running.returncode == code, err
    assert out == b""
    assert told in err
    assert b"Traceback" not in err
    end = json.loads((root / "events").read_text().splitlines()[-1])
    assert (end["type"], end["exit_code"]) == ("end", code)


def test_a_start_is_in_progress_after_a_signal_or_was_never_sent(
    tmp_path: Path, at: Service
) -> None:
    root = project(tmp_path)
    for n in range(6):
        text = f"name: g{n}\ndescription: d\ngenerate: {{user_task: get {n}}}\n"
        (root / "tasks" / f"g{n}.yaml").write_text(text)
    slow = {"path": "generate$", "do": "delay", "seconds": 2, "when": "after"}
    at.account.set_faults([slow])
    # One more than there are lanes has written down what it means to start.
    running = started(root, at, "--parallelism", "4", "--select", "g*")
    until(lambda: len(at.account.faults.injected) == 4)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130, err
    assert b"4 still in progress, 2 not started" in out
    at.account.set_faults([])
    at.account.set_behaviours({"generate_polls": "0"})
    converges(root, at, 7)
    assert sum(c["kind"] == "generate" for c in at.written()) == 6


def test_the_second_signal_does_not_wait_for_anything(
    tmp_path: Path, at: Service
) -> None:
    root = project(tmp_path, tasks=3)
    at.account.set_faults([{"method": "POST", "do": "hang", "seconds": PATIENCE}])
    running = started(root, at, "--json-into", "events")
    until(lambda: len(at.account.faults.injected) == 3)
    running.send_signal(signal.SIGINT)
    told = running.stderr
    assert told is not None
    # It says that it heard of the first one.
    until(lambda: b"stopping" in os.read(told.fileno(), 4096))
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130
    assert b"Apply:" not in out
    events = [json.loads(x) for x in (root / "events").read_text().splitlines()]
    assert [event["seq"] for event in events] == list(range(len(events)))
    assert (events[-1]["type"], events[-1]["exit_code"]) == ("end", 130)


def test_killed_at_any_moment_the_next_apply_finishes_it(
    tmp_path: Path, at: Service
) -> None:
    count = 12
    root = project(tmp_path, tasks=count)
    dice = random.Random(20)  # the same moments in every run
    for _ in range(6):
        at.account.latency = 0.01
        running = started(root, at, "--parallelism", "2")
        seen = len(at.written())
        more = seen + dice.randrange(1, 5)
        wait_for_writes(at, running, more)
        time.sleep(dice.random() * 0.03)
        running.kill()
        _, err = running.communicate(timeout=PATIENCE)
        # A dead apply still holds the ledger of the machine it died on.
        assert running.returncode in (-signal.SIGKILL, 0), err
    converges(root, at, count)
    assert {name: len(ids) for name, ids in at.sent().items()} == dict.fromkeys(
        ["hello", *(f"t{n}" for n in range(count - 1))], 1
    )
