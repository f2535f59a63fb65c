"""Who waits for a moment, and the turns in which questions are asked."""

from __future__ import annotations

import heapq
import itertools
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

K = TypeVar("K")

POLLS_PER_SECOND = 10.0
"""Questions about what is in flight, over all of it: hundreds may wait at once."""


class Sleepers(Generic[K]):
    """Each with the moment when it is woken; the first of them first."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, K]] = []
        self._numbers = itertools.count()
        self._next_poll = 0.0

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, key: K, due: float) -> None:
        """Let it sleep until then."""
        heapq.heappush(self._heap, (due, next(self._numbers), key))

    def due(self, now: float) -> Iterator[K]:
        """Those whose moment has come; they sleep no more."""
        while self._heap and self._heap[0][0] <= now:
            yield heapq.heappop(self._heap)[2]

    def all(self) -> Iterator[K]:
        """Every one, whether its moment has come or not."""
        while self._heap:
            yield heapq.heappop(self._heap)[2]

    def pause(self, now: float, most: float) -> float:
        """Seconds until the first is due, a moment at least and `most` at the most."""
        return min(most, max(self._heap[0][0] - now, 0.001)) if self._heap else most

    def turn(self, now: float) -> float:
        """When the next question may be sent; each question takes its turn."""
        turn = max(self._next_poll, now)
        self._next_poll = turn + 1 / POLLS_PER_SECOND
        return turn
