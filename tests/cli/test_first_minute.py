from __future__ import annotations

import json
import shlex
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from cli.service import service
from cli.shell import edit, project, taskops
from cli.terminal import watch

from taskops.cli.app import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path


def test_what_init_prints_next_works(tmp_path: Path) -> None:
    said = taskops(tmp_path, "init", "--project", "shop")
    assert said.code == 0
    commands = [x.split()[1:] for x in said.out.splitlines() if "  taskops " in x]
    assert commands == [["plan", "--emulator"], ["apply", "--emulator"]]
    assert taskops(tmp_path, *commands[0]).code == 0


def test_what_init_prints_next_works_from_where_it_was_called(tmp_path: Path) -> None:
    said = taskops(tmp_path, "init", "-C", "my tasks")
    commands = [shlex.split(x)[1:] for x in said.out.splitlines() if "  taskops " in x]
    assert len(commands) == 2
    assert taskops(tmp_path, *commands[0]).code == 0
    assert taskops(tmp_path, *commands[1], "--yes").code == 0


def test_without_a_command_the_help_is_shown_and_a_script_does_not_go_on(
    tmp_path: Path,
) -> None:
    said = taskops(tmp_path)
    assert said.code == 64
    assert said.out == ""
    assert said.err == taskops(tmp_path, "--help").out


def test_choices_that_are_missing_stand_in_one_line(tmp_path: Path) -> None:
    said = taskops(tmp_path, "completion")
    assert said.code == 64
    assert said.err.splitlines()[0].endswith("Choose from: bash, zsh, fish")


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "taskops.yaml").write_text("version: 1\nproject: mine\n")
    said = taskops(tmp_path, "init")
    assert said.code == 0
    assert "= taskops.yaml" in said.out
    assert "project: mine" in (tmp_path / "taskops.yaml").read_text()
    # A project that was there already gets no example.
    assert not (tmp_path / "tasks").exists()


def test_from_nothing_to_a_plan_without_changes(tmp_path: Path) -> None:
    root = project(tmp_path)
    assert taskops(root, "validate").out == "1 manifest in 1 file: valid\n"
    planned = taskops(root, "plan", "--emulator")
    assert planned.code == 0
    assert planned.out.startswith("anchor (default, emulator)  ←  shop\n")
    assert "  + hello                  create, publish\n" in planned.out
    assert planned.out.endswith("\nNext: taskops apply --emulator\n")
    applied = taskops(root, "apply", "--emulator", "--yes")
    assert applied.code == 0
    assert "Apply: 1 applied" in applied.out
    assert "hello: applied" in applied.err
    again = taskops(root, "plan", "--emulator", "--detailed-exitcode")
    assert again.code == 0
    assert "Plan: nothing to change, 1 unchanged." in again.out


def test_the_emulator_may_be_chosen_by_a_variable(tmp_path: Path) -> None:
    root = project(tmp_path)
    planned = taskops(root, "plan", TASKOPS_EMULATOR="1")
    assert planned.code == 0
    assert planned.out.endswith("Next: taskops apply\n")


def test_a_saved_plan_is_private_shown_and_applied(tmp_path: Path) -> None:
    root = project(tmp_path)
    planned = taskops(root, "plan", "--emulator", "--out", "plan.json")
    assert planned.out.endswith("Next: taskops apply plan.json --emulator\n")
    assert stat.S_IMODE((root / "plan.json").stat().st_mode) == 0o600
    for form, begins in (("text", "anchor"), ("markdown", "**Ch"), ("json", "{")):
        shown = taskops(root, "show", "plan.json", "--format", form)
        assert shown.code == 0
        assert shown.out.startswith(begins)
    assert taskops(root, "apply", "plan.json", "--emulator").code == 0


def test_a_saved_plan_keeps_the_flags_that_shaped_it(tmp_path: Path) -> None:
    root = project(tmp_path, tasks=3)
    taskops(root, "apply", "--emulator", "--yes")
    (root / "tasks" / "more.yaml").write_text("name: t0\ncode: hello.ts\n")
    pruned = taskops(root, "plan", "--emulator", "--prune", "--out", "plan.json")
    assert "1 to delete" in pruned.out
    assert "1 applied" in taskops(root, "apply", "plan.json", "--emulator").out
    assert "t1" not in taskops(root, "status", "--emulator").out


def test_what_moved_after_the_plan_stops_the_apply(tmp_path: Path) -> None:
    root = project(tmp_path)
    taskops(root, "plan", "--emulator", "--out", "plan.json")
    edit(root, "max_duration: 5", "max_duration: 6")
    said = taskops(root, "apply", "plan.json", "--emulator")
    assert said.code == 6
    assert "anchor/hello" in said.err
    assert "1 to create" in taskops(root, "plan", "--emulator").out


def test_an_edited_plan_file_approves_nothing(tmp_path: Path) -> None:
    root = project(tmp_path)
    taskops(root, "plan", "--emulator", "--out", "plan.json")
    data = json.loads((root / "plan.json").read_text())
    data["changes"][0]["digest"] = "0" * 64
    (root / "plan.json").write_text(json.dumps(data))
    said = taskops(root, "apply", "plan.json", "--emulator")
    assert said.code == 64
    assert "do not have the digest" in said.err


@pytest.mark.parametrize("when", ["1e300", "-1e300", "NaN"])
def test_a_time_that_no_calendar_has_is_shown_as_the_number_that_it_is(
    tmp_path: Path, when: str
) -> None:
    root = project(tmp_path)
    taskops(root, "apply", "--yes", "--emulator")
    log = root / ".taskops" / "emulator-ledger" / "default.log.jsonl"
    with log.open("a") as file:
        file.write(f'{{"when": {when}, "apply": "odd", "message": "odd"}}\n')

    for form in ("text", "json", "html"):
        said = taskops(root, "status", "--log", "--emulator", "--format", form)
        assert (said.code, said.err) == (0, "")
        assert "odd" in said.out


def test_status_and_forget(tmp_path: Path) -> None:
    root = project(tmp_path)
    taskops(root, "apply", "--emulator", "--yes")
    assert taskops(root, "status", "--emulator").out.startswith("anchor/hello  code")
    assert "apply: 1 created" in taskops(root, "status", "--emulator", "--log").out
    missing = taskops(root, "status", "--emulator", "helo")
    assert missing.code == 64
    assert "did you mean `hello`?" in missing.err
    assert taskops(root, "forget", "--emulator", "hello").code == 0
    planned = taskops(root, "plan", "--emulator")
    assert "1 adopted as is" in planned.out


def test_a_plan_asks_and_writes_nothing(tmp_path: Path) -> None:
    root = project(tmp_path, tasks=3)
    with service() as at:
        for words in (["plan"], ["plan", "--out", "p.json"], ["drift"]):
            taskops(root, *words, **at.variables)
        assert {method for method, _ in at.asked()} == {"GET"}
        assert at.account.commits() == []
        assert not (root / ".taskops" / "ledger").exists()
        taskops(root, "apply", "--yes", **at.variables)
        at.account.edit(name="hello", latest={"description": "by hand"})
        commits, since = at.account.commits(), len(at.asked())
        edit(root, "max_duration: 5", "max_duration: 6")
        words = ["plan", "--prune", "--refresh", "--format", "json"]
        assert taskops(root, *words, **at.variables).code == 0
        assert {method for method, _ in at.asked(since)} == {"GET"}
        assert at.account.commits() == commits


def test_hundreds_of_tasks_are_planned_to_nothing_by_listing_them(
    tmp_path: Path,
) -> None:
    root = project(tmp_path, tasks=250)
    edit(root, "version: 1", "version: 1\nlimits: {changes: 250}", "taskops.yaml")
    with service() as at:
        applied = taskops(root, "apply", "--yes", **at.variables)
        assert applied.code == 0, applied.err
        assert "Apply: 250 applied" in applied.out
        since = len(at.asked())
        again = taskops(root, "plan", "--detailed-exitcode", **at.variables)
        assert (again.code, "250 unchanged" in again.out) == (0, True)
        # A page holds a hundred, and the ledger vouches for each row.
        assert at.asked(since) == [("GET", "/v1/task")] * 3
        since = len(at.asked())
        nothing = taskops(root, "apply", "--yes", **at.variables)
        assert nothing.code == 0
        assert at.asked(since) == [("GET", "/v1/task")] * 3


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_shows_how_it_is_typed(
    tmp_path: Path, name: str
) -> None:
    for flag in ("--help", "-h"):
        said = taskops(tmp_path, name, flag)
        assert (said.code, said.err) == (0, "")
        assert f"  taskops {name}" in said.out.partition("\n  Example")[2]


def test_every_example_of_the_help_is_understood(tmp_path: Path) -> None:
    root = project(tmp_path)
    for name in COMMANDS:
        told = taskops(root, name, "--help").out.partition("\n  Example")[2]
        for line in told.partition("\n\n")[0].splitlines()[1:]:
            words = line.partition("taskops ")[2].partition(" >")[0].split()
            # With `--help` only the words are looked at, and nothing is done.
            said = taskops(root, *words, "--help")
            assert said.code == 0, line
            assert f"Usage: taskops {words[0]}" in said.out


def test_help_opens_nothing_that_is_felt(tmp_path: Path) -> None:
    script = (
        "import sys; from taskops.cli.boundary import run; run(['--help']); "
        "heavy = {'httpx', 'yaml', 'jsonschema', 'sqlite3', 'ssl', 'asyncio'}; "
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or None)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        text=True,
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_folder_below_the_project_and_one_named_by_c_are_the_same(
    tmp_path: Path,
) -> None:
    root = project(tmp_path / "a folder")
    below = taskops(root / "tasks", "plan", "--emulator")
    named = taskops(tmp_path, "plan", "--emulator", "-C", "a folder")
    assert below.code == named.code == 0
    assert "  + hello" in below.out
    assert named.out.endswith("Next: taskops apply -C 'a folder' --emulator\n")


def test_the_first_slips_are_answered_with_what_mends_them(tmp_path: Path) -> None:
    root = project(tmp_path)

    argument = taskops(root, "plan", "hello", "--emulator")
    environment = taskops(root, "plan", "--env", "staging", "--emulator")
    name = taskops(root, "run", "price-watch", "--emulator")
    commit = taskops(root, "rollback", "HEAD~1", "--emulator")

    assert "unexpected extra argument `hello`" in argument.err
    assert "`--select NAME` chooses tasks" in argument.err
    assert "hint: leave --env out, or declare it" in environment.err
    assert "hint: there is `hello`" in name.err
    assert "the project is in no repository" in commit.err
    said = (argument, environment, name, commit)
    assert [each.code for each in said] == [64, 64, 64, 64]


def test_a_manifest_in_the_wrong_folder_is_missed_aloud(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "tasks" / "hello.yaml").rename(root / "hello.yaml")
    words = "no manifest is found at `tasks/**/*.yaml` or `tasks/**/*.yml`"

    checked = taskops(root, "validate")
    planned = taskops(root, "plan", "--emulator")

    assert checked.out == f"{words}: valid\n"
    assert planned.err == f"{words}\n"
    assert (checked.code, planned.code) == (0, 0)


def test_the_command_after_a_plan_is_one_line_however_narrow(tmp_path: Path) -> None:
    root = project(tmp_path)
    seen = watch(root, "plan", "--emulator", "--select", "hello", size=(30, 24))
    assert "Next: taskops apply --emulator --select hello" in seen.raw.decode()
