from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from cli.shell import TASKOPS, project, taskops

from taskops.emulator.app import Emulator
from taskops.emulator.server import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECONDS = 20


@contextmanager
def slow_service(latency: float) -> Iterator[dict[str, str]]:
    """An account on a socket that takes its time, as variables."""
    emulator = Emulator(latency=latency)
    server = serve(emulator)
    try:
        yield {
            "ANCHORBROWSER_API_KEY": "k",
            "ANCHORBROWSER_BASE_URL": server.url,
        }
    finally:
        server.close()
        emulator.close()


def wait_for(text: bytes, running: subprocess.Popen[bytes]) -> None:
    """Read standard error until it says so."""
    assert running.stderr is not None
    said = b""
    until = time.monotonic() + SECONDS
    while text not in said:
        assert time.monotonic() < until, said
        if select.select([running.stderr], [], [], 0.1)[0]:
            said += os.read(running.stderr.fileno(), 4096)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_ends_an_apply_with_everything_written_down(
    tmp_path: Path, number: int, code: int
) -> None:
    root = project(tmp_path, tasks=40)
    with slow_service(0.05) as variables:
        command = [*TASKOPS, "apply", "--yes", "--parallelism", "2"]
        running = subprocess.Popen(
            [*command, "--json-into", "events"],
            cwd=root,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        wait_for(b": applied", running)
        running.send_signal(number)
        out, err = running.communicate(timeout=SECONDS)
        assert running.returncode == code, err
        assert b"not started" in out
        assert b"Go on with: taskops apply" in out
        end = json.loads((root / "events").read_text().splitlines()[-1])
        assert (end["type"], end["exit_code"]) == ("end", code)
        applied = taskops(root, "status", **variables).out
        assert 0 < applied.count("anchor/") < 40
        assert taskops(root, "apply", "--yes", **variables).code == 0
        last = taskops(root, "plan", "--detailed-exitcode", **variables)
        assert (last.code, "40 unchanged" in last.out) == (0, True)


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    root = project(tmp_path, tasks=4)
    ledger = root / ".taskops" / "ledger" / "default.json"
    with slow_service(1.5) as variables:
        running = subprocess.Popen(
            [*TASKOPS, "apply", "--yes", "--parallelism", "1"],
            cwd=root,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        until = time.monotonic() + SECONDS
        while not ledger.exists() and time.monotonic() < until:
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        wait_for(b"stopping", running)
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=SECONDS)
    assert running.returncode == 130
    # A graceful end would have waited for the answer and told what became of it.
    assert b"Apply:" not in out


def at_a_terminal(
    root: Path, answer: bytes, meanwhile: Callable[[], object] = bool
) -> tuple[int, bytes]:
    """Run apply with a person at a terminal who types the answer."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [*TASKOPS, "apply", "--emulator"],
        cwd=root,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    said, typed = b"", False
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if not select.select([ours], [], [], 0.1)[0]:
            continue
        try:
            data = os.read(ours, 4096)
        except OSError:
            break
        if not data:
            break
        said += data
        if b"is accepted: " in said and not typed:
            meanwhile()
            os.write(ours, answer)
            typed = True
    os.close(ours)
    return running.wait(SECONDS), said


@pytest.mark.parametrize(
    ("answer", "code"), [(b"yes\n", 0), (b"y\n", 6), (b"\n", 6), (b"\x04", 6)]
)
def test_only_yes_is_a_yes(tmp_path: Path, answer: bytes, code: int) -> None:
    root = project(tmp_path)
    ended, said = at_a_terminal(root, answer)
    assert ended == code
    assert b"Apply 1 change? Only `yes` is accepted: " in said
    assert said.index(b"+ hello") < said.index(b"Apply 1 change?")
    ours = taskops(root, "status", "--emulator").out.startswith("anchor/hello")
    assert ours == (code == 0)


def test_what_moves_while_somebody_reads_is_not_written_over(tmp_path: Path) -> None:
    root = project(tmp_path)

    def edit() -> None:
        account = Emulator(str(root / ".taskops" / "emulator.db"))
        account.edit(name="hello", draft={"code": "// by hand"})
        account.close()

    ended, said = at_a_terminal(root, b"yes\n", edit)
    assert ended in (6, 8)
    account = Emulator(str(root / ".taskops" / "emulator.db"))
    assert [c["kind"] for c in account.commits()] == ["edit"]
    account.close()
    assert b"Apply:" not in said
