"""One account: what its parts share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taskops.emulator.store import Store


@dataclass(slots=True)
class Account:
    """The store, the behaviours in force, and what the last request was about."""

    store: Store
    behaviours: dict[str, str]
    api_key: str | None = None
    client: str = ""
    """How the client of the request in hand calls itself, if it does."""
    hidden_for: dict[str, int] = field(default_factory=dict)
    """Listings for which a new task is not shown yet, by id."""

    def says(self, knob: str, value: str) -> bool:
        """Whether the answer in force to this question is that one."""
        return self.behaviours[knob] == value

    def number(self, knob: str) -> int:
        """A knob that is a number."""
        return int(self.behaviours[knob])

    def log(self, **what: Any) -> None:
        """Remember a commit."""
        self.store.log(**what, **({"client": self.client} if self.client else {}))
