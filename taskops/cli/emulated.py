"""The emulated account of a project: where it is, and how it is opened."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from taskops.emulator.app import Emulator
from taskops.emulator.stamp import OtherFormError
from taskops.errors import TaskopsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def emulator_file(home: Path) -> Path:
    """Where the emulated account of a project lives."""
    folder = home / ".taskops"
    folder.mkdir(mode=0o700, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        # Nothing in here belongs in git, whatever the project's own rules say.
        ignore.write_text("*\n", "utf-8")
    return folder / "emulator.db"


def open_account(path: str, behaviours: Mapping[str, str] | None = None) -> Emulator:
    """The account in a file; raises TaskopsError where the file holds none."""
    try:
        return Emulator(path, behaviours=behaviours)
    except (sqlite3.Error, OtherFormError) as error:
        raise TaskopsError(
            f"the emulated account `{path}` cannot be opened",
            str(error),
            "move the file away to begin with an empty account",
        ) from error
