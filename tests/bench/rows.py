"""The rows of the table: what is measured, against what, and what is to be reached."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Sense = Literal["at most", "at least", "exactly"]


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    against: str
    reach: float
    sense: Sense = "at most"
    unit: str = "s"
    cpu: bool = False
    """Whether both sides are one process, so that their processor time compares."""


ROWS: Mapping[str, Row] = MappingProxyType(
    {
        "help": Row("`taskops --help`", "`import click`", 1.3, cpu=True),
        "version": Row("`taskops --version`", "`import click`", 1.3, cpu=True),
        "validate-one": Row(
            "`validate` of 1 manifest", "the bare interpreter", 4, cpu=True
        ),
        "validate": Row(
            "`validate` of 10,000 manifests", "PyYAML's C loader alone", 2.5, cpu=True
        ),
        "compare": Row(
            "10,000 equal tasks with 5 to 50 KB of code, compared",
            "reading the files",
            2,
            cpu=True,
        ),
        "replan-requests": Row(
            "requests of a plan without changes", "pages of 100", 1, "exactly", ""
        ),
        "plan": Row(
            "`plan` of 10,000 tasks with a ledger, 1 % changed",
            "interpreter + C loader + requests / 16 times 50 ms",
            1.5,
        ),
        "plan-memory": Row("its peak memory", "200 MiB", 1, unit="MiB"),
        "first-byte": Row("until a terminal shows anything of that plan", "0.3 s", 1),
        "plan-octodns": Row(
            "the same plan", "octoDNS, 10,000 records, YAML to YAML", 0.5
        ),
        "plan-code": Row(
            "the same plan, each task with 5 to 50 KB of code",
            "reading those files too",
            1.5,
        ),
        "plan-code-memory": Row("its peak memory", "200 MiB", 1, unit="MiB"),
        "first-plan": Row(
            "first `plan` of 1,000 tasks, no ledger", "requests / 16 times 50 ms", 1.2
        ),
        "apply": Row("`apply` of 1,000 new tasks", "requests times 50 ms / 16", 1.15),
        "apply-terminal": Row(
            "the same with a terminal that shows it", "without", 1.05
        ),
        "apply-requests": Row(
            "requests of an `apply` of 20 updates",
            "listing, looks and steps",
            1,
            "exactly",
            "",
        ),
        "ansible": Row(
            "100 tasks listed and written by an Ansible `uri` loop",
            "`apply`",
            40,
            "at least",
        ),
        "curl": Row(
            "100 tasks listed and written by 16 curl and jq at once",
            "`apply`",
            4,
            "at least",
        ),
        "large": Row("`plan` of 100,000 tasks", "`plan` of 10,000", 11),
        "large-memory": Row("its peak memory", "1.5 GiB", 1, unit="MiB"),
    }
)


@dataclass(frozen=True)
class Figure:
    """What one row came to."""

    key: str
    value: float
    against: float
    cpu: tuple[float, float] | None = None

    @property
    def ratio(self) -> float:
        """How many times as much."""
        return self.value / self.against

    @property
    def reached(self) -> bool:
        """Whether it is what the row asks for."""
        row = ROWS[self.key]
        match row.sense:
            case "at most":
                return self.ratio <= row.reach
            case "at least":
                return self.ratio >= row.reach
            case "exactly":
                return self.ratio == row.reach


@dataclass(frozen=True)
class Skipped:
    """A row that could not be measured here, and why."""

    key: str
    why: str


Result = Figure | Skipped
