"""What is measured on: projects of many tasks, an account, a slow service."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LATENCY = 0.05
"""Seconds that the service takes for every answer."""

MANIFEST = """\
name: task-{n:06d}
description: Watch page {n} of the shop and tell when its price moves.
code: code-{code:02d}.ts
browserConfiguration:
  initial_url: https://shop.example/item/{n}
  tags:
    - shop
    - page-{n}
  recording:
    active: false
  proxy:
    active: true
    type: anchor_proxy
    country_code: no
  timeout:
    max_duration: {minutes}
    idle_timeout: 3
  live_view:
    read_only: true
# One task of many, so that the whole has the size of a real project.
# Every manifest is about twenty-five lines long, and each is its own.
publish: true
protected: false
adopt: false
language: typescript
ignore_changes: []
"""

SERVE = """
import sys, time
from taskops.emulator.app import Emulator
from taskops.emulator.server import serve
server = serve(Emulator(sys.argv[1], latency=float(sys.argv[2])))
print(server.url, flush=True)
server.wait()
"""


def make_project(root: Path, count: int, *, large: bool = True) -> None:
    """So many tasks, one manifest each, with 5 to 50 KB of code or a few lines."""
    tasks = root / "tasks"
    tasks.mkdir(parents=True)
    (root / "taskops.yaml").write_text(
        f"version: 1\nproject: bench\nlimits: {{changes: {count + 1}}}\n"
    )
    line = "  // This line stands for what a task does on a page.\n"
    for number in range(20):
        body = line * (100 + number * 45 if large else 5)
        code = f"export default async function run() {{\n{body}  return {number};\n}}\n"
        (tasks / f"code-{number:02d}.ts").write_text(code)
    for number in range(count):
        minutes = 10 + number % 7
        text = MANIFEST.format(n=number, code=number % 20, minutes=minutes)
        (tasks / f"task-{number:06d}.yaml").write_text(text)


def change(root: Path, count: int, every: int) -> None:
    """Another timeout in one task of so many."""
    for number in range(0, count, every):
        path = root / "tasks" / f"task-{number:06d}.yaml"
        path.write_text(path.read_text().replace("idle_timeout: 3", "idle_timeout: 4"))


def taskops(root: Path, *words: str, url: str = "") -> tuple[float, int, int]:
    """Run the command: seconds, peak KiB, exit code."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("TASKOPS")}
    if url:
        environ |= {"ANCHORBROWSER_BASE_URL": url, "ANCHORBROWSER_API_KEY": "any"}
    return measured([sys.executable, "-m", "taskops", *words], root, environ)


def measured(
    words: list[str], root: Path | None = None, environ: dict[str, str] | None = None
) -> tuple[float, int, int]:
    """Run anything: seconds, peak KiB, exit code."""
    began = time.perf_counter()
    process = subprocess.Popen(
        words,
        cwd=root,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - began, usage.ru_maxrss, process.returncode


def apply_at_once(root: Path) -> None:
    """Everything applied on the account beside the project, without latency."""
    _, _, code = taskops(root, "apply", "--emulator", "--yes")
    assert code == 0, code


@contextmanager
def slow_service(root: Path) -> Iterator[str]:
    """The project's account behind a socket, every answer after the latency."""
    database = str(root / ".taskops" / "emulator.db")
    Path(database).parent.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, database, str(LATENCY)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    try:
        _hand_over(root, url)
        yield url
    finally:
        process.kill()
        process.wait()


def _hand_over(root: Path, url: str) -> None:
    """The ledger of the emulated account as that of the service at this address."""
    emulated = root / ".taskops" / "emulator-ledger" / "default.json"
    if not emulated.exists():
        return
    ledger = json.loads(emulated.read_text())
    for target in ledger["target"].values():
        target["origin"] = url
    place = root / ".taskops" / "ledger" / "default.json"
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps(ledger))
