"""Secrets on a runner, and what `--debug` shows of requests."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from taskops.cli.github import in_actions
from taskops.cli.streams import Out

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST = 4
"""Characters below which a mask would blacken half of the log."""


def mask(values: Iterable[str]) -> None:
    """
    Tell a runner to blacken these values in everything that any step prints.

    The runner takes the line out of its log. Nothing is said where there is none.
    """
    if not in_actions(os.environ):
        return
    for value in values:
        for part in value.removeprefix("Bearer ").splitlines():
            if len(part.strip()) >= SHORTEST:
                escaped = part.replace("%", "%25")
                Out(sys.stderr).write(f"::add-mask::{escaped}\n", commands=True)


def traced(text: str) -> None:
    """One request or answer, to standard error; from any thread."""
    Out(sys.stderr).write(text + "\n")
