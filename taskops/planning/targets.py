"""Which account a plan is for: the one that the service names, and the ledger's."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from taskops.model.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.model.resource import Reading, Target


def target_of(reading: Reading, recorded: Target | None) -> Target:
    """Which account it is; one that holds nothing does not say, the ledger may."""
    target = reading.target
    known = recorded is not None and recorded.origin == target.origin
    return recorded if recorded and known and not target.team else target


def wrong_team(
    readings: Mapping[str, Reading], targets: Mapping[str, Target]
) -> list[Problem]:
    """A problem for each key that opens another account than the ledger is for."""
    found = []
    for name, reading in readings.items():
        recorded = targets.get(name)
        if recorded is not None and _another(recorded, reading.target):
            found.append(
                Problem(
                    f"the key for `{name}` belongs to another account than the ledger",
                    f"the ledger is for {_words(recorded)}, "
                    f"the key is for {_words(reading.target)}",
                    None,
                    "use the key and the address of the ledger's account, "
                    "or another environment",
                )
            )
    return found


def _another(recorded: Target, target: Target) -> bool:
    """
    Whether it is another account; where a team is not told, hosts tell it.

    What ran on an emulator is not what ran on the service: without this, a run
    there would count as done here.
    """
    if recorded.team and target.team:
        return recorded != target
    hosts = urlsplit(recorded.origin).netloc, urlsplit(target.origin).netloc
    return all(hosts) and hosts[0].lower() != hosts[1].lower()


def _words(target: Target) -> str:
    team = f"team {target.team} at " if target.team else ""
    return f"{team}{target.origin}"
