"""Runs of several tasks at once, and what became of each."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, cast

from taskops.cli.ahead import secrets_of
from taskops.cli.boundary import Terminated
from taskops.errors import (
    AuthenticationFailed,
    Exit,
    NotFound,
    OutcomeUnknown,
    TaskopsError,
)
from taskops.providers.anchor.run import Run, Runnable, ask, start
from taskops.providers.http.dump import SECRET
from taskops.providers.http.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from taskops.applying.lanes import Lanes
    from taskops.cli.wiring import Session
    from taskops.providers.anchor.provider import Anchor
    from taskops.providers.http.door import Door

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
"""Seconds between two questions about a run; they grow from the first to this."""

PATIENCE = 3
"""Questions in a row that may fail before a run is given up as unknown."""


@dataclass(slots=True)
class Attempt:
    """One task that is run: as far as it has come."""

    name: str
    task: Runnable
    deploy: str
    """What puts it there, should it be missing."""
    run: Run | None = None
    error: TaskopsError | None = None
    began: float = 0.0
    ended: float = 0.0
    due: float = 0.0
    pause: float = FIRST_PAUSE
    failures: int = 0
    told: str = ""

    @property
    def status(self) -> str:
        """The service's word for it, or ours where there is none."""
        match self.error:
            case OutcomeUnknown():
                return "unknown"
            case TaskopsError() if self.run is None:
                return "not started"
            case _:
                return self.run.status if self.run is not None else "not started"

    @property
    def text(self) -> str:
        """What came out of it, or what went wrong."""
        if self.error is not None:
            parts = (self.error.summary, self.error.detail, self.error.hint)
            return "\n".join(part for part in parts if part)
        return self.run.text if self.run is not None else ""

    @property
    def seconds(self) -> float:
        """How long it took, by the service where it tells."""
        if self.run is not None and self.run.seconds is not None:
            return self.run.seconds
        return max(0.0, self.ended - self.began)

    @property
    def verdict(self) -> Literal["passed", "failed", "error"]:
        """Whether the task did it, did not do it, or was never heard of again."""
        if self.error is not None or self.run is None or not self.run.ended:
            return "error"
        return "passed" if self.run.succeeded else "failed"

    @property
    def exit(self) -> Exit:
        """The number for this one alone."""
        match self.error:
            case OutcomeUnknown() | AuthenticationFailed():
                return self.error.exit
            case _:
                return Exit.OK if self.verdict == "passed" else Exit.FAILED


def worst(attempts: Iterable[Attempt]) -> Exit:
    """One number for all: what nobody knows is worse than what failed."""
    return max((attempt.exit for attempt in attempts), default=Exit.OK)


@dataclass(slots=True)
class Running:
    """Starts all, then asks about each until it ends; no lane is held meanwhile."""

    door: Door
    lanes: Lanes
    deadline: float
    tell: Callable[[str], None]
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    hidden: Redactor = field(default_factory=Redactor)
    """What no text of a run may show: an input that is no secret is none of it."""
    open: list[Attempt] = field(default_factory=list)

    def all(self, attempts: Sequence[Attempt]) -> None:
        """Run them; what became of each is in the attempt."""
        ends = self.now() + self.deadline
        for attempt in attempts:
            attempt.began = self.now()
        for attempt, result in self.lanes.map(self._start, attempts):
            self._hear(attempt, _surely(result))
        while self.open:
            now = self.now()
            if now >= ends:
                break
            due = [attempt for attempt in self.open if attempt.due <= now]
            for attempt, result in self.lanes.map(self._ask, due):
                self._hear(attempt, result)
            if self.open:
                soonest = min(attempt.due for attempt in self.open)
                self.sleep(max(0.0, min(soonest, ends) - self.now()))
        for attempt in list(self.open):
            self._give_up(attempt)

    def _start(self, attempt: Attempt) -> Run:
        return start(self.door, attempt.task)

    def _ask(self, attempt: Attempt) -> Run:
        assert attempt.run is not None  # noqa: S101  # only what was started is asked about
        return ask(self.door, attempt.run)

    def _hear(self, attempt: Attempt, result: Run | Exception) -> None:
        if isinstance(result, Run):
            attempt.failures = 0
            attempt.run = replace(result, text=self.hidden.without(result.text))
        else:
            self._failed(attempt, result)
        self._say(attempt)
        over = attempt.error is not None or (attempt.run and attempt.run.ended)
        attempt.ended = self.now()
        if over and attempt in self.open:
            self.open.remove(attempt)
        elif not over:
            if attempt not in self.open:
                self.open.append(attempt)
            attempt.due = self.now() + attempt.pause
            attempt.pause = min(attempt.pause * 1.5, LONGEST_PAUSE)

    def _failed(self, attempt: Attempt, error: Exception) -> None:
        """A start that failed is over; a question that failed is asked again."""
        if not isinstance(error, TaskopsError):
            raise error
        attempt.failures += 1
        if attempt.run is None:
            if isinstance(error, NotFound):
                error.hint = attempt.deploy
            attempt.error = error
        elif isinstance(error, AuthenticationFailed) or attempt.failures >= PATIENCE:
            attempt.error = OutcomeUnknown(
                f"nobody knows what became of run {attempt.run.id}",
                error.summary,
                "look at it in the service's dashboard before running it again",
            )

    def _give_up(self, attempt: Attempt) -> None:
        self.open.remove(attempt)
        attempt.ended = self.now()
        run_id = attempt.run.id if attempt.run is not None else ""
        attempt.error = TaskopsError(
            f"it has not ended within {self.deadline / 60:g} minutes",
            f"run {run_id} goes on on the service",
            "look at it in the service's dashboard, or wait longer with --deadline",
        )

    def _say(self, attempt: Attempt) -> None:
        words = attempt.status
        if attempt.run is not None and not attempt.run.ended and attempt.run.text:
            words += f", {attempt.run.text}"
        if words == attempt.told:
            return
        # The id is told at once: whoever is interrupted can look it up.
        first = attempt.run is not None and not attempt.told
        which = f", run {attempt.run.id}" if first and attempt.run else ""
        attempt.told = words
        age = self.now() - attempt.began
        after = f" ({age:.0f} s)" if age >= 1 else ""
        self.tell(f"{attempt.name}: {words}{after}{which}")


def _surely(result: Run | Exception) -> Run | Exception:
    """A start that was given up at its deadline may well be running."""
    from taskops.applying.lanes import DeadlinePassed

    if isinstance(result, DeadlinePassed):
        return OutcomeUnknown(result.summary, hint="look before running it again")
    return result


def run_tasks(
    opened: Session,
    attempts: Sequence[Attempt],
    deadline: float,
    tell: Callable[[str], None],
) -> None:
    """Run them with the key of the environment; raises AuthenticationFailed."""
    door = cast("Anchor", opened.provider("anchor", writable=True)).door
    hidden = Redactor([*door.headers.values(), *secrets_of(opened.environ)])
    for attempt in attempts:
        for name, value in attempt.task.inputs.items():
            if SECRET.search(name):
                hidden.add(value)
    try:
        Running(door, opened.lanes, deadline, tell, hidden=hidden).all(attempts)
    except (KeyboardInterrupt, Terminated):
        tell("what was started goes on on the service")
        raise
