"""What is felt at every keystroke."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.ground import make_project, python, taskops
from bench.measure import in_turn
from bench.rows import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.rows import Result

TIMES = 15


def starts(folder: Path) -> Iterator[Result]:
    """Help and version, against the one library that both need."""
    ours = [taskops(None, "--help"), taskops(None, "--version")]
    *runs, click = in_turn(TIMES, *ours, python("import click"))
    for key, run in zip(("help", "version"), runs, strict=True):
        yield Figure(key, run.wall, click.wall, (run.cpu, click.cpu))


def validate_one(folder: Path) -> Iterator[Result]:
    """The check of an editor that saves."""
    root = folder / "one"
    make_project(root, 1)
    ours, bare = in_turn(TIMES, taskops(root, "validate"), python("pass"))
    yield Figure("validate-one", ours.wall, bare.wall, (ours.cpu, bare.cpu))
