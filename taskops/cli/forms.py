"""A plan in the form that was asked for: text, JSON, Markdown or HTML."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from taskops.cli.github import in_actions
from taskops.cli.streams import look_of
from taskops.render.html import plan_html
from taskops.render.markdown import BUDGET, plan_markdown
from taskops.render.plan_json import plan_json
from taskops.render.public import published
from taskops.render.text import plan_text

if TYPE_CHECKING:
    from taskops.cli.streams import Color
    from taskops.render.sheet import Sheet


def rendered(
    sheet: Sheet,
    form: str,
    color: Color,
    *,
    next_command: str = "",
    verbose: bool = False,
    after: str = "",
) -> str:
    """The plan in the form that was asked for, and what comes `after` it."""
    match form:
        case "json":
            return plan_json(sheet)
        case "markdown":
            return plan_markdown(sheet, budget=BUDGET - len(after.encode())) + after
        case "html":
            return plan_html(shown(sheet))
        case _:
            sheet = shown(sheet)
            look = look_of(sys.stdout, os.environ, color)
            text = plan_text(sheet, look, verbose=verbose, next_command=next_command)
            return text + after


def shown(sheet: Sheet) -> Sheet:
    """What may be seen: the log of a job on GitHub is as public as its repository."""
    return published(sheet) if in_actions(os.environ) else sheet
