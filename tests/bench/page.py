"""The figures of a run as JSON, and as the table in BENCHMARKS.md."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bench.rows import ROWS, Figure, Skipped
from bench.table import amount, processor, reach

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bench.rows import Result

BEGIN = "<!-- figures: begin -->"
END = "<!-- figures: end -->"


def as_json(results: Sequence[Result], machine: Mapping[str, object]) -> str:
    """All that was measured; what was not says why."""
    return json.dumps(
        {"machine": machine, "rows": [_data(result) for result in results]}, indent=2
    )


def _data(result: Result) -> dict[str, object]:
    row = ROWS[result.key]
    told: dict[str, object] = {"row": result.key, "what": row.what}
    if isinstance(result, Skipped):
        return told | {"skipped": result.why}
    return told | {
        "against": row.against,
        "unit": row.unit,
        "value": round(result.value, 4),
        "bound": round(result.against, 4),
        "ratio": round(result.ratio, 3),
        "cpu": result.cpu and [round(seconds, 4) for seconds in result.cpu],
        "reach": row.reach,
        "sense": row.sense,
        "reached": result.reached,
    }


def write(page: Path, figures: Path) -> None:
    """Put the figures of a whole run between the marks."""
    run = json.loads(figures.read_text("utf-8"))
    found = {row["row"]: _result(row) for row in run["rows"]}
    results = [found[key] for key in ROWS if key in found]
    if missing := ROWS.keys() - {result.key for result in results}:
        raise SystemExit(f"{figures} has no row {min(missing)}: run all of them")
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(before + block(results, run["machine"]) + after, "utf-8")


def _result(row: Mapping[str, object]) -> Result:
    key = str(row["row"])
    if "skipped" in row:
        return Skipped(key, str(row["skipped"]))
    value, bound, cpu = row["value"], row["bound"], row["cpu"]
    assert isinstance(value, float | int)
    assert isinstance(bound, float | int)
    both = (float(cpu[0]), float(cpu[1])) if isinstance(cpu, list) else None
    return Figure(key, value, bound, both)


def block(results: Sequence[Result], machine: Mapping[str, object]) -> str:
    """The table with its marks."""
    lines = [
        BEGIN,
        "| row | measured | against | ratio | of processor time | reach |",
        "|---|---|---|---|---|---|",
        *map(_line, results),
        "",
        "Python {python}, {processors} processors, {day}.".format(**machine),
        END,
    ]
    return "\n".join(lines)


def _line(result: Result) -> str:
    if isinstance(result, Skipped):
        return f"| `{result.key}` | skipped: {result.why} | | | | {reach(result.key)} |"
    row = ROWS[result.key]
    value, against = (amount(x, row.unit) for x in (result.value, result.against))
    ratio = f"{result.ratio:.2f}"
    cells = [
        f"`{result.key}`",
        value,
        against,
        ratio if result.reached else f"**{ratio}**",
        processor(result),
        reach(result.key),
    ]
    return f"| {' | '.join(cells)} |"
