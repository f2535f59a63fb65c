"""One listing for many that were written and wait to be seen in it."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar, cast

from taskops.model.resource import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from taskops.applying.asks import Glance
    from taskops.model.ports import Provider
    from taskops.model.resource import Observed, Target

K = TypeVar("K")

PAGE = 100
"""Objects that one listing request answers."""

PATIENCE = 2.0
"""Seconds that the first may wait while others are still written."""

WORTH = 25
"""Changes that must wait for each page of a listing while others are written."""


@dataclass(eq=False, slots=True)
class Part:
    """A part of a listing that is on its way, and the others of it."""

    provider: str
    waiting: dict[str, list[object]]
    """By id, who waits for a row; shared by all parts."""
    left: list[int]
    """Parts that have not come back; one number that all parts share."""


Work: TypeAlias = "tuple[Part, Callable[[], Reading]]"


@dataclass(slots=True)
class Glances(Generic[K]):
    """
    Who waits for a row, and the rows that were read.

    A row that is waited for comes from a listing that began after it was asked for.
    """

    providers: Mapping[str, Provider]
    objects: Callable[[str], int] | None = None
    """How many objects a provider lists by now; without it nothing is listed."""
    rows: dict[tuple[str, str], Observed] = field(default_factory=dict)
    """By provider and id."""
    targets: dict[str, Target] = field(default_factory=dict)
    parked: int = 0
    """How many wait, before and while the listing is read."""
    _waiting: dict[str, list[tuple[str, K]]] = field(default_factory=dict)
    _since: dict[str, float] = field(default_factory=dict)
    _besides: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def park(self, key: K, ask: Glance, now: float) -> None:
        """Let it wait for the next listing."""
        provider = ask.at.address.provider
        self._waiting.setdefault(provider, []).append((ask.at.id, key))
        self._since.setdefault(provider, now)
        self.parked += 1

    def beside(self, looked: Observed) -> None:
        """Nobody waits for its row, but one with the same time would vouch for it."""
        row = self.rows.get((looked.provider, looked.id))
        if row is None or row.updated_at != looked.updated_at:
            self._besides[looked.provider].add(looked.id)

    def due(self, now: float, *, idle: bool) -> list[str]:
        """The services to list: nothing else is left to do, or enough have waited."""
        return [
            provider
            for provider, waiting in self._waiting.items()
            if idle
            or (
                len(waiting) >= WORTH
                and now - self._since[provider] > PATIENCE
                and len(waiting) >= WORTH * self._pages(provider)
            )
        ]

    def begin(self, provider: str, lanes: int) -> tuple[list[Work], Sequence[K]]:
        """What to ask; or who goes on without, where looks cost less."""
        waiting = self._waiting.pop(provider)
        del self._since[provider]
        if not 0 < self._pages(provider) <= len(waiting):
            self.parked -= len(waiting)
            return [], [key for _, key in waiting]
        shared: dict[str, list[object]] = {}
        for object_id, key in waiting:
            shared.setdefault(object_id, []).append(key)
        return self._works(provider, lanes, shared), []

    def rest(self, lanes: int) -> list[Work]:
        """
        What to ask in the end for the rows that nobody waited for.

        Each spares the next plan two reads; nothing is asked where that costs more.
        """
        return [
            work
            for provider, ids in self._besides.items()
            if 0 < self._pages(provider) <= len(ids)
            for work in self._works(provider, lanes, {})
        ]

    def _works(
        self, provider: str, lanes: int, waiting: dict[str, list[object]]
    ) -> list[Work]:
        ids = waiting.keys() | self._besides[provider]
        parts = min(self._pages(provider), lanes)
        glance, left = self.providers[provider].glance, [parts]
        return [
            (Part(provider, waiting, left), partial(glance, ids, part, parts))
            for part in range(1, parts + 1)
        ]

    def take(self, part: Part, answer: object) -> list[tuple[K, Observed | None]]:
        """
        Who has its row now; with the last part those too who are in none.

        A part that failed has no rows: whoever misses one looks for itself.
        """
        told: list[tuple[K, Observed | None]] = []
        if isinstance(answer, Reading):
            if answer.target.team:
                self.targets[part.provider] = answer.target
            for row in answer.objects:
                self.rows[part.provider, row.id] = row
                self._besides[part.provider].discard(row.id)
                keys = part.waiting.pop(row.id, ())
                told += [(cast("K", key), row) for key in keys]
        part.left[0] -= 1
        if not part.left[0]:
            for keys in part.waiting.values():
                told += [(cast("K", key), None) for key in keys]
            part.waiting.clear()
        self.parked -= len(told)
        return told

    def forget(self) -> None:
        """Nobody waits any more."""
        self._waiting.clear()
        self._since.clear()
        self.parked = 0

    def _pages(self, provider: str) -> int:
        if self.objects is None:
            return 0
        return math.ceil(self.objects(provider) / PAGE)
