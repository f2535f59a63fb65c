"""BENCHMARKS.md explains every row that is measured, and has a figure of each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bench.__main__ import GROUPS
from bench.page import BEGIN, END, as_json, block, write
from bench.rows import ROWS, Figure, Skipped

PAGE = Path(__file__).parents[2] / "BENCHMARKS.md"
MACHINE: dict[str, object] = {"python": "3", "processors": 2, "day": "2026-01-01"}

pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="only in a checkout")


def keys_of(text: str) -> list[str]:
    return re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE)


def test_the_figures_are_of_the_rows_that_are_measured() -> None:
    figures = PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]

    assert keys_of(figures) == list(ROWS)


def test_every_row_is_explained() -> None:
    rest = PAGE.read_text("utf-8").partition(END)[2]

    assert keys_of(rest) == list(ROWS)


def test_every_row_is_measured_once() -> None:
    measured = [key for keys in GROUPS.values() for key in keys]

    assert sorted(measured) == sorted(ROWS)


def test_a_run_is_written_between_the_marks(tmp_path: Path) -> None:
    page, figures = tmp_path / "page.md", tmp_path / "bench.json"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    results = [Figure(key, 3.0, 2.0) for key in ROWS if key != "ansible"]
    figures.write_text(as_json([*results, Skipped("ansible", "no pip")], MACHINE))

    write(page, figures)

    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert set(keys_of(text)) == set(ROWS)
    assert "skipped: no pip" in text


def test_a_run_of_some_rows_does_not_become_the_page(tmp_path: Path) -> None:
    figures = tmp_path / "bench.json"
    figures.write_text(as_json([Figure("help", 1.0, 1.0)], MACHINE))

    with pytest.raises(SystemExit, match="run all of them"):
        write(PAGE, figures)


def test_what_is_not_reached_stands_out() -> None:
    told = block([Figure("help", 1.4, 1.0), Figure("curl", 5.0, 1.0)], MACHINE)

    assert "**1.40**" in told
    assert "| 5.00 |" in told
