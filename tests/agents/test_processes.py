"""Agent tasks as a process sees them: killed, interrupted, told to write results."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from agents import Agents

SERVICES = ["browser_use", "stablebrowse"]
SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string"}},
    "required": ["title"],
}


def start(agents: Agents, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "taskops", *words],
        cwd=agents.root,
        env=os.environ | agents.variables() | {"PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = process.communicate(timeout=60)
    return process.returncode, said


def taskops(agents: Agents, *words: str) -> tuple[int, str]:
    return ended(start(agents, *words))


def wait_until(what: Callable[[], object]) -> None:
    ends = time.monotonic() + 20
    while not what():
        assert time.monotonic() < ends
        time.sleep(0.02)


def polled(agents: Agents) -> bool:
    return any(r["path"].count("/tasks/") for r in agents.account.requests())


@pytest.mark.parametrize("service", SERVICES)
def test_killed_between_the_start_and_its_answer_it_is_one_run(
    agents: Agents, service: str
) -> None:
    getattr(agents, service)()
    agents.account.set_faults(
        [{"method": "POST", "do": "delay", "seconds": 5, "when": "after", "nth": 1}]
    )
    process = start(agents, "apply", "--yes")
    wait_until(agents.runs)
    process.kill()
    ended(process)
    assert [job.status for job in agents.jobs()] == ["unknown"]

    code, said = taskops(agents, "apply", "--yes")

    assert code == 0, said
    assert len(agents.runs()) == 1
    assert taskops(agents, "plan", "--detailed-exitcode")[0] == 0


@pytest.mark.parametrize("service", SERVICES)
def test_killed_before_the_start_arrived_nothing_runs_by_itself(
    agents: Agents, service: str
) -> None:
    getattr(agents, service)()
    agents.account.set_faults(
        [{"method": "POST", "do": "status", "status": 504, "when": "before"}]
    )
    assert taskops(agents, "apply", "--yes")[0] == 9

    code, said = taskops(agents, "apply", "--yes")

    assert code == 9
    assert "--retry" in said
    assert agents.runs() == []


@pytest.mark.parametrize("service", SERVICES)
def test_killed_while_it_waits_the_next_one_goes_on_waiting(
    agents: Agents, service: str
) -> None:
    agents.account.set_behaviours({"run_polls": "1000000"})
    getattr(agents, service)()
    process = start(agents, "apply", "--yes")
    wait_until(lambda: polled(agents))
    process.kill()
    ended(process)
    agents.end_all_runs()

    code, said = taskops(agents, "apply", "--yes")

    assert code == 0, said
    assert len(agents.runs()) == 1


@pytest.mark.parametrize(
    ("service", "told"),
    [
        ("browser_use", "taskops run --cancel news"),
        ("stablebrowse", "the service has no way to stop a run"),
    ],
)
def test_interrupted_while_it_waits_it_says_how_to_go_on_and_how_to_stop(
    agents: Agents, service: str, told: str
) -> None:
    agents.account.set_behaviours({"run_polls": "1000000"})
    getattr(agents, service)()
    process = start(agents, "apply", "--yes")
    wait_until(lambda: polled(agents))
    process.send_signal(signal.SIGINT)

    code, said = ended(process)

    assert code == 130
    assert "still in progress" in said
    assert "run `taskops apply` again to go on waiting" in said
    assert told in said
    assert len(agents.runs()) == 1


def results(folder: Path) -> dict[str, dict[str, object]]:
    return {path.name: json.loads(path.read_text("utf-8")) for path in folder.iterdir()}


def test_results_are_written_as_files_of_their_owner(agents: Agents) -> None:
    long = "x" * 255
    agents.browser_use(structuredOutput=SCHEMA)
    agents.stablebrowse(schema=SCHEMA)
    agents.stablebrowse(long)
    folder = agents.root / "out" / "results"

    code, said = taskops(agents, "apply", "--yes", "--output-dir", str(folder))

    assert code == 0, said
    found = results(folder)
    assert found["browser_use--news.json"]["structured"] == {"title": "text"}
    assert found["stablebrowse--price.json"]["structured"] == {"title": "text"}
    assert found["browser_use--news.json"]["status"] == "applied"
    assert len(found) == 3
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_a_result_of_a_failed_run_is_written_too(agents: Agents) -> None:
    agents.account.set_behaviours({"run_result": "unstructured"})
    agents.browser_use(structuredOutput=SCHEMA)

    code, _ = taskops(agents, "apply", "--yes", "--output-dir", "out")

    assert code == 5
    (found,) = results(agents.root / "out").values()
    assert found["status"] == "failed"
    assert found["structured"] == {"unexpected": True}


def test_a_result_with_half_a_character_is_kept_as_it_is(agents: Agents) -> None:
    agents.browser_use()
    taskops(agents, "apply", "--yes", "--no-wait")
    (job,) = agents.jobs()
    run = {"id": job.poll_id, "status": "finished", "output": "half \ud83d of one"}
    fault = {"method": "GET", "path": "/tasks/", "do": "status", "status": 200}
    agents.account.set_faults([{**fault, "body": json.dumps(run)}])

    code, said = taskops(agents, "apply", "--yes", "--output-dir", "out")

    assert code == 0, said
    assert "half \\ud83d of one" in said
    (found,) = results(agents.root / "out").values()
    assert found["output"] == "half \ud83d of one"
    assert "half \\ud83d of one" in taskops(agents, "status")[1]


def test_results_that_cannot_be_written_are_a_failure(agents: Agents) -> None:
    agents.browser_use()
    (agents.root / "out" / "browser_use--news.json").mkdir(parents=True)

    code, said = taskops(agents, "apply", "--yes", "--output-dir", "out")

    assert code == 1
    assert "could not be written" in said
    assert taskops(agents, "plan", "--detailed-exitcode")[0] == 0


def test_a_file_in_the_place_of_their_folder_is_refused_before_anything_runs(
    agents: Agents,
) -> None:
    agents.browser_use()
    (agents.root / "out").write_text("a file", "utf-8")

    code, said = taskops(agents, "apply", "--yes", "--output-dir", "out")

    assert code == 64
    assert "`out` is a file" in said
    assert agents.account.commits() == []


def test_report_and_status_show_what_came_of_a_run(agents: Agents) -> None:
    agents.browser_use(structuredOutput=SCHEMA)
    agents.stablebrowse()

    _, said = taskops(agents, "apply", "--yes")
    _, status = taskops(agents, "status")

    for text in (said, status):
        assert '{"title": "text"}' in text
        assert "done: Find the price." in text
        assert "cost 0.03" in text
        assert "3 steps" in text
        assert "session " in text


@pytest.mark.parametrize(
    "damaged",
    ["[" * 100_000, '{"outcomes": [{"address": "a/b", "result": {"x": 1e999}}]}'],
)
def test_a_report_that_is_damaged_keeps_status_from_nothing(
    agents: Agents, damaged: str
) -> None:
    agents.browser_use()
    taskops(agents, "apply", "--yes")
    reports = agents.root / ".taskops" / "reports"
    (reports / "999999999999999-damaged.json").write_text(damaged, "utf-8")

    code, said = taskops(agents, "status")

    assert code == 0
    assert "done: Find the news." in said


def test_status_asks_the_service_where_no_report_knows_the_result(
    agents: Agents,
) -> None:
    agents.browser_use()
    taskops(agents, "apply", "--yes")
    for path in (agents.root / ".taskops" / "reports").iterdir():
        path.unlink()

    assert "done: Find the news." not in taskops(agents, "status")[1]
    assert "done: Find the news." in taskops(agents, "status", "--live")[1]


def test_a_run_is_stopped_where_the_service_can(agents: Agents) -> None:
    agents.account.set_behaviours({"run_polls": "1000000"})
    agents.browser_use()
    agents.stablebrowse()
    taskops(agents, "apply", "--yes", "--no-wait")

    code, said = taskops(agents, "run", "--cancel", "news")
    other, no = taskops(agents, "run", "--cancel", "price")

    assert code == 0, said
    assert "stopped" in said
    assert other == 1
    assert "StableBrowse has no way to stop a run" in no
    stops = [c for c in agents.account.commits() if c["kind"] == "browser-use-stop"]
    assert len(stops) == 1
    assert taskops(agents, "run", "--cancel", "news")[0] == 0
    agents.end_all_runs()
    _, said = taskops(agents, "apply", "--yes")
    assert "the run was stopped" in said
    assert len(agents.runs()) == 2


def test_each_run_that_was_stopped_is_told_though_the_next_one_is_not(
    agents: Agents,
) -> None:
    agents.account.set_behaviours({"run_polls": "1000000"})
    agents.browser_use("first")
    agents.browser_use("second")
    taskops(agents, "apply", "--yes", "--no-wait")
    no = {"method": "PATCH", "do": "status", "status": 400, "nth": 2}
    agents.account.set_faults([no])

    code, said = taskops(agents, "run", "--cancel", "first", "second")

    assert code == 1
    assert "browser_use/first: the run was stopped" in said


def test_a_run_whose_start_has_no_answer_is_stopped_too(agents: Agents) -> None:
    agents.account.set_behaviours({"run_polls": "1000000"})
    agents.browser_use()
    lost = {"method": "POST", "do": "status", "status": 504, "when": "after"}
    nothing = {"method": "GET", "path": "/tasks$", "do": "status", "status": 400}
    agents.account.set_faults([lost, {**nothing, "nth": 2}])
    assert taskops(agents, "apply", "--yes")[0] == 9
    agents.account.set_faults([])

    code, said = taskops(agents, "run", "--cancel", "news")

    assert code == 0, said
    assert "stopped" in said
    stops = [c for c in agents.account.commits() if c["kind"] == "browser-use-stop"]
    assert len(stops) == 1


def test_a_run_that_nobody_finds_cannot_be_stopped(agents: Agents) -> None:
    agents.browser_use()
    lost = {"method": "POST", "do": "status", "status": 504, "when": "before"}
    agents.account.set_faults([lost])
    taskops(agents, "apply", "--yes")

    code, said = taskops(agents, "run", "--cancel", "news")

    assert code == 1
    assert "no run of `browser_use/news` is known" in said


@pytest.mark.parametrize("words", [("status", "news", "--live"), ("doctor", "--debug")])
def test_a_command_that_sends_no_secret_repeats_none_either(
    agents: Agents, words: tuple[str, ...]
) -> None:
    agents.environ = {"TASKOPS_VAR_SHOP": "hunter2-hunter2"}
    agents.browser_use(task="Say hunter2-hunter2.", secrets={"shop": "${env.SHOP}"})
    assert taskops(agents, "apply", "--yes")[0] == 0
    shutil.rmtree(agents.root / ".taskops" / "reports")

    _, said = taskops(agents, *words)

    assert "done: Say (redacted)." in said
    assert "hunter2" not in said
