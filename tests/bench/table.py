"""Results as lines of a table on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.rows import ROWS, Skipped

if TYPE_CHECKING:
    from bench.rows import Figure, Result

SIGNS = {"at most": "≤", "at least": "≥", "exactly": "="}


def title() -> str:
    """The names of the columns."""
    names = f"{'row':17} {'measured':>11} {'against':>11} {'ratio':>7} {'cpu':>6}"
    return f"{names}  reach"


def line(result: Result) -> str:
    """One row."""
    if isinstance(result, Skipped):
        return f"{result.key:17} skipped: {result.why}"
    row = ROWS[result.key]
    value, against = (amount(x, row.unit) for x in (result.value, result.against))
    met = "" if result.reached else "not reached"
    return (
        f"{result.key:17} {value:>11} {against:>11} {result.ratio:7.2f} "
        f"{processor(result):>6}  {reach(result.key):8} {met}"
    ).rstrip()


def amount(number: float, unit: str) -> str:
    """A figure with its unit."""
    if not unit:
        return f"{number:.0f}"
    return f"{number:.0f} {unit}" if number >= 100 else f"{number:.3g} {unit}"


def processor(figure: Figure) -> str:
    """The ratio of processor time, where both sides are one process."""
    if figure.cpu is None or not ROWS[figure.key].cpu:
        return ""
    return f"{figure.cpu[0] / figure.cpu[1]:.2f}"


def reach(key: str) -> str:
    """What is to be reached."""
    row = ROWS[key]
    return f"{SIGNS[row.sense]} {row.reach:g}"
