"""Threads that may be abandoned."""

from __future__ import annotations

import queue
import threading

import pytest

from taskops.applying.lanes import Batch, DeadlinePassed, Lanes
from taskops.errors import TaskopsError


class Time:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_every_result_comes_back_with_its_item() -> None:
    lanes = Lanes(4)

    assert sorted(lanes.map(lambda n: n * n, range(20))) == [
        (n, n * n) for n in range(20)
    ]


def test_what_a_job_raises_comes_back_as_its_result() -> None:
    ((item, result),) = Lanes(1).map(lambda n: 1 // n, [0])

    assert item == 0
    assert isinstance(result, ZeroDivisionError)


def test_jobs_run_at_once_up_to_the_count() -> None:
    lanes = Lanes(3)
    together = threading.Barrier(3, timeout=5)

    results = [result for _, result in lanes.map(lambda _: together.wait(), range(3))]

    assert sorted(map(str, results)) == ["0", "1", "2"]


def test_a_job_past_its_deadline_is_given_up_and_its_lane_replaced() -> None:
    time = Time()
    lanes = Lanes(2, now=time)
    hangs = threading.Event()
    batch: Batch[str, bool] = lanes.batch()
    running = threading.Event()

    def hang() -> bool:
        running.set()
        return hangs.wait(30)

    batch.submit("hangs", hang)
    assert running.wait(5)
    time.now = 61
    ((key, result),) = batch.wait(0.01)

    assert key == "hangs"
    assert isinstance(result, DeadlinePassed)
    assert list(lanes.map(lambda n: n, [1, 2])) in ([(1, 1), (2, 2)], [(2, 2), (1, 1)])
    hangs.set()


def test_a_job_that_renews_its_deadline_is_left_at_it() -> None:
    time = Time()
    lanes = Lanes(1, now=time)
    go, renewed = threading.Event(), threading.Event()
    batch: Batch[str, str] = lanes.batch()

    def work() -> str:
        lanes.renew(300)
        renewed.set()
        go.wait(30)
        return "done"

    batch.submit("slow", work)
    assert renewed.wait(5)
    time.now = 200
    assert batch.wait(0.01) == []
    go.set()
    while not (ended := batch.wait(0.1)):
        pass

    assert ended == [("slow", "done")]


def test_a_job_that_was_given_up_learns_it_before_it_sends_anything_more() -> None:
    time = Time()
    lanes = Lanes(2, now=time)
    go, running = threading.Event(), threading.Event()
    told: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
    batch: Batch[str, None] = lanes.batch()

    def work() -> None:
        running.set()
        go.wait(30)
        try:
            lanes.renew(60)
        except DeadlinePassed as error:
            told.put(error)
        else:
            told.put(None)

    batch.submit("hangs", work)
    assert running.wait(5)
    time.now = 61
    assert batch.wait(0.01)
    go.set()

    assert isinstance(told.get(timeout=5), DeadlinePassed)


def test_when_every_lane_was_given_up_the_run_ends() -> None:
    time = Time()
    lanes = Lanes(1, now=time)
    hangs, running = threading.Event(), threading.Event()
    batch: Batch[str, bool] = lanes.batch()

    def hang() -> bool:
        running.set()
        return hangs.wait(30)

    batch.submit("hangs", hang)
    assert running.wait(5)
    time.now = 61

    ((_, result),) = batch.wait(0.01)
    assert isinstance(result, DeadlinePassed)
    # Nobody is left to take another job, so none may be waited for.
    with pytest.raises(TaskopsError, match="the service hangs"):
        batch.wait(0.01)
    with pytest.raises(TaskopsError, match="the service hangs"):
        list(lanes.map(lambda n: n, [1]))
    hangs.set()


def test_what_no_lane_has_begun_can_be_taken_back() -> None:
    batch: Batch[str, str] = Lanes(1).batch()
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        go_on.wait(5)
        return "done"

    batch.submit("begun", slow)
    batch.submit("kept", lambda: "kept")
    batch.submit("waiting", lambda: "sent all the same")
    begun.wait(5)
    taken = batch.withdraw(lambda key: key != "kept")
    go_on.set()

    came = dict(batch.wait(5))
    while batch.pending:
        came |= dict(batch.wait(5))
    assert (taken, came) == (["waiting"], {"begun": "done", "kept": "kept"})
