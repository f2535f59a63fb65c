from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import jsonschema
import pytest
from cli.repositories import clones
from cli.service import KEY, service
from cli.shell import TASKOPS, edit, project, taskops

from taskops.manifests.schemas import schema


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_events_have_a_version_numbers_and_an_end(tmp_path: Path) -> None:
    root = project(tmp_path, tasks=3)
    taskops(root, "apply", "--emulator", "--yes", "--json-into", "events")
    events = lines_of(root / "events")
    assert [event["seq"] for event in events] == list(range(len(events)))
    assert (events[0]["type"], events[0]["ui"]) == ("version", "1.0")
    assert (events[-1]["type"], events[-1]["exit_code"]) == ("end", 0)
    kinds = [event["type"] for event in events]
    assert kinds.count("planned_change") == kinds.count("change_end") == 3
    assert kinds.count("end") == 1
    assert all("@message" in event for event in events)


def test_events_tell_what_was_refused_and_why(tmp_path: Path) -> None:
    root = project(tmp_path)
    words = ("apply", "--emulator", "--json-into", "events")

    def ended(code: int) -> dict[str, object]:
        assert taskops(root, *words).code == code
        *_, diagnostic, end = [
            e for e in lines_of(root / "events") if e["type"] in ("diagnostic", "end")
        ]
        assert (end["type"], end["exit_code"]) == ("end", code)
        assert diagnostic["type"] == "diagnostic"
        return diagnostic

    told = ended(6)
    assert told["@message"] == told["summary"]
    assert "nobody approved" in str(told["summary"])
    assert "--expect-digest" in str(told["hint"])
    with (root / "taskops.yaml").open("a") as file:
        file.write("limits: {changes: 0}\n")
    assert "limits.changes" in str(ended(8)["summary"])
    edit(root, "name: hello", "nme: hello")
    told = ended(3)
    assert told["file"] == "tasks/hello.yaml"
    assert isinstance(told["line"], int)


def test_every_apply_leaves_a_report_also_one_with_nothing_to_do(
    tmp_path: Path,
) -> None:
    root = project(tmp_path, tasks=3)
    told = []
    for _ in range(2):
        said = taskops(root, "apply", "--emulator", "--yes", "--json-into", "events")
        assert said.code == 0, said.err
        told += [
            e["report"] for e in lines_of(root / "events") if e["type"] == "report"
        ]
    files = sorted((root / ".taskops" / "reports").iterdir())
    kept = [json.loads(path.read_text("utf-8")) for path in files]
    assert kept == told
    assert [len(report["outcomes"]) for report in kept] == [3, 0]
    validator = jsonschema.Draft202012Validator(schema("report"))
    assert [list(validator.iter_errors(report)) for report in kept] == [[], []]


@pytest.mark.parametrize(
    ("words", "code"),
    [(["apply", "--emulator"], 6), (["plan"], 4), (["plan", "--env", "nope"], 64)],
)
def test_events_end_with_the_code_of_an_error(
    tmp_path: Path, words: list[str], code: int
) -> None:
    root = project(tmp_path)
    assert taskops(root, *words, "--json-into", "events").code == code
    assert lines_of(root / "events")[-1]["exit_code"] == code


def test_data_goes_to_stdout_and_nothing_else(tmp_path: Path) -> None:
    root = project(tmp_path)
    said = taskops(root, "plan", "--emulator", "--format", "json")
    data = json.loads(said.out)
    assert data["changes"][0]["address"] == "anchor/hello"
    assert data["counts"] == {"create": 1}


def test_no_secret_is_in_any_output(tmp_path: Path) -> None:
    root = project(tmp_path)
    proxy = (
        "browserConfiguration:\n  proxy: {active: true, type: custom, "
        "server: '${env.SERVER}', username: '${env.WORD}', password: '${env.WORD}'}\n"
    )
    edit(root, "browserConfiguration:\n", proxy)
    secrets = {
        "TASKOPS_VAR_SERVER": "http://hidden-value.example",
        "TASKOPS_VAR_WORD": "hidden-value",
    }
    told = ""
    for words in (
        ["plan", "--format", "json", "--out", "plan.json"],
        ["plan", "--format", "markdown"],
        ["plan", "--verbose"],
        ["apply", "--yes", "--json-into", "events", "--debug"],
        ["status", "--format", "json"],
    ):
        said = taskops(root, *words, "--emulator", **secrets)
        assert said.code == 0, said.err
        told += said.out + said.err
    told += (root / "plan.json").read_text() + (root / "events").read_text()
    assert "hidden-value" not in told


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_stdout_never_stops_an_apply(tmp_path: Path) -> None:
    root = project(tmp_path, tasks=5)
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [*TASKOPS, "apply", "--emulator", "--yes"],
            cwd=root,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    assert ran.returncode == 1
    again = taskops(root, "plan", "--emulator", "--detailed-exitcode")
    assert again.code == 0
    assert "5 unchanged" in again.out


@pytest.mark.parametrize("words", [["plan"], ["apply", "--yes"], ["--help"]])
def test_a_closed_pipe_is_met_with_silence(tmp_path: Path, words: list[str]) -> None:
    root = project(tmp_path)
    reading, writing = os.pipe()
    os.close(reading)
    emulator = [] if words == ["--help"] else ["--emulator"]
    ran = subprocess.run(
        [*TASKOPS, *words, *emulator],
        cwd=root,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    os.close(writing)
    assert ran.returncode == 1
    assert b"Traceback" not in ran.stderr
    assert b"Broken" not in ran.stderr
    if words[0] == "apply":
        assert "1 unchanged" in taskops(root, "plan", "--emulator").out


def test_an_encoding_without_arrows_gets_ascii(tmp_path: Path) -> None:
    root = project(tmp_path)
    taskops(root, "apply", "--emulator", "--yes")
    edit(root, "max_duration: 5", "max_duration: 6")
    said = taskops(root, "plan", "--emulator", PYTHONUTF8="0", PYTHONIOENCODING="cp437")
    assert "anchor (default, emulator)  <-  shop" in said.out
    assert "5 -> 6" in said.out


def test_no_color_and_color_are_obeyed(tmp_path: Path) -> None:
    root = project(tmp_path)
    plan = ["plan", "--emulator"]
    assert "\x1b[" not in taskops(root, *plan).out
    assert "\x1b[" in taskops(root, *plan, "--color", "always").out
    assert "\x1b[" not in taskops(root, *plan, "--color", "never").out


def test_a_manifest_cannot_command_the_runner(tmp_path: Path) -> None:
    root = project(tmp_path)
    taskops(root, "apply", "--emulator", "--yes")
    hostile = "::set-output name=changes::false\n##[stop-commands]x\n"
    path = root / "tasks" / "hello.ts"
    path.write_text(hostile + path.read_text("utf-8"), "utf-8")
    edit(root, "description: ", 'description: "\\n::error::x ##[error]y " # ')
    for form in ("text", "json", "markdown"):
        said = taskops(
            root,
            "plan",
            "--emulator",
            "--verbose",
            "--format",
            form,
            GITHUB_ACTIONS="true",
        )
        assert said.code == 0
        text = said.out + said.err
        assert "##[" not in text
        assert not [x for x in text.splitlines() if x.strip().startswith("::")]
        assert "stop-commands" in text


def test_later_steps_learn_the_result_without_reading_text(tmp_path: Path) -> None:
    root = project(tmp_path)
    output = tmp_path / "output"
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(output)}
    for words in (["plan"], ["apply", "--yes"], ["plan"]):
        assert taskops(root, *words, "--emulator", **variables).code == 0
    # Each output is a name, its end mark, its lines, the mark again.
    found = re.findall(r"(\w+)<<(\w+)\n(.*?)\n\2\n", output.read_text())
    told = [(name, value) for name, _, value in found]
    assert [value for name, value in told if name == "changes"] == [
        "true",
        "true",
        "false",
    ]
    assert told.count(("result", "ok")) == 3


def test_a_reader_that_leaves_early_does_not_stop_an_apply(tmp_path: Path) -> None:
    root = project(tmp_path, tasks=30)
    command = " ".join([*TASKOPS, "apply", "--yes"])
    with service() as at:
        ran = subprocess.run(
            ["sh", "-c", f"{command} | head -c 10"],
            cwd=root,
            env={**os.environ, **at.variables, "PYTHONUTF8": "1"},
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert ran.stdout == b"anchor (de"
        assert b"Traceback" not in ran.stderr
        assert len(at.sent()) == 30
        last = taskops(root, "plan", "--detailed-exitcode", **at.variables)
        assert (last.code, "30 unchanged" in last.out) == (0, True)


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize("how", ["full", "closed", "missing"])
def test_no_stream_is_needed_to_finish_an_apply(
    tmp_path: Path, stream: str, how: str
) -> None:
    root = project(tmp_path, tasks=5)
    number = {"stdout": 1, "stderr": 2}[stream]
    ends = {
        "full": f"{number}>/dev/full",
        "closed": f"{number}>&-",
        "missing": f"{number}>/dev/null",
    }
    command = " ".join([*TASKOPS, "apply", "--yes"])
    with service() as at:
        ran = subprocess.run(
            ["sh", "-c", f"{command} {ends[how]}"],
            cwd=root,
            env={**os.environ, **at.variables},
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert b"Traceback" not in ran.stderr + ran.stdout
        assert b"Exception ignored" not in ran.stderr
        assert ran.returncode in (0, 1)
        assert ran.returncode == 0 or how != "missing"
        assert len(at.sent()) == 5
        last = taskops(root, "plan", "--detailed-exitcode", **at.variables)
        assert last.code == 0, last.out
        assert "open:" not in taskops(root, "status").out


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "LC_ALL": "C"},
        {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii:strict"},
        {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
        {"TERM": "dumb", "NO_COLOR": "1"},
        {"NO_COLOR": ""},
        {"COLUMNS": "1"},
        {"COLUMNS": "many"},
        {"TERM": ""},
    ],
    ids=str,
)
def test_any_terminal_and_encoding_can_be_written_to(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    root = project(tmp_path, tasks=2)
    (root / "tasks" / "hello.yaml").write_text(
        "name: hello\ndescription: Grüße \U0001f600 日本\ncode: hello.ts\n", "utf-8"
    )
    plans = [["plan", "--format", form] for form in ("text", "json", "markdown")]
    for words in [*plans, ["apply", "--yes"], ["status", "--log"], ["--help"]]:
        flag = [] if words == ["--help"] else ["--emulator"]
        said = taskops(root, *words, *flag, **variables)
        assert said.code == 0, said.err
        assert "Traceback" not in said.err
        assert "\x1b[" not in said.out + said.err
    assert "2 unchanged" in taskops(root, "plan", "--emulator").out


HOSTILE = "x\n::set-output name=a::b\n##[error]c\r::stop-commands::d\x1b[31m\u202e"


def test_what_a_service_says_cannot_command_the_runner(tmp_path: Path) -> None:
    root, _ = clones(tmp_path)
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": HOSTILE.replace("\x00", "")}
    with service() as at:
        taskops(root, "apply", "--yes", **at.variables)
        fields = {"description": HOSTILE, "code": HOSTILE}
        at.account.edit(name="hello", latest=fields)
        at.account.edit(name=f"n{HOSTILE}", latest=fields)
        told = []
        for form in ("text", "json", "markdown", "html"):
            words = ["plan", "--verbose", "--format", form]
            told.append(taskops(root, *words, **at.variables, **variables))
        told += [
            taskops(root, *words, **at.variables, **variables)
            for words in (
                ["drift"],
                ["drift", "--format", "markdown"],
                ["apply", "--yes"],
            )
        ]
        body = json.dumps({"error": {"message": HOSTILE}})
        no = {"method": "POST", "do": "status", "status": 400, "body": body}
        at.account.set_faults([no])
        edit(root, "name: t0", "name: t7", "tasks/more.yaml")
        told.append(
            taskops(
                root, "apply", "--select", "t7", "--yes", **at.variables, **variables
            )
        )
        assert told[-1].code == 1
        at.account.set_faults([{"do": "status", "status": 400, "body": body}])
        told.append(taskops(root, "plan", **at.variables, **variables))
        told.append(taskops(root, "status", "--log", **variables))
    for said in told:
        for text in (said.out, said.err):
            assert "##[" not in text, text
            assert "\x1b" not in text
            # JSON is data, and keeps what it was given.
            assert "\u202e" not in text or text.startswith("{")
            # The one command is ours: it keeps the key out of the log.
            others = text.replace(f"::add-mask::{KEY}\n", "")
            lines = others.replace("\r", "\n").split("\n")
            assert not [x for x in lines if x.strip().startswith("::")], text
