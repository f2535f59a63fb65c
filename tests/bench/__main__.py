"""`make bench`: measures in turn, prints a table, writes JSON."""

from __future__ import annotations

import json
import math
import shutil
import statistics
import sys
import tempfile
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.ground import (
    LATENCY,
    apply_at_once,
    change,
    make_project,
    measured,
    slow_service,
    taskops,
)

PARSE = """
import sys, yaml
from pathlib import Path
for path in sorted(Path(sys.argv[1]).glob("tasks/*.yaml")):
    yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
"""
READ = """
import sys
from pathlib import Path
for path in sorted(Path(sys.argv[1]).glob("tasks/task-*.yaml")):
    (path.parent / f"code-{int(path.stem[5:]) % 20:02d}.ts").read_bytes()
"""
COMPARE = """
import sys
from pathlib import Path
from taskops.manifests.code import digest_of
from taskops.model.values import Code
kept = {}
for path in sorted(Path(sys.argv[1]).glob("tasks/task-*.yaml")):
    data = (path.parent / f"code-{int(path.stem[5:]) % 20:02d}.ts").read_bytes()
    code = Code(digest_of(data), len(data), lambda: data)
    assert kept.setdefault(int(path.stem[5:]) % 20, code) == code
"""


@dataclass(frozen=True)
class Row:
    """One line of the table: what, measured, against what, and the ratio to reach."""

    name: str
    value: float
    against: float
    reach: float
    unit: str = "s"
    ratio: float = 0.0


def ratio(
    name: str, value: float, against: float, reach: float, unit: str = "s"
) -> Row:
    """A row with its ratio."""
    return Row(
        name, round(value, 4), round(against, 4), reach, unit, round(value / against, 3)
    )


def in_turn(
    ours: list[str], theirs: list[str], times: int, root: Path | None = None
) -> tuple[float, float]:
    """Medians of both, measured in turn, so that a slow moment meets both."""
    pairs = [(measured(ours, root)[0], measured(theirs, root)[0]) for _ in range(times)]
    return (
        statistics.median(one for one, _ in pairs),
        statistics.median(other for _, other in pairs),
    )


def python(code: str, *words: str) -> list[str]:
    return [sys.executable, "-c", code, *words]


def starts(times: int) -> list[Row]:
    """What is felt at every keystroke."""
    command = [sys.executable, "-m", "taskops"]
    rows = []
    for word in ("--help", "--version"):
        ours, click = in_turn([*command, word], python("import click"), times)
        rows.append(ratio(f"taskops {word} / import click", ours, click, 1.3))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "one"
        make_project(root, 1)
        ours, bare = in_turn([*command, "validate"], python("pass"), times, root)
    rows.append(ratio("validate of 1 / bare interpreter", ours, bare, 4))
    return rows


def many(root: Path, count: int) -> list[Row]:
    """Validation and comparison of a large project."""
    command = [sys.executable, "-m", "taskops", "validate"]
    small = root.with_name("small")
    make_project(small, count, large=False)
    ours, parse = in_turn(command, python(PARSE, str(small)), 3, small)
    rows = [ratio(f"validate of {count} / bare C parse", ours, parse, 2.5)]
    ours, read = in_turn(python(COMPARE, str(root)), python(READ, str(root)), 3)
    rows.append(ratio(f"compare {count} equal codes / read them", ours, read, 2))
    return rows


def planned(root: Path, count: int) -> list[Row]:
    """A plan with its ledger, one in a hundred changed, by a slow service."""
    apply_at_once(root)
    rows = []
    with slow_service(root) as url:
        before = requests(url)
        _, _, code = taskops(root, "plan", url=url)
        assert code == 0, code
        asked = requests(url) - before
        pages = math.ceil(count / 100)
        rows.append(ratio("requests of an unchanged plan / pages", asked, pages, 1, ""))
        change(root, count, 100)
        before = requests(url)
        seconds, memory, code = taskops(root, "plan", url=url)
        assert code == 0, code
        asked = requests(url) - before
        bare, _ = in_turn(python("pass"), python("pass"), 3)
        parse, _ = in_turn(python(PARSE, str(root)), python("pass"), 3)
        bound = bare + parse + math.ceil(asked / 16) * LATENCY
        rows.append(ratio(f"plan of {count}, 1 % changed / bound", seconds, bound, 1.5))
        rows.append(ratio("peak memory of it / 200 MiB", memory / 1024, 200, 1, "MiB"))
    return rows


def first_plan(count: int) -> list[Row]:
    """A plan without a ledger, and an apply, by a slow service."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "first"
        make_project(root, count)
        with slow_service(root) as url:
            before = requests(url)
            seconds, _, code = taskops(root, "apply", "--yes", url=url)
            assert code == 0, code
            asked = requests(url) - before
            bound = asked * LATENCY / 16
            rows.append(
                ratio(f"apply of {count} / requests in 16 lanes", seconds, bound, 1.15)
            )
            rows.append(ratio("requests of it / task", asked, count, 8, ""))
            shutil.rmtree(root / ".taskops" / "ledger")
            before = requests(url)
            seconds, _, code = taskops(root, "plan", url=url)
            assert code == 0, code
            asked = requests(url) - before
            bound = math.ceil(asked / 16) * LATENCY
            rows.append(
                ratio(
                    f"first plan of {count} / requests in 16 lanes", seconds, bound, 1.2
                )
            )
    return rows


def requests(url: str) -> int:
    """How many requests the service has seen."""
    with urllib.request.urlopen(f"{url}/_emulator/requests") as answer:
        return len(json.load(answer))


def show(rows: list[Row]) -> None:
    """The table."""
    head = f"{'':52} {'measured':>12} {'against':>12} {'ratio':>7} {'reach':>6}"
    sys.stdout.write(head + "\n")
    for row in rows:
        met = "" if row.ratio <= row.reach else "  not reached"
        value, against = (f"{x:.3f} {row.unit}" for x in (row.value, row.against))
        line = f"{row.name:52} {value:>12} {against:>12} {row.ratio:7.2f} {row.reach:6}"
        sys.stdout.write(line + met + "\n")


def main() -> None:
    quick = "--quick" in sys.argv
    count, some = (1000, 200) if quick else (10_000, 1000)
    rows = starts(5 if quick else 15)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "many"
        make_project(root, count)
        rows += many(root, count)
        rows += planned(root, count)
    rows += first_plan(some)
    show(rows)
    Path("bench.json").write_text(
        json.dumps([asdict(row) for row in rows], indent=2) + "\n"
    )


if __name__ == "__main__":
    main()
