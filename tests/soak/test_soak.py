from __future__ import annotations

from typing import TYPE_CHECKING

from soak.__main__ import live
from soak.counts import Counts
from taskops.providers.http import door

if TYPE_CHECKING:
    import pytest


def test_random_lives_break_no_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    _put_back_afterwards(monkeypatch)
    counts = Counts()
    # The same lives in every run; `make soak` lives others each time.
    for number in range(4):
        assert live(number, counts, lives=5) == ""
    assert counts.violations == []
    assert counts.applies > counts.settled > 0
    assert sum(counts.faults.values()) > 0


def _put_back_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BACKOFF", "LONGEST_WAIT"):
        monkeypatch.setattr(door, name, getattr(door, name))
