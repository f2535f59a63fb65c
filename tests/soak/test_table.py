from __future__ import annotations

from pathlib import Path

import pytest

from soak.counts import Counts
from soak.document import read
from soak.process import quicken
from soak.table import REQUESTS, cell, rows
from taskops.providers.http import door

PAGE = Path(__file__).parents[2] / "RELIABILITY.md"
AGAIN = ("503", "redirect, carried out", "cut at valid JSON", "401", "hand edit before")
"""Rows that are run again by every test; `make table` runs all."""

pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="there is no checkout here")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BACKOFF", "LONGEST_WAIT"):
        monkeypatch.setattr(door, name, getattr(door, name))
    quicken()


def told() -> dict[str, list[str]]:
    """The page's cells, by fault."""
    lines = [line.strip("| ").split(" | ") for line in read(PAGE, "table")]
    return {fault: cells for fault, *cells in lines[2:]}


def test_the_page_has_a_cell_for_every_fault_at_every_request() -> None:
    assert list(told()) == [name for name, _, _ in rows()]
    assert {len(cells) for cells in told().values()} == {len(REQUESTS)}


@pytest.mark.parametrize("name", AGAIN)
def test_what_the_page_says_of_a_fault_is_what_happens(name: str) -> None:
    times, fault = next((t, f) for n, t, f in rows() if n == name)
    cells = [cell(request, times, fault, Counts()) for request in REQUESTS]
    assert cells == told()[name]
