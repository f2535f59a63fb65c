"""What a pull request changes in taskops.yaml, which no plan of tasks can tell."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from taskops.cli.github import event_of, in_actions
from taskops.cli.repository import ask

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MOST = 60
"""Lines that are shown; more is for the page of the changed files."""

EVENTS = ("pull_request", "merge_group")


def settings_moved(home: Path, environ: Mapping[str, str]) -> tuple[str, ...]:
    """
    The lines of a diff; empty outside of a pull request's job.

    The job has checked out the merge with the target branch, whose state is the
    first parent; a checkout of one commit alone does not have it.
    """
    if not in_actions(environ) or event_of(environ).name not in EVENTS:
        return ()
    if ask(home, "rev-parse", "--verify", "-q", "HEAD^1") is None:
        return ("# not known here: the checkout needs `fetch-depth: 2`",)
    inside = (ask(home, "rev-parse", "--show-prefix") or b"").decode().strip()
    before = ask(home, "show", f"HEAD^1:{inside}taskops.yaml") or b""
    after = ask(home, "show", f"HEAD:{inside}taskops.yaml") or b""
    old, new = (
        text.decode("utf-8", "replace").splitlines() for text in (before, after)
    )
    lines = list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]
    if len(lines) > MOST:
        lines[MOST:] = [f"# {len(lines) - MOST} lines not shown"]
    return tuple(lines)
