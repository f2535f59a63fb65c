"""Asking about runs: what is about another one, or says nothing, is no answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from taskops.errors import ReadFailed

if TYPE_CHECKING:
    from taskops.providers.http.door import Answer, Door


@dataclass(slots=True)
class Polling:
    """The runs behind one door, each under its id at `path`."""

    door: Door
    path: str
    key: str
    """What the service calls a run's id."""

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

    def _strange(self, why: str) -> ReadFailed:
        return ReadFailed(
            f"{self.door.name}'s answer about a run is not in the documented form",
            why,
            "run the same command again",
        )


def strange_state(said: str) -> str:
    """What to tell of a state that no page of the service names."""
    return f"`{said}`, which is not a state that is known here"
