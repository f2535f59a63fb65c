"""Somebody cancels a run: the signal reaches taskops, and the page says what came."""

from __future__ import annotations

import os
import re
import signal
import time
from typing import TYPE_CHECKING

import pytest
from cli.repositories import clones
from cli.service import KEY, Service, service
from github.events import pull_request, push
from github.steps import Runner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from github.hub import Hub
    from github.job import Job
    from github.steps import Ended

PATIENCE = 20.0
"""Seconds after which a test gives up; nothing is measured with it."""


@pytest.fixture
def at() -> Iterator[Service]:
    """An account that can be made to hang."""
    with service(key=KEY) as running:
        yield running


def cancelled(job: Job, at: Service, command: str, number: int) -> Ended:
    """A step that gets a signal while it waits for the service."""

    def cancel(process: int) -> None:
        ends = time.monotonic() + PATIENCE
        while not at.account.faults.injected:
            assert time.monotonic() < ends
            time.sleep(0.01)
        os.kill(process, number)

    event = push() if command == "apply" else pull_request()
    checkout = job.folder / "one"
    runner = Runner(job, event, checkout, cancel_at="Run taskops", cancel=cancel)
    return runner.action({"command": command}, at.variables)


def page(job: Job) -> str:
    return (job.folder / "summary").read_text("utf-8")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_an_apply_ends_what_is_in_flight_and_tells_what_came_of_it(
    job: Job, at: Service, number: int, code: int
) -> None:
    clones(job.folder, tasks=3)
    at.account.set_faults([{"method": "POST", "do": "hang", "seconds": PATIENCE}])

    ended = cancelled(job, at, "apply", number)

    assert (ended.code, ended.result) == (code, "cancelled"), ended.log
    told = page(job)
    assert told.startswith("### What came of it\n")
    assert "It was interrupted; what is in flight was given time to end." in told
    assert "the next run looks before it writes" in told
    assert "Re-run failed jobs" in told
    # The runner waits ten seconds, and then ends whatever is left.
    [seconds] = re.findall(r"Apply: 3 unknown in (\d+)\.\d s", told)
    assert int(seconds) < 7


@pytest.mark.parametrize(
    ("number", "code", "head"),
    [
        (signal.SIGINT, 130, "**Interrupted** (exit 130)\n"),
        (signal.SIGTERM, 143, "**Cancelled** (exit 143)\n"),
    ],
)
def test_an_apply_that_was_still_reading_says_how_to_try_again(
    job: Job, at: Service, number: int, code: int, head: str
) -> None:
    clones(job.folder)
    at.account.set_faults([{"do": "hang", "seconds": PATIENCE}])

    ended = cancelled(job, at, "apply", number)

    assert (ended.code, ended.result) == (code, "cancelled"), ended.log
    assert page(job).startswith(head)
    assert "Re-run failed jobs" in page(job)
    assert at.written() == []


def test_a_plan_leaves_the_pull_request_as_it_was(
    job: Job, hub: Hub, at: Service
) -> None:
    clones(job.folder)
    at.account.set_faults([{"do": "hang", "seconds": PATIENCE}])

    # Only taskops can tell; the script around it plans and then shows.
    ended = cancelled(job, at, "plan", signal.SIGTERM)

    assert ended.result == "cancelled"
    assert hub.writes == []
