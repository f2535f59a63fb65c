"""A signal while git pushes the ledger, and the remote does not answer."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from cli.repositories import clones, commit
from cli.service import Service, service
from cli.shell import TASKOPS, taskops

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 30.0
"""Seconds after which a test gives up; the remote sleeps for longer."""

GENERATED = "name: invoice\ndescription: d\ngenerate:\n  user_task: get it\n"


@pytest.fixture
def at() -> Iterator[Service]:
    with service() as running:
        yield running


def sleeps_at(folder: Path, number: int) -> Path:
    """The remote answers the pushes before that one; the file tells that it came."""
    hook = folder / "remote.git" / "hooks" / "pre-receive"
    count, came = folder / "pushes", folder / "came"
    hook.write_text(
        f"#!/bin/sh\necho >> {count}\n"
        f"[ $(wc -l < {count}) -eq {number} ] || exit 0\n"
        f"touch {came}\nsleep {3 * PATIENCE:.0f}\n"
    )
    hook.chmod(0o755)
    return came


@pytest.mark.parametrize("number", [1, 2, 3], ids=["open", "intent", "started"])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_remote_that_sleeps_keeps_nobody_who_was_told_to_stop(
    tmp_path: Path, at: Service, number: int, sent: signal.Signals
) -> None:
    root, _ = clones(tmp_path, 0)
    (root / "tasks").mkdir(exist_ok=True)
    (root / "tasks" / "invoice.yaml").write_text(GENERATED, "utf-8")
    commit(root, "a task")
    came = sleeps_at(tmp_path, number)
    running = subprocess.Popen(
        [*TASKOPS, "apply", "--yes"],
        cwd=root,
        env={**os.environ, **at.variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    ends = time.monotonic() + PATIENCE
    while not came.exists():
        assert time.monotonic() < ends
        time.sleep(0.02)
    running.send_signal(sent)
    # Without an end of its own the push would be waited for three times as long.
    out, err = running.communicate(timeout=PATIENCE)

    assert running.returncode == 128 + sent, err
    generated = [c for c in at.written() if c["kind"] == "generate"]
    assert len(generated) == (number == 3)
    if number > 1:
        assert "The ledger could not be closed" in out
        assert [*root.glob(".taskops/unrecorded-*.json")]
    (tmp_path / "remote.git" / "hooks" / "pre-receive").unlink()
    held = taskops(root, "apply", "--yes", **at.variables)
    over = held.err.partition("--take-over ")[2].split("`")[0].strip()
    words = ("--take-over", over) if over else ("--retry", "invoice")
    again = taskops(root, "apply", "--yes", *words, **at.variables)
    if again.code == 9:
        # The intent arrived and the start did not: a person says so.
        again = taskops(root, "apply", "--yes", "--retry", "invoice", **at.variables)
    assert again.code == 0, again.err
    assert len([c for c in at.written() if c["kind"] == "generate"]) == 1
