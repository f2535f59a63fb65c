"""Waiting for a start: the same question further and further apart, until it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from taskops.applying.asks import Poll, Recover, Stopped
from taskops.applying.job_records import in_doubt
from taskops.errors import OutcomeUnknown, ReadFailed
from taskops.model.step import JobState

if TYPE_CHECKING:
    from collections.abc import Generator

    from taskops.applying.asks import Ask
    from taskops.applying.progress import Progress
    from taskops.model.change import Start, Wait
    from taskops.model.record import Job

FIRST_POLL = 2.0
"""Seconds until the first question."""

SLOWEST_POLL = 30.0
"""Seconds between questions, at the most."""

SLOWER = 1.5

LOST = 300.0
"""Seconds of 'not found' after which a generation is not late but lost."""

UNREACHABLE = 5
"""Questions in a row that may go unanswered."""


class Waiting:
    """One start that is waited for, and what the service said of it last."""

    def __init__(self, progress: Progress[Start | Wait], job: Job) -> None:
        self.progress = progress
        self.job = job
        """Under another id than at first, where that one led nowhere."""
        self.said = JobState("running")

    def course(self) -> Generator[Ask, object, JobState | None]:
        """
        How it ended; None when nobody may wait any longer.

        Raises ReadFailed or OutcomeUnknown where nothing is to be learned of it.
        """
        if self.job.status in ("ready", "failed"):
            return JobState(self.job.status, self.job.error)
        address, why = self.progress.change.address, self._word()
        pause, unanswered, missing, seen = FIRST_POLL, 0, 0.0, False
        while True:
            try:
                answer = yield Poll(address, self.job, pause, why)
            except ReadFailed:
                unanswered += 1
                if unanswered >= UNREACHABLE:
                    raise
            except Stopped:
                return None
            else:
                unanswered, self.said = 0, cast("JobState", answer)
                if self.said.status in ("ready", "failed"):
                    return self.said
                why = self.said.detail or why
                seen = seen or not self.said.missing
                missing = missing + pause if self.said.missing else 0.0
                if missing > LOST:
                    if seen:
                        return JobState("failed", "the service lost it meanwhile")
                    yield from self._find_again()
                    missing = 0.0
            pause = min(pause * SLOWER, SLOWEST_POLL)

    def _word(self) -> str:
        """What it does, until the service has a word for that."""
        record = self.progress.record or self.progress.prior
        runs = record is not None and record.kind == "agent"
        return "running" if runs else "generating"

    def _find_again(self) -> Generator[Ask, object, None]:
        """Never visible under the id that was answered: perhaps it has another."""
        change, job = self.progress.change, self.job
        found = cast("Job | None", (yield Recover(job, change.after)))
        if found is not None and found.poll_id != job.poll_id:
            self.job = found
            return
        record = self.progress.record or self.progress.prior
        if record is not None:
            self.progress.record = in_doubt(record, job, change.address)
        raise OutcomeUnknown(
            "the service does not know what it said it had started",
            f"id {job.poll_id}",
            "look at the service, then run "
            f"`taskops apply --retry {change.address.name}` to start it (again)",
        )
