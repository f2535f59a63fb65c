from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

from cli.shell import TASKOPS, project, taskops

if TYPE_CHECKING:
    from pathlib import Path


def test_it_serves_the_account_that_the_flag_uses(tmp_path: Path) -> None:
    root = project(tmp_path)
    running = subprocess.Popen(
        [*TASKOPS, "emulator", "--port", "0"],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    name, _, url = running.stdout.readline().strip().partition("=")
    assert name == "ANCHORBROWSER_BASE_URL"
    variables = {name: url, "ANCHORBROWSER_API_KEY": "any"}
    assert taskops(root, "apply", "--yes", **variables).code == 0
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=20)
    assert running.returncode == 0
    assert "1 adopted" in taskops(root, "plan", "--emulator").out


def test_a_behaviour_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    for given in ("nope=1", "wrapper=maybe", "wrapper"):
        said = taskops(project(tmp_path), "emulator", "--behaviour", given)
        assert said.code == 64
        assert "--behaviours lists them" in said.err


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = taskops(project(tmp_path), "emulator", "--port", port)
    assert said.code == 64
    assert f"port {port} cannot be used" in said.err


def test_an_account_of_another_version_is_refused_with_a_way_out(
    tmp_path: Path,
) -> None:
    root = project(tmp_path)
    assert taskops(root, "plan", "--emulator").code == 0
    with closing(sqlite3.connect(root / ".taskops" / "emulator.db")) as account:
        account.execute("PRAGMA user_version=99")

    said = taskops(root, "plan", "--emulator")

    assert said.code == 1
    assert "emulator.db` cannot be opened" in said.err
    assert "a newer version of taskops wrote it" in said.err
    assert "move the file away to begin with an empty account" in said.err


def test_no_key_leaves_this_machine_with_the_flag(tmp_path: Path) -> None:
    root = project(tmp_path)
    # Nothing listens there: whoever asked would fail.
    nowhere = {"ANCHORBROWSER_BASE_URL": "http://127.0.0.1:9"}
    assert os.environ.get("ANCHORBROWSER_API_KEY") is None
    assert taskops(root, "plan", "--emulator", **nowhere).code == 0
