"""Daemon threads that may be abandoned, and the one thread that watches them."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from taskops.errors import ReadFailed, TaskopsError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

T = TypeVar("T")
R = TypeVar("R")
K = TypeVar("K", bound="Hashable")

SECONDS = 60.0
"""What a job may take before its first `renew`."""

# A signal handler cannot wake a thread that waits for a queue, so the watching
# thread comes up for air this often (seconds).
BREATH = 0.1


class DeadlinePassed(ReadFailed):
    """A job took too long; its lane was abandoned and may still be at it."""

    def __init__(self) -> None:
        super().__init__(
            "no answer within the deadline", hint="run the same command again later"
        )


@dataclass(eq=False, slots=True)
class _Job:
    work: Callable[[], object]
    results: queue.SimpleQueue[tuple[_Job, object]]
    deadline: float = field(default=float("inf"))
    abandoned: bool = False
    free: list[None] = field(default_factory=lambda: [None])
    """Empty once a lane has begun it, or its owner has taken it back."""

    def claim(self) -> bool:
        """Whether it is the caller's now: of two at once only one is told so."""
        try:
            self.free.pop()
        except IndexError:
            return False
        return True


class Lanes:
    """A fixed number of threads that perform jobs and never schedule any."""

    def __init__(
        self, count: int = 16, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.count = count
        self.now = now
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._started = 0
        self._abandoned = 0
        self._numbers = itertools.count(1)
        self._current = threading.local()

    def batch(self) -> Batch[K, R]:
        """A set of jobs whose results come back to one caller."""
        return Batch(self)

    def map(
        self, work: Callable[[T], R], items: Iterable[T]
    ) -> Iterator[tuple[T, R | Exception]]:
        """Every result, or what was raised, in the order in which they end."""
        batch: Batch[int, R] = self.batch()
        waiting = list(items)
        for number, item in enumerate(waiting):
            batch.submit(number, lambda item=item: work(item))  # type: ignore[misc]  # the default binds this turn's item
        while batch.pending:
            for number, result in batch.wait(BREATH):
                yield waiting[number], result

    def inside(self) -> bool:
        """Whether this is a lane, and somebody else watches its deadline."""
        return getattr(self._current, "job", None) is not None

    def renew(self, seconds: float) -> None:
        """
        Give the job on this lane so many seconds from now.

        Raises DeadlinePassed where it was given up: nobody waits for it any more,
        and what it would still send could come after another try of the same.
        """
        job: _Job | None = getattr(self._current, "job", None)
        if job is not None:
            if job.abandoned:
                raise DeadlinePassed
            job.deadline = self.now() + seconds

    def close(self) -> None:
        """Let idle lanes end; a busy one ends with its job or with the process."""
        for _ in range(self._started):
            self._jobs.put(None)

    def _put(self, job: _Job) -> None:
        # No lane is left: nobody would ever take it, and no deadline would begin.
        self.require_some()
        if self._started < self.count:
            self._started += 1
            self._spawn()
        self._jobs.put(job)

    def _spawn(self) -> None:
        name = f"lane-{next(self._numbers)}"
        threading.Thread(target=self._lane, name=name, daemon=True).start()

    def _lane(self) -> None:
        while (job := self._jobs.get()) is not None:
            if not job.claim():
                continue
            self._current.job = job
            # The clock starts when a lane takes the job, not while it queues.
            job.deadline = self.now() + SECONDS
            try:
                result: object = job.work()
            except Exception as error:  # noqa: BLE001  # whatever it is, the watcher decides
                result = error
            self._current.job = None
            job.results.put((job, result))
            if job.abandoned:
                return

    def _abandon(self, job: _Job) -> None:
        job.abandoned = True
        self._abandoned += 1
        if self._abandoned < self.count:
            self._spawn()

    def require_some(self) -> None:
        """Raise TaskopsError where every lane was given up."""
        if self._abandoned >= self.count:
            raise TaskopsError(
                "the service hangs: too many requests never ended",
                f"{self._abandoned} requests were given up after their deadline",
                "run the same command again when the service answers",
            )


class Batch(Generic[K, R]):
    """Jobs of one caller, by key; the caller's thread watches their deadlines."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._results: queue.SimpleQueue[tuple[_Job, object]] = queue.SimpleQueue()
        self._keys: dict[_Job, K] = {}
        self._watched = float("-inf")

    @property
    def pending(self) -> int:
        """How many jobs have not come back."""
        return len(self._keys)

    def submit(self, key: K, work: Callable[[], R]) -> None:
        """Hand a job to the next free lane."""
        job = _Job(work, self._results)
        self._lanes._put(job)  # noqa: SLF001  # two halves of one thing
        self._keys[job] = key

    def withdraw(self, wanted: Callable[[K], bool]) -> list[K]:
        """Take back what no lane has begun; the keys of it."""
        waiting = [job for job, key in self._keys.items() if wanted(key)]
        return [self._keys.pop(job) for job in waiting if job.claim()]

    def wait(self, seconds: float) -> list[tuple[K, R | Exception]]:
        """
        Whatever came back, or ran out of time, within so many seconds.

        Raises TaskopsError where nothing did and no lane is left for the others.
        """
        try:
            first = self._results.get(timeout=max(seconds, 0.001))
        except queue.Empty:
            late = self._overdue()
            if not late:
                self._lanes.require_some()
            return late
        return self._ended(first) + self.ended()

    def ended(self) -> list[tuple[K, R | Exception]]:
        """The same without waiting, for whoever has other things to do meanwhile."""
        ended: list[tuple[K, R | Exception]] = []
        with suppress(queue.Empty):
            while True:
                ended += self._ended(self._results.get_nowait())
        return ended + self._overdue()

    def _ended(self, came: tuple[_Job, object]) -> list[tuple[K, R | Exception]]:
        """What came back; nothing where nobody waits for it any more."""
        job, result = came
        key = self._keys.pop(job, None)
        return [] if key is None else [(key, result)]  # type: ignore[list-item]  # what the job returned

    def _overdue(self) -> list[tuple[K, R | Exception]]:
        now = self._lanes.now()
        # Looking at all that waits after each answer would be quadratic.
        if now - self._watched < BREATH:
            return []
        self._watched = now
        late = [job for job in self._keys if job.deadline < now]
        ended: list[tuple[K, R | Exception]] = []
        for job in late:
            ended.append((self._keys.pop(job), DeadlinePassed()))
            self._lanes._abandon(job)  # noqa: SLF001  # two halves of one thing
        return ended
