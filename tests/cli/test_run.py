from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from cli.service import service
from cli.shell import TASKOPS, edit, project, taskops

if TYPE_CHECKING:
    from pathlib import Path

    from cli.service import Service

CODE = "export default async () => 1\n"
FAIL = "ANCHOR_EMULATE=failure"


def deployed(root: Path, tasks: int = 1) -> Path:
    """A project whose tasks are on the emulated account."""
    project(root, tasks)
    assert taskops(root, "apply", "--emulator", "--yes").code == 0
    return root


def deployed_at(root: Path, there: Service) -> Path:
    project(root)
    assert taskops(root, "apply", "--yes", **there.variables).code == 0
    return root


def runs(there: Service) -> int:
    """How many runs the account really started."""
    return sum(commit["kind"] == "run" for commit in there.written())


def test_a_task_runs_and_says_what_came_out(tmp_path: Path) -> None:
    root = deployed(tmp_path)
    said = taskops(root, "run", "hello", "--emulator", "--input", "ANCHOR_URL=x")
    assert said.code == 0, said.err
    assert said.out.startswith("hello: success, ")
    assert '    {"success": true}\n' in said.out
    assert said.out.endswith("\nRun: 1 task, 1 succeeded.\n")
    assert said.err.startswith("hello: queued, run ")
    assert "hello: success" in said.err


def test_a_run_that_fails_is_one_with_its_error(tmp_path: Path) -> None:
    said = taskops(deployed(tmp_path), "run", "hello", "--emulator", "--input", FAIL)
    assert said.code == 1
    assert "hello: failure, " in said.out
    assert "    the task threw\n" in said.out


def test_several_run_at_once_and_the_results_are_json(tmp_path: Path) -> None:
    root = deployed(tmp_path, tasks=4)
    names = ("hello", "t0", "t1", "t2")
    said = taskops(root, "run", *names, "--emulator", "--json")
    assert said.code == 0
    document = json.loads(said.out)
    assert document["format_version"] == 1
    assert [run["name"] for run in document["runs"]] == list(names)
    assert {run["status"] for run in document["runs"]} == {"success"}
    assert all(run["succeeded"] and run["run"] for run in document["runs"])


def test_results_as_junit(tmp_path: Path) -> None:
    root = deployed(tmp_path, tasks=2)
    said = taskops(
        root, "run", "hello", "t0", "--emulator", "--input", FAIL, "--junit", "x.xml"
    )
    assert said.code == 1
    suite = ET.parse(root / "x.xml").getroot()
    assert (suite.tag, suite.get("tests"), suite.get("failures")) == (
        "testsuite",
        "2",
        "2",
    )
    assert [case.get("name") for case in suite] == ["hello", "t0"]
    assert [failure.text for failure in suite.iter("failure")] == ["the task threw"] * 2


def test_a_junit_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    root = deployed(tmp_path)
    said = taskops(root, "run", "hello", "--emulator", "--junit", "no/where.xml")
    assert said.code == 1
    assert "hello: success" in said.out
    assert "`no/where.xml` could not be written" in said.err


def test_inputs_of_code_begin_with_the_prefix(tmp_path: Path) -> None:
    root = deployed(tmp_path)
    said = taskops(root, "run", "hello", "--emulator", "--input", "URL=hush-hush")
    assert said.code == 64
    assert "write --input ANCHOR_URL=…" in said.err
    broken = taskops(root, "run", "hello", "--emulator", "--input", "hush-hush")
    assert broken.code == 64
    assert "hush-hush" not in said.err + broken.err


def test_a_name_that_is_not_here_is_a_usage_error(tmp_path: Path) -> None:
    said = taskops(deployed(tmp_path), "run", "helo", "--emulator")
    assert said.code == 64
    assert "did you mean `hello`?" in said.err


def test_what_was_never_deployed_says_how_to_deploy_it(tmp_path: Path) -> None:
    said = taskops(project(tmp_path), "run", "hello", "--emulator")
    assert said.code == 1
    assert "hello: not started" in said.out
    assert "deploy it with `taskops apply --select hello --emulator`" in said.out


def test_a_draft_says_what_would_make_it_live(tmp_path: Path) -> None:
    root = project(tmp_path)
    edit(root, "name: hello\n", "name: hello\npublish: false\n")
    taskops(root, "apply", "--yes", "--emulator")

    said = taskops(root, "run", "hello", "--emulator")

    assert said.code == 1
    assert "write `publish: true` into the manifest of `hello`, then run" in said.out


def test_no_key_is_four(tmp_path: Path) -> None:
    assert taskops(project(tmp_path), "run", "hello").code == 4


def test_a_run_under_a_prefix_goes_by_its_declared_name(tmp_path: Path) -> None:
    root = project(tmp_path)
    file = root / "taskops.yaml"
    text = "environments: {dev: {name_prefix: dev-}}\n"
    file.write_text(file.read_text() + text)
    where = ("--emulator", "--env", "dev")
    assert taskops(root, "apply", "--yes", *where).code == 0
    assert taskops(root, "run", "hello", *where).code == 0


def test_a_generated_task_runs_by_its_id(tmp_path: Path) -> None:
    root = project(tmp_path, tasks=0)
    (root / "tasks").mkdir(exist_ok=True)
    (root / "tasks" / "made.yaml").write_text(
        "name: made\ndescription: d\ngenerate:\n  user_task: look\n"
    )
    with service() as there:
        early = taskops(root, "run", "made", **there.variables)
        assert early.code == 64
        assert "is not generated yet" in early.err
        assert "run `taskops apply --select made` first" in early.err
        applied = taskops(root, "apply", "--yes", **there.variables)
        assert applied.code == 0, applied.err
        said = taskops(root, "run", "made", "--input", "city=Oslo", **there.variables)
        asked = there.asked()
    assert said.code == 0, said.out + said.err
    assert '"success": true' in said.out
    assert [p.split("/")[:3] for m, p in asked if m == "POST"][-1] == [
        "",
        "v2",
        "tasks",
    ]


def test_a_run_that_does_not_end_is_left_to_the_service(tmp_path: Path) -> None:
    with service() as there:
        root = deployed_at(tmp_path, there)
        there.account.set_behaviours({"run_polls": "1000000"})
        said = taskops(root, "run", "hello", "--deadline", "0.02", **there.variables)
        assert said.code == 1
        assert "it has not ended within 0.02 minutes" in said.out
        assert runs(there) == 1


@pytest.mark.parametrize(
    "fault", [{"do": "reset", "when": "after"}, {"do": "status", "status": 503}]
)
def test_a_start_whose_answer_is_lost_is_never_sent_again(
    tmp_path: Path, fault: dict[str, object]
) -> None:
    with service() as there:
        root = deployed_at(tmp_path, there)
        rule = {"method": "POST", "path": "/v1/task/run/hello", **fault}
        there.account.set_faults([rule])
        before = len(there.asked())
        said = taskops(root, "run", "hello", **there.variables)
        asked = there.asked(before)
    assert said.code == 9, said.out
    assert "hello: unknown" in said.out
    assert asked.count(("POST", "/v1/task/run/hello")) == 1


def test_a_run_that_cannot_be_asked_about_for_a_moment_goes_on(tmp_path: Path) -> None:
    with service() as there:
        root = deployed_at(tmp_path, there)
        there.account.set_faults(
            [{"method": "GET", "path": "/executions/", "do": "reset", "times": 2}]
        )
        said = taskops(root, "run", "hello", **there.variables)
        assert said.code == 0, said.out
        assert runs(there) == 1


def test_too_many_requests_are_sent_again(tmp_path: Path) -> None:
    with service() as there:
        root = deployed_at(tmp_path, there)
        rule = {"method": "POST", "path": "/v1/task/run/hello", "do": "status"}
        there.account.set_faults([rule | {"status": 429, "times": 1}])
        said = taskops(root, "run", "hello", **there.variables)
        assert said.code == 0, said.out
        assert runs(there) == 1


def test_an_interrupt_says_that_the_run_goes_on(tmp_path: Path) -> None:
    with service() as there:
        root = deployed_at(tmp_path, there)
        there.account.set_behaviours({"run_polls": "1000000"})
        running = subprocess.Popen(
            [*TASKOPS, "run", "hello", "--junit", "x.xml"],
            cwd=root,
            env={**os.environ, **there.variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert running.stderr is not None
        assert running.stderr.readline().startswith("hello: queued, run ")
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=20)
    assert running.returncode == 130
    assert "what was started goes on on the service" in told
    assert (root / "x.xml").is_file()
