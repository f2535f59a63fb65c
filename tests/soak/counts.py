"""What happened in all lives together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS = {
    "cases": "lives of an account",
    "in_git": "of them with the ledger in git",
    "with_runs": "of them with agents' runs",
    "applies": "applies, second clients and settling ones included",
    "requests": "requests to the service",
    "writes": "writes in the service's own log",
    "runs": "of them agents' runs that were started",
    "settled": "fault-free applies after which a second one wrote nothing",
    "blocked": "fault-free applies that a problem or a reserved name held up",
    "windows": "writes over, or beside, what somebody made between look and write",
}
COUNTERS = {
    "faults": "faults, by class and by whether the request was carried out",
    "kills": "kill points, by what the process was about to do or had just done",
    "others": "signals, hand edits and second clients, by the moment they came in",
    "exits": "exit codes",
}


@dataclass
class Counts:
    """Numbers for people to read; a violation is also an error where it happens."""

    cases: int = 0
    in_git: int = 0
    with_runs: int = 0
    applies: int = 0
    requests: int = 0
    writes: int = 0
    runs: int = 0
    settled: int = 0
    blocked: int = 0
    windows: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    exits: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """As a table."""
        for name, words in NUMBERS.items():
            yield f"{getattr(self, name):>9,}  {name}: {words}"
        for name, words in COUNTERS.items():
            counter: Counter[str] = getattr(self, name)
            yield f"{sum(counter.values()):>9,}  {name}: {words}"
            for key, number in sorted(counter.items()):
                yield f"{number:>13,}  {key}"
        yield f"{len(self.violations):>9,}  violations"
