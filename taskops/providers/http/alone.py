"""Work for those who have no lanes: done by whoever waits for it, one by one."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")
R = TypeVar("R")
K = TypeVar("K")


class Alone:
    """Stands for lanes where there are no threads."""

    def batch(self) -> InTurn[K, R]:
        """Jobs that wait for their turn."""
        return InTurn()

    def map(
        self, work: Callable[[T], R], items: Iterable[T]
    ) -> Iterator[tuple[T, R | Exception]]:
        """Every result, or what was raised, in order."""
        for item in items:
            try:
                yield item, work(item)
            except Exception as error:  # noqa: BLE001  # whatever it is, who asked decides
                yield item, error

    def inside(self) -> bool:
        """Never."""
        return False

    def renew(self, seconds: float) -> None:
        """Without threads nobody watches a deadline."""


class InTurn(Generic[K, R]):
    """Jobs of one caller, of which each wait does the next."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[K, Callable[[], R]]] = deque()

    @property
    def pending(self) -> int:
        """How many have not been done."""
        return len(self._waiting)

    def submit(self, key: K, work: Callable[[], R]) -> None:
        """Put it behind the others."""
        self._waiting.append((key, work))

    def wait(self, seconds: float) -> list[tuple[K, R | Exception]]:
        """The next one, however long it takes."""
        del seconds
        if not self._waiting:
            return []
        key, work = self._waiting.popleft()
        try:
            return [(key, work())]
        except Exception as error:  # noqa: BLE001  # whatever it is, who asked decides
            return [(key, error)]

    def ended(self) -> list[tuple[K, R | Exception]]:
        """Nothing: nobody does anything meanwhile."""
        return []
