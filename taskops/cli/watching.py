"""Whoever follows a command: a person at a terminal, and a file for programs."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from taskops.cli.boundary import code_of
from taskops.cli.first_line import FirstLine
from taskops.errors import Exit, InvalidManifests, TaskopsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from taskops.cli.streams import Color
    from taskops.model.plan import Report
    from taskops.model.ports import Event
    from taskops.model.problem import Problem
    from taskops.render.sheet import Sheet


class Watch:
    """Whoever listens: a person at a terminal, and a file for programs."""

    def __init__(self, json_into: str | None, color: Color, first: FirstLine) -> None:
        from taskops.cli.events import EventFile
        from taskops.cli.live import live_on

        self.live = live_on(sys.stderr, os.environ, color, first)
        self.first = first
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
        from taskops.render.plan_json import row_data
        from taskops.render.words import to_do

        for row in sheet.rows:
            self.file.write("planned_change", row.words, row_data(row))
        self.wrong(sheet.problems)
        counts = {"counts": sheet.counts, "digest": sheet.digest}
        self.file.write("change_summary", to_do(sheet), counts)

    def wrong(self, problems: Iterable[Problem]) -> None:
        """Tell the file what is wrong, and where."""
        if self.file is None:
            return
        from taskops.render.problems import problem_data

        for problem in problems:
            self.file.write("diagnostic", problem.summary, problem_data(problem))

    def failed(self, error: BaseException) -> None:
        """Tell the file why it ends here: the exit code alone says too little."""
        if self.file is None or not isinstance(error, TaskopsError):
            return
        from taskops.render.problems import problem_of

        listed = error.problems if isinstance(error, InvalidManifests) else ()
        self.wrong(listed or [problem_of(error)])

    def reported(self, report: Report) -> None:
        """Tell the file what came of it."""
        if self.file is not None:
            from taskops.render.report import report_data

            self.file.write("report", "all outcomes", {"report": report_data(report)})

    def clear(self) -> None:
        """Take away what is written where the next line begins."""
        self.first.take_away()
        self.live.clear()

    def end(self, code: int) -> None:
        """The last word."""
        self._ended.set()
        self.clear()
        if self.file is not None:
            self.file.end(int(code))

    def leave(self, code: int) -> None:
        """The last word of who must go at once: for programs, and without waiting."""
        if self.file is not None:
            self.file.cut(code)

    def _beat(self) -> None:
        """Whoever follows must be able to tell slow from dead."""
        from taskops.cli.live import HEARTBEAT

        while not self._ended.wait(HEARTBEAT):
            self.live.beat()
            if self.file is not None:
                self.file.write("heartbeat", "still at it", {})


@contextmanager
def watching(json_into: str | None, color: Color = "auto") -> Iterator[Watch]:
    """Somebody who listens while the work goes on; the block sets the exit code."""
    first = FirstLine(sys.stderr)
    try:
        watch = Watch(json_into, color, first)
    except BaseException:
        first.take_away()
        raise
    try:
        yield watch
    except BaseException as error:
        watch.failed(error)
        watch.end(code_of(error))
        raise
    watch.end(watch.code)
