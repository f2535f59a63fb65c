"""Where something is wrong, what it is, and how to mend it."""

from __future__ import annotations

from typing import Literal, TypeAlias

from taskops.model.dataclass import dataclass

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file of the project; line and column count from 1, 0 is unknown."""

    file: str
    line: int = 0
    column: int = 0
    path: str = ""
    """JSON path of the value, as in `$.browserConfiguration.proxy`."""

    def __str__(self) -> str:
        numbers = [str(n) for n in (self.line, self.column) if n]
        return ":".join([self.file, *numbers])


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One thing that is wrong, in one clear sentence.

    `summary` is the same text for the same kind of problem; `detail` says what
    is special here; `hint` ends with what mends it. A warning stops nothing.
    """

    summary: str
    detail: str = ""
    where: Location | None = None
    hint: str = ""
    severity: Severity = "error"
    address: str = ""
    """`provider/name` of the resource, where there is one."""
    unknown: bool = False
    """Whether it is that nobody knows if something billable was started."""

    def of(self, address: str) -> Problem:
        """The same problem, of that resource."""
        return Problem(
            self.summary,
            self.detail,
            self.where,
            self.hint,
            self.severity,
            address,
            self.unknown,
        )
