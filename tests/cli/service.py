"""An account on a socket, as the command line reaches it, seen from the other side."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taskops.emulator.app import Emulator
from taskops.emulator.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "a-key-for-tests"


@dataclass(frozen=True, slots=True)
class Service:
    """The account and the variables that lead to it."""

    account: Emulator
    variables: dict[str, str]

    def asked(self, since: int = 0) -> list[tuple[str, str]]:
        """Method and path of every request since so many."""
        return [(r["method"], r["path"]) for r in self.account.requests()[since:]]

    def written(self) -> list[dict[str, Any]]:
        """What the account really took, hand edits left out."""
        return [c for c in self.account.commits() if c.get("by") != "hand"]

    def sent(self) -> dict[str, list[str]]:
        """By name, the id of the task at each time that it was sent whole."""
        found: dict[str, list[str]] = {}
        for commit in self.written():
            if commit["kind"] == "upsert":
                found.setdefault(commit["name"], []).append(commit["id"])
        return found


@contextmanager
def service(latency: float = 0.0, key: str | None = None) -> Iterator[Service]:
    """Serve an account until the block ends; with `key`, no other one is taken."""
    account = Emulator(latency=latency, api_key=key)
    server = serve(account)
    try:
        yield Service(
            account,
            {
                "ANCHORBROWSER_API_KEY": key or KEY,
                "ANCHORBROWSER_BASE_URL": server.url,
            },
        )
    finally:
        server.close()
        account.close()
