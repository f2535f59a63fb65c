"""Plans and applies by a service that takes 50 ms for every answer."""

from __future__ import annotations

import json
import math
import shutil
import urllib.request
from contextlib import ExitStack
from typing import TYPE_CHECKING

from bench import rivals
from bench.ground import (
    LANES,
    LARGE,
    LATENCY,
    PAGE,
    SMALL,
    change,
    full_service,
    make_project,
    python,
    service,
    taskops,
)
from bench.measure import in_turn, median
from bench.projects import COUNT, PARSE, READ
from bench.rows import Figure, Skipped
from bench.service import COUNT as ASKED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.measure import Command, Run
    from bench.rows import Result

TIMES = 3
SOME = 1000
FEW = 20
"""Changes of the apply whose requests are counted."""

LOOK, UPSERT, PUBLISH = 3, 1, 1 + 1
"""Requests of each: task and both versions; one write; one write and what is live."""


def plan(folder: Path) -> Iterator[Result]:
    """A plan with its ledger, one task in a hundred changed, and one without change."""
    root = folder / "planned"
    make_project(root, COUNT, SMALL)
    with full_service(root) as url:
        asked = requests_of(root, url, "plan", "--detailed-exitcode")
        yield Figure("replan-requests", asked, math.ceil(COUNT / PAGE))
        change(root, COUNT, 100)
        ours, bound = _planned(root, url, python(PARSE, str(root)))
        yield Figure("plan", ours.wall, bound)
        yield Figure("plan-memory", ours.peak, 200)
        shown = taskops(root, "plan", url=url, terminal=True)
        yield Figure(
            "first-byte", median([shown.run() for _ in range(TIMES)]).first, 0.3
        )
        theirs = rivals.octodns(folder / "octodns", COUNT)
        if isinstance(theirs, str):
            yield Skipped("plan-octodns", theirs)
        else:
            again, zone = in_turn(TIMES, taskops(root, "plan", url=url), theirs)
            yield Figure("plan-octodns", again.wall, zone.wall)


def plan_code(folder: Path) -> Iterator[Result]:
    """The same where every file has code of a real size, and the listing shows it."""
    root = folder / "coded"
    make_project(root, COUNT, LARGE)
    with full_service(root) as url:
        requests_of(root, url, "plan", "--detailed-exitcode")
        change(root, COUNT, 100)
        both = python(PARSE + READ, str(root))
        ours, bound = _planned(root, url, both)
        yield Figure("plan-code", ours.wall, bound)
        yield Figure("plan-code-memory", ours.peak, 200)


def _planned(root: Path, url: str, reading: Command) -> tuple[Run, float]:
    """The plan, and the least that it could take."""
    asked = requests_of(root, url, "plan")
    ours, read = in_turn(TIMES, taskops(root, "plan", url=url), reading)
    return ours, read.wall + math.ceil(asked / LANES) * LATENCY


def first_plan(folder: Path) -> Iterator[Result]:
    """A plan of what is all there, with no ledger that would vouch for it."""
    root = folder / "first"
    make_project(root, SOME)
    with full_service(root) as url:
        shutil.rmtree(root / ".taskops" / "ledger")
        asked = requests_of(root, url, "plan")
        command = taskops(root, "plan", url=url)
        ours = median([command.run() for _ in range(TIMES)])
        yield Figure("first-plan", ours.wall, math.ceil(asked / LANES) * LATENCY)


def apply(folder: Path) -> Iterator[Result]:
    """A thousand tasks made and published, each account new; then on a terminal."""
    runs, shown, bounds = [], [], []
    for number in range(TIMES):
        run, bound = _applied(folder / f"applied-{number}", terminal=False)
        runs.append(run)
        bounds.append(bound)
        shown.append(_applied(folder / f"shown-{number}", terminal=True)[0])
    alone = median(runs).wall
    yield Figure("apply", alone, sorted(bounds)[TIMES // 2])
    yield Figure("apply-terminal", median(shown).wall, alone)


def _applied(root: Path, *, terminal: bool) -> tuple[Run, float]:
    """An apply of everything, and the least that it could take."""
    make_project(root, SOME)
    with service(root) as url:
        run = taskops(root, "apply", "--yes", url=url, terminal=terminal).run()
        return run, counted(url) * LATENCY / LANES


def apply_requests(folder: Path) -> Iterator[Result]:
    """What an apply asks: the listing before and after, looks and steps."""
    root = folder / "counted"
    make_project(root, PAGE)
    with full_service(root) as url:
        change(root, PAGE, PAGE // FEW)
        asked = requests_of(root, url, "apply", "--yes")
        each = (LOOK - 1) + LOOK + UPSERT + PUBLISH
        yield Figure("apply-requests", asked, 2 + FEW * each)


def against_scripts(folder: Path) -> Iterator[Result]:
    """A hundred tasks listed and written: by taskops, and by what people use."""
    for key, make in (("ansible", rivals.ansible), ("curl", rivals.curl)):
        times = 1 if key == "ansible" else TIMES
        theirs: list[Run] = []
        ours: list[Run] = []
        why = ""
        for number in range(times):
            root = folder / f"{key}-{number}"
            make_project(root, PAGE, publish=False)
            with service(root) as url:
                rival = make(root, url)
                if isinstance(rival, str):
                    why = rival
                    break
                theirs.append(rival.run())
                written(url, PAGE)
            with service(root) as url:
                (root / ".taskops" / "service.db").unlink()
            with service(root) as url:
                ours.append(taskops(root, "apply", "--yes", url=url).run())
                written(url, PAGE)
        if why:
            yield Skipped(key, why)
        else:
            yield Figure(key, median(theirs).wall, median(ours).wall)


def large(folder: Path) -> Iterator[Result]:
    """Ten times as many tasks, measured between two plans of the small project."""
    with ExitStack() as services:
        commands = []
        for count in (COUNT, COUNT * 10):
            root = folder / f"large-{count}"
            make_project(root, count)
            url = services.enter_context(full_service(root))
            change(root, count, 100)
            commands.append(taskops(root, "plan", url=url))
        small, much = commands
        # Once each for what the service then knows by heart.
        small.run()
        much.run()
        before, ours, after = small.run(), much.run(), small.run()
    yield Figure("large", ours.wall, (before.wall + after.wall) / 2)
    yield Figure("large-memory", ours.peak, 1536)


def requests_of(root: Path, url: str, *words: str) -> int:
    """How many requests a command sends."""
    before = counted(url)
    taskops(root, *words, url=url).run()
    return counted(url) - before


def counted(url: str) -> int:
    """How many requests the service has seen."""
    with urllib.request.urlopen(url + ASKED) as answer:
        return int(json.load(answer))


def written(url: str, count: int) -> None:
    """Whoever was measured has really done it."""
    request = urllib.request.Request(
        f"{url}/v1/task?limit=1", headers={"anchor-api-key": "any"}
    )
    with urllib.request.urlopen(request) as answer:
        total = json.load(answer)["data"]["total"]
    if total != count:
        raise RuntimeError(f"{total} of {count} tasks were written")
