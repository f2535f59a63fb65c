"""Where taskops keeps what it applied: a file here, or a ref of the git remote."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from taskops.ledger.file import FileLedger
from taskops.ledger.git import GitLedger
from taskops.ledger.log import Entry, history

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from taskops.model.ports import Clock, Ledger
    from taskops.model.project import Project

__all__ = ["Entry", "FileLedger", "GitLedger", "history", "open_ledger"]

NO = ("", "0", "false", "no", "off")


def open_ledger(
    project: Project,
    *,
    environ: Mapping[str, str],
    clock: Clock,
    emulated: bool,
    take_over: str = "",
    ends: Callable[[], float] = lambda: math.inf,
) -> Ledger:
    """
    The ledger of a project's environment; nothing is read or taken yet.

    `ends` tells when nothing may be waited for any more, by the monotonic clock.
    """
    root, name = Path(project.root), project.environment.name
    if project.ledger == "git" and not emulated:
        return GitLedger(
            root,
            project.name,
            name,
            environ=environ,
            clock=clock,
            take_over=take_over,
            ends=ends,
        )
    # What an emulator holds is nobody's property: its ledger stays apart.
    folder = "emulator-ledger" if emulated else "ledger"
    return FileLedger(
        root / ".taskops" / folder / f"{name}.json",
        project.name,
        name,
        clock=clock,
        ci=not emulated and _on_ci(environ),
        take_over=take_over,
    )


def _on_ci(environ: Mapping[str, str]) -> bool:
    words = (environ.get(name, "") for name in ("CI", "GITHUB_ACTIONS"))
    return any(word.strip().lower() not in NO for word in words)
