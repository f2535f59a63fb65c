"""Everything that an apply shows to people and to files, in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.render.errors import error_text
from taskops.render.html import plan_html
from taskops.render.markdown import plan_markdown
from taskops.render.plan_json import plan_json
from taskops.render.report import report_json, report_text
from taskops.render.text import plan_text
from taskops.render.walk import sheet_of

if TYPE_CHECKING:
    from soak.trial import Result


def everything_said(result: Result) -> str:
    """One text to search for secrets."""
    told = ""
    if result.plan is not None:
        sheet = sheet_of(result.plan)
        told += plan_text(sheet) + plan_json(sheet)
        told += plan_markdown(sheet) + plan_html(sheet)
    if result.report is not None:
        told += report_text(result.report) + report_json(result.report)
    if result.error is not None:
        told += error_text(result.error)
    return told
