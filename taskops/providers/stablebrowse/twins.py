"""Which run a lost start became, where the service holds no mark of ours."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from taskops.errors import OutcomeUnknown
from taskops.model.record import BESIDES, SINCE
from taskops.providers.http.answers import identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from taskops.model.record import Job, Record
    from taskops.model.resource import Resource

Question: TypeAlias = tuple[str, str, str]
"""
End user, exact prompt, and the session that it goes on with: all that the
service shows of what it was asked.
"""

MARGIN = 300.0
"""Seconds that clocks may differ when a start is searched by its time."""


def question(resource: Resource) -> Question:
    """What the service will show of a run of this resource."""
    spec = resource.spec
    user, task, session = (
        str(spec.get(name, "")) for name in ("endUserId", "task", "sessionId")
    )
    return user, task, session


class Twins:
    """
    Every run that is known for somebody's, and every start that may become one.

    A run is a lost start's only if it can be nobody else's; safe for many lanes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._open: Counter[Question] = Counter()

    def know(self, records: Iterable[Record]) -> None:
        """The runs that the ledger knows."""
        jobs = [job for record in records for job in (record.job, record.next) if job]
        with self._lock:
            self._known |= {job.poll_id for job in jobs if job.poll_id}
            self._known |= {run for job in jobs for run in _besides(job)}

    def add(self, run: str) -> None:
        """A run that is somebody's from now on."""
        with self._lock:
            self._known.add(run)

    @contextmanager
    def starting(self, asked: Question) -> Iterator[None]:
        """A start is under way, and remains so for ever when its answer is lost."""
        with self._lock:
            self._open[asked] += 1
        try:
            yield
        except OutcomeUnknown:
            raise
        except BaseException:
            self._ended(asked)
            raise
        self._ended(asked)

    def _ended(self, asked: Question) -> None:
        with self._lock:
            self._open[asked] -= 1

    def one(
        self, rows: Sequence[Mapping[str, object]], asked: Question, job: Job
    ) -> str | None:
        """The one run that can be this start; None when it is not certain."""
        since = _seconds(job.ids.get(SINCE))
        if not since:
            return None
        found = {
            run
            for row in rows
            if (row.get("endUserId"), row.get("task")) == asked[:2]
            and (run := identifier(row.get("taskId")))
            and _seconds(row.get("createdAt")) >= since - MARGIN
        }
        with self._lock:
            others = self._open[asked] > 1
            found -= self._known
        return found.pop() if len(found) == 1 and not others else None

    def newest(
        self, rows: Sequence[Mapping[str, object]], asked: Question
    ) -> Mapping[str, object] | None:
        """The newest run of that question which is nobody's; the rows are in order."""
        with self._lock:
            known = set(self._known)
        same = (r for r in rows if (r.get("endUserId"), r.get("task")) == asked[:2])
        return next(
            (r for r in same if identifier(r.get("taskId")) not in known | {""}), None
        )


def _besides(job: Job) -> set[str]:
    return set(job.ids.get(BESIDES, "").split(",")) - {""}


def _seconds(value: object) -> float:
    """A moment as seconds since the epoch, however it was written; 0 for none."""
    text = str(value)
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
