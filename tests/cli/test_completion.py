"""Words that a shell offers: the right ones, and never a complaint."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cli.shell import edit, project, taskops

if TYPE_CHECKING:
    from collections.abc import Sequence

ENVIRONMENTS = "version: 1\nenvironments: {staging: {}, production: {}}"


def offered(root: Path, *words: str, last: str = "") -> list[str]:
    """What bash would offer after these words."""
    line = " ".join(["taskops", *words, last])
    said = taskops(
        root,
        _TASKOPS_COMPLETE="bash_complete",
        COMP_WORDS=line,
        COMP_CWORD=str(len(words) + 1),
    )
    assert (said.code, said.err) == (0, ""), said
    return [item.partition(",")[2] for item in said.out.split()]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = project(tmp_path, tasks=3)
    edit(root, "version: 1", ENVIRONMENTS, "taskops.yaml")
    return root


def test_commands_and_options_are_offered(shop: Path) -> None:
    assert offered(shop, last="pl") == ["plan"]
    assert offered(shop, "plan", last="--det") == ["--detailed-exitcode"]
    assert offered(shop, "plan", "--format", last="h") == ["html"]
    assert "completion" in offered(shop)


def test_environments_are_offered_in_their_order(shop: Path) -> None:
    assert offered(shop, "plan", "--env") == ["staging", "production"]
    assert offered(shop, "plan", "--env", last="p") == ["production"]


@pytest.mark.parametrize(
    "words",
    [["status"], ["run"], ["forget"], ["plan", "--select"], ["rollback", "HEAD"]],
)
def test_names_of_tasks_are_offered(shop: Path, words: Sequence[str]) -> None:
    assert offered(shop, *words) == ["hello", "t0", "t1"]
    assert offered(shop, *words, last="h") == ["hello"]


def test_a_name_is_offered_once(shop: Path) -> None:
    assert offered(shop, "run", "hello") == ["t0", "t1"]


def test_what_only_a_ledger_in_a_file_knows_is_offered(shop: Path) -> None:
    staging = ("--env", "staging")
    assert taskops(shop, "apply", "--yes", "--emulator", *staging).code == 0
    edit(shop, "name: t0", "name: t2", "tasks/more.yaml")

    declared = ["hello", "t1", "t2"]
    assert offered(shop, "forget", "--emulator", *staging) == sorted([*declared, "t0"])
    assert offered(shop, "forget", "--emulator") == sorted([*declared, "t0"])
    production = ("--env", "production")
    assert offered(shop, "forget", "--emulator", *production) == declared
    assert offered(shop, "forget", *staging) == declared


def test_a_ledger_that_cannot_be_read_takes_no_name_away(shop: Path) -> None:
    (shop / ".taskops" / "ledger").mkdir(parents=True)
    (shop / ".taskops" / "ledger" / "production.json").mkdir()

    assert offered(shop, "forget") == ["hello", "t0", "t1"]


def test_another_folder_has_other_names(shop: Path) -> None:
    assert offered(Path("/"), "run", "-C", str(shop)) == ["hello", "t0", "t1"]


def test_schemas_are_offered_by_name(shop: Path) -> None:
    assert offered(shop, "schema", last="tasko") == ["taskops"]


@pytest.mark.parametrize("text", ["", "{", "environments: 7\nmanifests: 3\n", "\x00"])
def test_what_cannot_be_read_offers_nothing(tmp_path: Path, text: str) -> None:
    assert offered(tmp_path, "plan", "--env") == []
    (tmp_path / "taskops.yaml").write_text(text)
    assert offered(tmp_path, "plan", "--env") == []
    assert offered(tmp_path, "run") == []


def test_a_shell_that_asks_nonsense_hears_nothing(tmp_path: Path) -> None:
    said = taskops(tmp_path, _TASKOPS_COMPLETE="bash_complete")
    assert (said.code, said.out, said.err) == (0, "", "")


def test_asking_opens_nothing_that_is_felt(shop: Path) -> None:
    script = (
        "import os, sys; from taskops.cli.boundary import run; run([]); "
        "heavy = {'httpx', 'jsonschema', 'rich', 'ssl', 'deepdiff'}; "
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or None)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=shop,
        env={
            **os.environ,
            "_TASKOPS_COMPLETE": "bash_complete",
            "COMP_WORDS": "taskops run ",
            "COMP_CWORD": "2",
        },
        capture_output=True,
        check=False,
        text=True,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "hello" in ran.stdout


ASK = {
    "bash": (
        'eval "$(taskops completion bash)"; COMP_WORDS=(taskops run h); COMP_CWORD=2; '
        '_taskops_completion taskops; echo "${COMPREPLY[@]}"'
    ),
    "zsh": (
        "autoload -U compinit; compinit -D; source <(taskops completion zsh); "
        "whence -w _taskops_completion; CURRENT=3; words=(taskops run h); "
        "compadd() { echo ${(P)@[-1]} }; _taskops_completion"
    ),
    "fish": 'taskops completion fish | source; complete --do-complete "taskops run h"',
}


@pytest.mark.parametrize("shell", ASK)
def test_the_script_works_in_the_shell_itself(shop: Path, shell: str) -> None:
    if shutil.which(shell) is None or sys.platform == "win32":
        pytest.skip(f"no {shell} on this machine")
    bin_folder = shop / "bin"
    bin_folder.mkdir()
    command = bin_folder / "taskops"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m taskops "$@"\n')
    command.chmod(0o755)
    ran = subprocess.run(
        [shell, "-c", ASK[shell]],
        cwd=shop,
        env={
            **os.environ,
            "PATH": f"{bin_folder}:{os.environ['PATH']}",
            "HOME": str(shop),
        },
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert "hello" in ran.stdout, ran
    assert ran.stderr == ""
