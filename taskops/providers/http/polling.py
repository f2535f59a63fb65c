"""Asking about runs: one that is not there at once may come, another is no answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from taskops.errors import NotFound, ReadFailed

if TYPE_CHECKING:
    from taskops.providers.http.door import Answer, Door

MOST_MISSES = 10
"""Questions that a run may not be found at; a new one is not there at once."""


@dataclass(slots=True)
class Polling:
    """The runs behind one door, each under its id at `path`."""

    door: Door
    path: str
    key: str
    """What the service calls a run's id."""
    misses: dict[str, int] = field(default_factory=dict)

    def at(self, run: str) -> str:
        """Where a run is; an id that the ledger was given must not lead elsewhere."""
        return f"{self.path}/{quote(run, safe='')}"

    def ask(self, run: str) -> Answer:
        """What the service says of a run; raises NotFound, ReadFailed."""
        answer = self.door.read(self.at(run))
        if answer.get(self.key, run) != run:
            raise self._strange("it is about another run")
        if not isinstance(answer.get("status"), str):
            raise self._strange("it has no `status`")
        return answer

    def ask_patiently(self, run: str) -> Answer | None:
        """The same; None while it may yet come. Raises NotFound, ReadFailed."""
        try:
            return self.ask(run)
        except NotFound:
            self.misses[run] = self.misses.get(run, 0) + 1
            if self.misses[run] < MOST_MISSES:
                return None
            raise

    def _strange(self, why: str) -> ReadFailed:
        return ReadFailed(
            f"{self.door.name}'s answer about a run is not in the documented form",
            why,
            "run the same command again",
        )


def strange_state(said: str) -> str:
    """What to tell of a state that no page of the service names."""
    return f"`{said}`, which is not a state that is known here"
