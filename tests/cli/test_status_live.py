"""`status --live` asks the service too."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def taskops(root: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "taskops", *words, "--emulator"],
        cwd=root,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_versions_a_draft_and_the_last_runs_are_told(tmp_path: Path) -> None:
    (tmp_path / "taskops.yaml").write_text("version: 1\nproject: p\n")
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "t.yaml").write_text("name: t\ncode: t.ts\n")
    (tmp_path / "tasks" / "t.ts").write_text("export default async () => 1\n")
    taskops(tmp_path, "apply", "--yes")
    before = taskops(tmp_path, "status", "--live")
    taskops(tmp_path, "run", "t")

    after = taskops(tmp_path, "status", "t", "--live")

    assert "published versions: 1; a draft" in before
    assert "no runs are listed" in before
    assert re.search(r"run 20\d\d-\S+ \S+  success, version 1, 0.0 s\n", after)
