"""What later steps of a GitHub job may read, without parsing what is printed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from taskops.cli.github import in_actions, write_outputs, write_summary
from taskops.errors import Exit
from taskops.model.values import canonical
from taskops.render.markdown import plan_markdown

if TYPE_CHECKING:
    from taskops.render.sheet import Sheet

ROOM = 500_000
"""Bytes of a summary that a plan may take; other commands of the step need some."""


def step_outputs(sheet: Sheet, code: int, more: str = "") -> None:
    """
    Write `changes`, `result`, `digest` and `counts` where the runner collects
    outputs, and the plan, with more Markdown after it, on the page of the run.
    """
    if not in_actions(os.environ):
        return
    values = {
        "changes": "true" if sheet.rows else "false",
        "result": Exit(code).name.lower(),
        "digest": sheet.digest,
        "counts": canonical(dict(sheet.counts)).decode(),
    }
    write_outputs(os.environ, values)
    write_summary(os.environ, f"{plan_markdown(sheet, budget=ROOM)}\n{more}")
