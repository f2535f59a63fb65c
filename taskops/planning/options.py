"""What a person asked of a plan."""

from __future__ import annotations

from typing import Literal

from taskops.model.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """
    The flags that shape a plan.

    `adopt`, `retry` and `resend` name declared resources; `select` and
    `exclude` are shell patterns on the name or on the whole address.
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
