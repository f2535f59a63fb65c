"""An account for whole stories, and waits that nobody has to sit through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from account import Account

from taskops.applying import waiting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    """An emulated account with its ledger."""
    one = Account(tmp_path)
    yield one
    one.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions about a generation follow each other at once."""
    monkeypatch.setattr(waiting, "FIRST_POLL", 0.01)
    monkeypatch.setattr(waiting, "SLOWEST_POLL", 0.02)
