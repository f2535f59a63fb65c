"""The world of an apply, made from an open session: for the library and for `apply`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from taskops.cli.repository import who
from taskops.manifests.results import judged
from taskops.workflow import World

if TYPE_CHECKING:
    from taskops.applying.execute import Pace
    from taskops.cli.wiring import Session


def world_of(opened: Session, pace: Pace, *, wait: bool) -> World:
    """What `carry_out` works with; only providers that were opened are in it."""
    return World(
        providers=opened.opened,
        ledger=opened.ledger,
        lanes=opened.lanes,
        clock=opened.clock,
        stop=opened.stop,
        listener=opened.listener,
        pace=pace,
        who=replace(who(opened.home, opened.environ), commit=opened.commit),
        wait=wait,
        judge=judged,
    )
