"""What a person asked of a plan."""

from __future__ import annotations

from typing import Literal

from taskops.model.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """
    The flags that shape a plan.

    `adopt`, `retry` and `resend` name resources, each by its declared name or its
    whole address; `select` and `exclude` are shell patterns on either. `adopt_all`
    takes over whatever has the name of a declared task. With `against="ledger"`
    no service is asked.
    """

    prune: bool = False
    adopt: tuple[str, ...] = ()
    adopt_all: bool = False
    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    retry: tuple[str, ...] = ()
    resend: tuple[str, ...] = ()
    refresh: bool = False
    allow_empty: bool = False
    against: Literal["service", "ledger"] = "service"
