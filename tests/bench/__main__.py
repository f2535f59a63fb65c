"""`make bench`: measures in turn, prints the table, writes bench.json."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from bench import page, projects, services, starts
from bench.rows import ROWS
from bench.table import line, title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bench.rows import Result

GROUPS: Mapping[Callable[[Path], Iterator[Result]], tuple[str, ...]] = MappingProxyType(
    {
        starts.starts: ("help", "version"),
        starts.validate_one: ("validate-one",),
        projects.validate: ("validate",),
        projects.compare: ("compare",),
        services.plan: (
            *("replan-requests", "plan", "plan-memory", "first-byte"),
            "plan-octodns",
        ),
        services.plan_code: ("plan-code", "plan-code-memory"),
        services.first_plan: ("first-plan",),
        services.apply: ("apply", "apply-terminal"),
        services.apply_requests: ("apply-requests",),
        services.against_scripts: ("ansible", "curl"),
        services.large: ("large", "large-memory"),
    }
)
"""What is measured together, with the rows that come of it."""


def main() -> int:
    """Measure what was asked for; the exit code never speaks of speed."""
    wanted = arguments()
    if wanted.page:
        page.write(Path("BENCHMARKS.md"), Path("bench.json"))
        return 0
    keys = wanted.rows or list(ROWS)
    results: list[Result] = []
    sys.stdout.write(title() + "\n")
    for measure, rows in GROUPS.items():
        if not set(rows) & set(keys):
            continue
        for result in measured(measure, wanted.folder):
            if result.key in keys:
                results.append(result)
                sys.stdout.write(line(result) + "\n")
                sys.stdout.flush()
    Path("bench.json").write_text(page.as_json(results, machine()))
    return 0


def measured(
    measure: Callable[[Path], Iterator[Result]], parent: str | None
) -> Iterator[Result]:
    """One group in a folder of its own, which does not outlive it."""
    with tempfile.TemporaryDirectory(dir=parent, ignore_cleanup_errors=True) as folder:
        yield from measure(Path(folder))


def machine() -> dict[str, object]:
    """Where and when; figures of two machines are not to be compared."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "processors": len(os.sched_getaffinity(0)),
        "day": time.strftime("%Y-%m-%d", time.gmtime()),
    }


def arguments() -> argparse.Namespace:
    """Which rows; none named means all."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--folder", help="Where projects and accounts are made.")
    parser.add_argument(
        "--page", action="store_true", help="Write bench.json into BENCHMARKS.md."
    )
    wanted = parser.parse_args()
    if unknown := [row for row in wanted.rows if row not in ROWS]:
        parser.error(f"no row `{unknown[0]}`; there are {', '.join(ROWS)}")
    return wanted


if __name__ == "__main__":
    sys.exit(main())
