"""Whole processes, measured by what the operating system says of them."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

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
    first: float = 0.0
    """Seconds until a terminal showed anything; 0 without a terminal."""


@dataclass(frozen=True)
class Command:
    """What is run: words, where, with which environment."""

    words: Sequence[str]
    root: Path | None = None
    environ: Mapping[str, str] | None = None
    terminal: bool = False
    """Whether it is run on a terminal, with a picture that moves."""

    def run(self) -> Run:
        """Run it; one that fails has measured nothing."""
        return self._on_terminal() if self.terminal else self._alone()

    def _alone(self) -> Run:
        with tempfile.TemporaryFile() as said:
            began = time.perf_counter()
            process = subprocess.Popen(
                self.words,
                cwd=self.root,
                env=surroundings(self.environ),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
            run = self._ended(process, began)
            if process.returncode:
                said.seek(0)
                self._fail(process.returncode, said.read())
        return run

    def _on_terminal(self) -> Run:
        ours, theirs = os.openpty()
        began = time.perf_counter()
        process = subprocess.Popen(
            self.words,
            cwd=self.root,
            env=surroundings(self.environ) | {"TERM": "xterm-256color"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        told, first = b"", 0.0
        with suppress(OSError):  # how the end of a terminal is told
            while more := os.read(ours, 65536):
                first = first or time.perf_counter() - began
                told += more
        os.close(ours)
        run = self._ended(process, began)
        if process.returncode:
            self._fail(process.returncode, told)
        return Run(run.wall, run.cpu, run.peak, first)

    def _ended(self, process: subprocess.Popen[bytes], began: float) -> Run:
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)

    def _fail(self, code: int, told: bytes) -> NoReturn:
        words = " ".join(self.words)
        said = told.decode("utf-8", "replace")[-2000:]
        raise RuntimeError(f"`{words}` ended with {code}: {said}")


def surroundings(environ: Mapping[str, str] | None) -> dict[str, str]:
    """
    The environment without what changes how Python starts.

    With PYTHONDONTWRITEBYTECODE, for one, every module of a checkout would be compiled
    at every start, which nobody meets who has installed it.
    """
    given = os.environ if environ is None else environ
    return {k: v for k, v in given.items() if not k.startswith("PYTHON")}


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
        statistics.median(run.first for run in runs),
    )
