"""The command line as a process: what it prints, where, and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taskops.manifests.starter import starter_files

if TYPE_CHECKING:
    from pathlib import Path

TASKOPS = (sys.executable, "-m", "taskops")


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str


def taskops(root: Path, *words: str, **variables: str) -> Said:
    """Run it in a folder, with nobody at the terminal."""
    ran = subprocess.run(
        [*TASKOPS, *words],
        cwd=root,
        env={**os.environ, "PYTHONUTF8": "1", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    return Said(ran.returncode, ran.stdout.decode(), ran.stderr.decode())


def project(root: Path, tasks: int = 1) -> Path:
    """A new project with so many tasks."""
    for name, text in starter_files("shop", example=tasks > 0).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    if tasks > 1:
        documents = (f"name: t{n}\ncode: hello.ts\n" for n in range(tasks - 1))
        (root / "tasks" / "more.yaml").write_text("---\n".join(documents), "utf-8")
    return root


def edit(root: Path, old: str, new: str, name: str = "tasks/hello.yaml") -> None:
    """Change one text in a file."""
    path = root / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
