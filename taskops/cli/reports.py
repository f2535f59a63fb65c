"""Every apply leaves a report beside the project, for whoever asks later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.ledger.disk import replace_file
from taskops.render.report import report_json

if TYPE_CHECKING:
    from pathlib import Path

    from taskops.model.plan import Report

KEPT = 50
"""Reports that stay; the oldest go first."""

NOTHING = "-nothing.json"


def keep_report(home: Path, report: Report) -> str:
    """Write it; why it could not be written, empty where it was."""
    folder = home / ".taskops" / "reports"
    # Names sort by time, so that the oldest can be told without reading. Those
    # that did nothing have an end of their own: they must not push out others.
    end = ".json" if report.outcomes else NOTHING
    name = f"{int(report.started * 1000):015d}-{report.apply[:12]}{end}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(folder / name, report_json(report).encode())
        alike = (p for p in folder.glob("*.json") if _nothing(p) == (end == NOTHING))
        for old in sorted(alike)[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _nothing(path: Path) -> bool:
    return path.name.endswith(NOTHING)
