"""Whole processes, measured by what the operating system says of them."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Run:
    """One process that has ended."""

    wall: float
    """Seconds that somebody waited."""
    cpu: float
    """Seconds of processor, in the program and in the kernel for it."""
    peak: float
    """MiB of memory at its largest."""


@dataclass(frozen=True)
class Command:
    """What is run: words, where, with which environment."""

    words: Sequence[str]
    root: Path | None = None
    environ: Mapping[str, str] | None = None

    def run(self) -> Run:
        """Run it; one that fails has measured nothing."""
        with tempfile.TemporaryFile() as said:
            began = time.perf_counter()
            process = subprocess.Popen(
                self.words,
                cwd=self.root,
                env=None if self.environ is None else dict(self.environ),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                said.seek(0)
                told = said.read().decode("utf-8", "replace")[-2000:]
                words = " ".join(self.words)
                raise RuntimeError(f"`{words}` ended with {process.returncode}: {told}")
        return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def in_turn(times: int, *commands: Command) -> list[Run]:
    """The medians of each, run one after the other, so that a slow moment meets all."""
    for command in commands:
        command.run()
    rounds = [[command.run() for command in commands] for _ in range(times)]
    return [median(runs) for runs in zip(*rounds, strict=True)]


def median(runs: Sequence[Run]) -> Run:
    """The middle of each figure."""
    return Run(
        statistics.median(run.wall for run in runs),
        statistics.median(run.cpu for run in runs),
        statistics.median(run.peak for run in runs),
    )
