"""
Each fault at each request of an apply of five tasks, and what came of it.

`python -m soak.table RELIABILITY.md` runs it all and writes it there.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soak.counts import Counts
from soak.document import write
from soak.invariants import violations
from soak.ledgers import InFile
from soak.life import Life
from soak.process import quicken
from soak.settling import settle
from soak.trial import Trial, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from soak.trial import Result

REQUESTS: dict[str, dict[str, Any]] = {
    "list": {"method": "GET", "path": "^/v1/task$"},
    "look": {"method": "GET", "path": "^/v1/task/[^/]+$"},
    "draft": {"method": "GET", "path": "draft$"},
    "latest": {"method": "GET", "path": "latest$"},
    "upsert": {"method": "POST", "path": "^/v1/task$"},
    "deploy": {"method": "POST", "path": "deploy$"},
    "rename": {"method": "PUT"},
    "delete": {"method": "DELETE"},
    "generate": {"method": "POST", "path": "generate$"},
    "status": {"method": "GET", "path": "status$"},
}


def status(number: int, wait: str = "") -> dict[str, Any]:
    """An answer with a status, and perhaps with a `Retry-After`."""
    headers = {"headers": {"Retry-After": wait}} if wait else {}
    return {"do": "status", "status": number, **headers}


FAULTS: dict[str, dict[str, Any]] = {
    "429": status(429),
    "429, wait 0 s": status(429, "0"),
    "429, wait until a date that is past": status(429, "Wed, 21 Oct 2015 07:28:00 GMT"),
    "429, wait 99999999999 s": status(429, "99999999999"),
    "429, wait -5 s": status(429, "-5"),
    "429, wait “soon”": status(429, "soon"),
    "500": status(500),
    "502": status(502),
    "503": status(503),
    "504": status(504),
    "503, carried out": {**status(503), "when": "after"},
    "400": status(400),
    "401": status(401),
    "402": status(402),
    "403": status(403),
    "404": status(404),
    "409": status(409),
    "redirect": {"do": "redirect"},
    "redirect, carried out": {"do": "redirect", "when": "after"},
    "reset": {"do": "reset"},
    "reset, carried out": {"do": "reset", "when": "after"},
    "reset in the body": {"do": "reset_in_body", "when": "after"},
    "truncated": {"do": "truncated", "when": "after"},
    "cut at valid JSON": {"do": "cut"},
    "cut, carried out": {"do": "cut", "when": "after"},
    "HTML with 200": {"do": "html"},
    "HTML, carried out": {"do": "html", "when": "after"},
    "headers drip": {"do": "drip_headers", "seconds": 0.0001},
    "body drips": {"do": "drip_body", "seconds": 0.0001},
    "delay": {"do": "delay", "seconds": 0.01},
    "no answer": {"do": "hang", "seconds": 3, "when": "after"},
    "hand edit before": {"do": "edit"},
    "somebody makes `a`": {"do": "edit", "edit": {"name": "a", "draft": {}}},
}

EDIT = {"name": "b", "latest": {"code": "// by hand\n"}}
ALWAYS = ("429, wait 0 s", "503", "reset", "reset, carried out", "HTML with 200")
"""Faults that are also tried for as long as the apply lasts."""


def rows() -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Name, how often it happens, and the rule."""
    for name, fault in FAULTS.items():
        yield name, 1, fault
    for name in ALWAYS:
        yield f"{name}, each time", 1_000_000, FAULTS[name]


def cell(request: str, times: int, fault: dict[str, Any], counts: Counts) -> str:
    """What came of one apply; raises AssertionError where a promise was broken."""
    with tempfile.TemporaryDirectory() as folder:
        place = InFile(Path(folder))
        life = Life(place, counts, {}, socket="drip" in fault["do"])
        try:
            return _cell(life, {**REQUESTS[request], **fault, "times": times})
        finally:
            life.close()


def _cell(life: Life, rule: dict[str, Any]) -> str:
    rule.setdefault("when", "before")
    if rule["do"] == "edit":
        rule.setdefault("edit", EDIT)
    life.wanted = {"b": Wanted(0), "c": Wanted(1), "d": Wanted(4)}
    assert life.apply(Trial()).exit == 0
    life.results.clear()
    life.wanted = {
        "a": Wanted(5),
        "b": Wanted(3),
        "e": Wanted(4, moved_from="d"),
        "g": Wanted(0, kind="generated"),
    }
    result = life.apply(Trial(prune=True, faults=(rule,)))
    found = [v for r in life.results for v in violations(r, life)]
    found += settle(life)
    assert not found, found
    return told(result)


def told(result: Result) -> str:
    """`0`, or the exit code and everything that was not carried out."""
    if result.error is not None or result.report is None:
        return f"{int(result.exit)}, nothing written"
    bad = Counter(
        outcome.status
        for outcome in result.report.outcomes
        if outcome.status not in ("applied", "already_satisfied")
    )
    words = [f"{n} {status.replace('_', ' ')}" for status, n in bad.items()]
    return ", ".join([str(int(result.exit)), *words])


def lines(counts: Counts) -> Iterator[str]:
    """The table in Markdown."""
    yield f"| fault | {' | '.join(REQUESTS)} |"
    yield "|---" * (len(REQUESTS) + 1) + "|"
    for name, times, fault in rows():
        cells = [cell(request, times, fault, counts) for request in REQUESTS]
        yield f"| {name} | {' | '.join(cells)} |"


def main() -> int:
    """Run it all and write it down."""
    quicken()
    write(Path(sys.argv[1]), "table", list(lines(Counts())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
