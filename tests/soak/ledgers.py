"""Where the ledger of a life is: a file here, or a ref of a bare repository."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from ledger.cases import git, plain_environ

from taskops.ledger import FileLedger, GitLedger

if TYPE_CHECKING:
    from pathlib import Path

    from taskops.model.ports import Clock

PAUSES = (0.0, 0.01, 0.01, 0.02)


class InFile:
    """One file, which every client of this machine shares."""

    name = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ledger(self, clock: Clock, *, beside: bool, take_over: str) -> FileLedger:
        """The ledger, as one process has it; a dead one's goes over by itself."""
        del beside, take_over
        return FileLedger(self.folder / "default.json", "p", "default", clock=clock)

    def said(self) -> str:
        """Every byte that is kept."""
        return "".join(
            path.read_text("utf-8", "replace")
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        )

    def lose(self) -> None:
        """A disk does not go away for a while."""

    def find(self) -> None:
        """So there is nothing to come back."""


class InGit:
    """A remote on disk, and a clone for each of two clients."""

    name = "git "

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.remote = folder / "remote.git"
        self.away = folder / "away.git"
        # No samples of hooks, which would be most of the files.
        init = ("init", "--quiet", "--template=", "-b", "main")
        git(folder, *init, "--bare", str(self.remote))
        for name in ("here", "there"):
            git(folder, *init, str(folder / name))
            git(folder / name, "remote", "add", "origin", self.remote.as_uri())

    def ledger(self, clock: Clock, *, beside: bool, take_over: str) -> GitLedger:
        """The ledger, as one process has it; `take_over` is an apply that is dead."""
        return GitLedger(
            self.folder / ("there" if beside else "here"),
            "p",
            "default",
            environ=plain_environ(),
            clock=clock,
            take_over=take_over,
            pauses=PAUSES,
        )

    def said(self) -> str:
        """Every object of git, and every file that is none."""
        told = ""
        for place in (self.remote, self.folder / "here", self.folder / "there"):
            objects = subprocess.run(
                ["git", "cat-file", "--batch-all-objects", "--batch"],
                cwd=place,
                env=plain_environ(),
                check=True,
                capture_output=True,
            )
            told += objects.stdout.decode("utf-8", "replace")
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and "objects" not in path.parts:
                told += path.read_text("utf-8", "replace")
        return told

    def lose(self) -> None:
        """The remote cannot be reached from now on."""
        if self.remote.exists():
            self.remote.rename(self.away)

    def find(self) -> None:
        """It is there again, if it was away."""
        if self.away.exists():
            self.away.rename(self.remote)
