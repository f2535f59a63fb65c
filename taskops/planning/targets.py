"""Which account a plan is for: the one that the service names, and the ledger's."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        if recorded is None or not recorded.team or not reading.target.team:
            continue
        if (recorded.origin, recorded.team) != (
            reading.target.origin,
            reading.target.team,
        ):
            found.append(
                Problem(
                    f"the key for `{name}` belongs to another account than the ledger",
                    f"the ledger is for team {recorded.team} at {recorded.origin}, "
                    f"the key is for team {reading.target.team} "
                    f"at {reading.target.origin}",
                    None,
                    "use the key of the right team, or another environment",
                )
            )
    return found
