"""
What a plan asks for in any case, asked while its manifests are read.

First the ledger, then the listing of each service that somebody speaks of, on the
lanes; the thread that reads manifests looks at what came back between two of them.
Whatever goes wrong here is told when its turn comes, and manifests come first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.errors import TaskopsError
from taskops.manifests.references import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from taskops.model.ports import Batch, Begun, Lanes, Ledger, Provider
    from taskops.model.record import LedgerState
    from taskops.model.resource import Resource

MANY = 100
"""Resources with which it begins: fewer are read before anything could come back."""

BREATH = 0.1
"""Seconds that are waited at once, so that a signal gets through."""


class Ahead:
    """The reads of one plan that are begun before its manifests are all read."""

    def __init__(
        self,
        ledger: Ledger,
        lanes: Lanes,
        provider: Callable[[str], Provider],
        *,
        refresh: bool,
    ) -> None:
        self._ledger = ledger
        self._lanes = lanes
        self._provider = provider
        self._refresh = refresh
        self._met: list[Resource] = []
        self._batch: Batch[str, LedgerState] | None = None
        self._came: LedgerState | Exception | None = None
        self._readings: dict[str, Begun | None] = {}

    def met(self, resource: Resource) -> None:
        """One more resource is known."""
        self._met.append(resource)
        if len(self._met) < MANY and self._batch is None:
            return
        if self._batch is None:
            self._batch = self._lanes.batch()
            self._batch.submit("ledger", self._ledger.read)
        if self._came is None:
            self._take(self._batch.ended())
        if isinstance(self._came, Exception):
            self._met.clear()
        elif self._came is not None:
            for one in self._met:
                self._tell(one, self._came)
            self._met.clear()

    def _tell(self, resource: Resource, state: LedgerState) -> None:
        name = resource.address.provider
        if name not in self._readings:
            self._readings[name] = self._begun(name, state)
        if (reading := self._readings[name]) is not None:
            reading.met(resource)

    def _begun(self, name: str, state: LedgerState) -> Begun | None:
        try:
            provider = self._provider(name)
            return provider.begin(state.known_to(name), refresh=self._refresh)
        except TaskopsError:  # it is raised again by whoever needs the service
            return None

    def state(self) -> LedgerState:
        """What the ledger says; raises what reading it raises."""
        if self._batch is None:
            return self._ledger.read()
        while self._came is None:
            self._take(self._batch.wait(BREATH))
        if isinstance(self._came, Exception):
            raise self._came
        return self._came

    def _take(self, ended: Sequence[tuple[str, LedgerState | Exception]]) -> None:
        for _, came in ended:
            self._came = came

    @property
    def begun(self) -> Mapping[str, Begun]:
        """The readings that are on their way."""
        return {name: one for name, one in self._readings.items() if one is not None}

    def drop(self) -> None:
        """There will be no plan."""
        for reading in self.begun.values():
            reading.drop()


def secrets_of(environ: Mapping[str, str]) -> list[str]:
    """What manifests may fill in as secrets, before it is known which of them do."""
    return [value for name, value in environ.items() if name.startswith(PREFIX)]
