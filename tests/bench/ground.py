"""What is measured on: projects of many tasks, and accounts that hold them."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import Command

if TYPE_CHECKING:
    from collections.abc import Iterator

LATENCY = 0.05
"""Seconds that the service takes for every answer."""

PAGE = 100
LANES = 16

MANIFEST = """\
name: task-{n:06d}
description: Watch page {n} of the shop and tell when its price moves.
code: task-{n:06d}.ts
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
publish: {publish}
protected: false
adopt: false
language: typescript
ignore_changes: []
"""
LINE = "  // This line stands for what a task does on a page.\n"


@dataclass(frozen=True)
class Size:
    """How much code each task has: from so many to so many lines of 54 bytes."""

    least: int
    most: int

    def lines(self, number: int) -> int:
        """As many lines as the task of that number has."""
        return self.least + number % 46 * (self.most - self.least) // 45


SMALL = Size(5, 20)
LARGE = Size(92, 925)
"""5 to 50 KB."""


def make_project(
    root: Path, count: int, size: Size = SMALL, *, publish: bool = True
) -> None:
    """So many tasks, each with a manifest and code of its own."""
    tasks = root / "tasks"
    tasks.mkdir(parents=True)
    (root / "taskops.yaml").write_text(
        f"version: 1\nproject: bench\nlimits:\n  changes: {count + 1}\n"
    )
    for number in range(count):
        (tasks / f"task-{number:06d}.ts").write_text(code(number, size))
        text = MANIFEST.format(
            n=number, minutes=10 + number % 7, publish=str(publish).lower()
        )
        (tasks / f"task-{number:06d}.yaml").write_text(text)


def code(number: int, size: Size) -> str:
    """The code of the task of that number."""
    body = LINE * size.lines(number)
    return f"export default async function run() {{\n{body}  return {number};\n}}\n"


def change(root: Path, count: int, every: int) -> None:
    """Another timeout in one task of so many."""
    for number in range(0, count, every):
        path = root / "tasks" / f"task-{number:06d}.yaml"
        path.write_text(path.read_text().replace("idle_timeout: 3", "idle_timeout: 4"))


def python(code: str, *words: str, root: Path | None = None) -> Command:
    """A line of Python in the interpreter that runs taskops."""
    return Command([sys.executable, "-c", code, *words], root)


TASKOPS = str(Path(sys.executable).with_name("taskops"))


def taskops(
    root: Path | None, *words: str, url: str = "", terminal: bool = False
) -> Command:
    """The command as a person types it."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("TASKOPS")}
    if url:
        environ |= {"ANCHORBROWSER_BASE_URL": url, "ANCHORBROWSER_API_KEY": "any"}
    return Command([TASKOPS, *words], root, environ, terminal)


def module(name: str, *words: str) -> list[str]:
    """A module of this room as a process of its own."""
    return [sys.executable, "-m", f"bench.{name}", *words]


def fill(root: Path, url: str) -> None:
    """The account of the service, and the ledger, as a full apply leaves them."""
    subprocess.run(module("filled", str(root), url), check=True)


@contextmanager
def service(root: Path) -> Iterator[str]:
    """The account beside the project behind a socket, every answer after a while."""
    database = root / ".taskops" / "service.db"
    database.parent.mkdir(exist_ok=True)
    process = subprocess.Popen(
        module("service", str(database), str(LATENCY)),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


@contextmanager
def full_service(root: Path) -> Iterator[str]:
    """The same, its account and the ledger filled with what the project declares."""
    with service(root) as url:
        fill(root, url)
        yield url
