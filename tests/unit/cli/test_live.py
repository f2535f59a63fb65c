"""What a log hears of a long apply."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from taskops.cli import live
from taskops.cli.streams import Out
from taskops.model.ports import Event
from taskops.model.resource import Address

if TYPE_CHECKING:
    import pytest


def test_a_sign_of_life_says_what_each_one_waits_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.0)
    stream = io.StringIO()
    lines = live.Lines(Out(stream))
    one, two = Address("anchor", "report"), Address("anchor", "prices")
    for address in (one, two):
        lines(Event("start", "", address))
    lines(Event("progress", "waiting-for-session", one))

    lines.beat()

    last = stream.getvalue().splitlines()[-1]
    assert "report: waiting-for-session, prices" in last
