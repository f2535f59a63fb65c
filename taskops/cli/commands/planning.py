"""What the commands that make a plan share: listening, showing, saving."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from taskops.cli.boundary import code_of
from taskops.cli.events import EventFile
from taskops.cli.github import in_actions
from taskops.cli.live import HEARTBEAT, live_on
from taskops.cli.streams import look_of
from taskops.errors import Exit, TaskopsError, UsageError
from taskops.ledger.disk import replace_file
from taskops.model.resource import Address, Target
from taskops.planning.digest import plan_digest
from taskops.planning.saved import SavedChange, SavedPlan, as_json, places
from taskops.render.html import plan_html
from taskops.render.markdown import plan_markdown
from taskops.render.plan_json import plan_json, row_data, sheet_from_json
from taskops.render.public import published
from taskops.render.report import report_data
from taskops.render.text import plan_text
from taskops.render.words import to_do

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taskops.cli.streams import Color
    from taskops.model.plan import Report
    from taskops.model.ports import Event
    from taskops.render.sheet import Row, Sheet


class Watch:
    """Whoever listens: a person at a terminal, and a file for programs."""

    def __init__(self, json_into: str | None, color: Color = "auto") -> None:
        self.live = live_on(sys.stderr, os.environ, color)
        self.file = EventFile(json_into) if json_into else None
        self.code: int = Exit.OK
        self._ended = threading.Event()
        threading.Thread(target=self._beat, daemon=True).start()

    def listener(self, event: Event, /) -> None:
        """Hear of it."""
        self.live(event)
        if self.file is not None:
            self.file(event)

    def planned(self, sheet: Sheet) -> None:
        """Tell the file what was planned."""
        if self.file is None:
            return
        for row in sheet.rows:
            self.file.write("planned_change", row.words, row_data(row))
        counts = {"counts": sheet.counts, "digest": sheet.digest}
        self.file.write("change_summary", to_do(sheet), counts)

    def reported(self, report: Report) -> None:
        """Tell the file what came of it."""
        if self.file is not None:
            self.file.write("report", "all outcomes", {"report": report_data(report)})

    def clear(self) -> None:
        """Take the live line away."""
        self.live.clear()

    def end(self, code: int) -> None:
        """The last word."""
        self._ended.set()
        self.live.clear()
        if self.file is not None:
            self.file.end(int(code))

    def _beat(self) -> None:
        """Whoever follows must be able to tell slow from dead."""
        while not self._ended.wait(HEARTBEAT):
            self.live.beat()
            if self.file is not None:
                self.file.write("heartbeat", "still at it", {})


@contextmanager
def watching(json_into: str | None, color: Color = "auto") -> Iterator[Watch]:
    """Somebody who listens while the work goes on; the block sets the exit code."""
    watch = Watch(json_into, color)
    try:
        yield watch
    except BaseException as error:
        watch.end(code_of(error))
        raise
    watch.end(watch.code)


def rendered(
    sheet: Sheet,
    form: str,
    color: Color,
    *,
    next_command: str = "",
    verbose: bool = False,
) -> str:
    """The plan in the form that was asked for."""
    match form:
        case "json":
            return plan_json(sheet)
        case "markdown":
            return plan_markdown(sheet)
        case "html":
            return plan_html(shown(sheet))
        case _:
            sheet = shown(sheet)
            look = look_of(sys.stdout, os.environ, color)
            return plan_text(sheet, look, verbose=verbose, next_command=next_command)


def shown(sheet: Sheet) -> Sheet:
    """What may be seen: the log of a job on GitHub is as public as its repository."""
    return published(sheet) if in_actions(os.environ) else sheet


def save(sheet: Sheet, path: str) -> None:
    """The plan as a file that only its owner reads; all of it or nothing."""
    try:
        replace_file(Path(path), plan_json(sheet).encode())
    except OSError as error:
        raise TaskopsError(
            f"the plan could not be saved as `{path}`",
            error.strerror or str(error),
            "choose another place with --out",
        ) from error


def read_sheet(path: str) -> Sheet:
    """A saved plan; raises TaskopsError or UsageError."""
    try:
        text = Path(path).read_text("utf-8", "replace")
    except OSError as error:
        raise TaskopsError(
            f"the plan file `{path}` cannot be read",
            error.strerror or str(error),
            "`taskops plan --out FILE` makes one",
        ) from error
    return sheet_from_json(text, path)


def saved_plan(sheet: Sheet, path: str) -> SavedPlan:
    """What somebody reviewed, as the plan of now is held against it."""
    _require_whole(sheet, path)
    return SavedPlan(
        project=sheet.project,
        environment=sheet.environment,
        digest=sheet.digest,
        targets=dict(sheet.targets),
        changes=[
            SavedChange(
                address=Address.parse(row.address),
                digest=row.digest,
                to=row.to,
                fields={
                    ".".join(field.path): (as_json(field.before), as_json(field.after))
                    for field in row.fields
                },
                there=_there(row),
            )
            for row in sheet.rows
            if row.digest
        ],
    )


def _there(row: Row) -> dict[str, str]:
    if row.there is None:
        return {}
    there = row.there
    return places(row.id, there.name, there.draft, there.live)


def _require_whole(sheet: Sheet, path: str) -> None:
    """A file that was edited is not what somebody reviewed."""
    targets = {name: Target(*place) for name, place in sheet.targets.items()}
    digests = [row.digest for row in sheet.rows if row.digest]
    made = plan_digest(sheet.project, sheet.environment, targets, digests)
    if made != sheet.digest:
        raise UsageError(
            f"`{path}` cannot be used as a plan",
            "its changes do not have the digest that it states",
            f"make a new one with `taskops plan --out {path}`",
        )
