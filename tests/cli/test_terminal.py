"""What a person sees on a terminal while an apply goes on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from cli.service import service
from cli.shell import project

if sys.platform == "win32":
    pytest.skip("a pseudo-terminal is needed", allow_module_level=True)

from cli.terminal import watch

if TYPE_CHECKING:
    from pathlib import Path

YES = {"Only `yes` is accepted:": "yes"}
GENERATED = "name: invoice\ndescription: d\ngenerate: {user_task: Get it.}\n"
LIMITED = {
    "method": "POST",
    "do": "status",
    "status": 429,
    "headers": {"Retry-After": "2"},
    "times": 1,
}


def test_what_runs_moves_below_what_is_done(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "tasks" / "invoice.yaml").write_text(GENERATED)

    with service(latency=0.1) as at:
        seen = watch(root, "apply", answers=YES, variables=at.variables)

    assert seen.code == 0
    assert seen.ever("+ hello                  applied", "» invoice")
    assert seen.ever("generating since ", " of 2")
    # What moved is gone; what is done stays, and the summary is last.
    assert "+ hello                  applied" in seen.screen
    assert "generating" not in seen.screen
    assert seen.screen.splitlines()[-2].startswith("Apply: 2 applied in ")
    assert not seen.cursor_hidden


def test_a_rate_limit_says_how_often_and_how_long(tmp_path: Path) -> None:
    root = project(tmp_path)

    with service() as at:
        at.account.set_faults([LIMITED])
        seen = watch(root, "apply", "--yes", variables=at.variables)

    assert seen.code == 0
    assert seen.ever("! rate limit of Anchor; retry 1 of 4 in 2 s", "+ hello")


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_no_moving_line_is_wider_than_the_terminal(
    tmp_path: Path, columns: int
) -> None:
    root = project(tmp_path, tasks=14)
    name = "a-name-that-is-longer-than-forty-columns-can-hold"
    (root / "tasks" / "long.yaml").write_text(f"name: {name}\ncode: hello.ts\n")

    with service(latency=0.3) as at:
        seen = watch(root, "apply", "--yes", size=(columns, 24), variables=at.variables)

    assert seen.code == 0
    assert seen.ever("and 7 more", "0 of 15")
    # A line that wraps would leave its rest behind when the region is drawn again.
    assert "writing" not in seen.screen
    assert "… and" not in seen.screen
    ended = [x for x in seen.screen.splitlines() if "  + " in f" {x}" and " s" in x]
    assert all(len(row) <= columns for row in ended)


@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {"TERM": ""}], ids=str)
def test_a_dumb_terminal_gets_lines(tmp_path: Path, variables: dict[str, str]) -> None:
    seen = watch(project(tmp_path), "apply", "--emulator", "--yes", variables=variables)

    assert seen.code == 0
    assert b"\x1b" not in seen.raw
    assert "hello: applied" in seen.screen


def test_no_color_leaves_no_colour_on_a_terminal(tmp_path: Path) -> None:
    seen = watch(
        project(tmp_path), "apply", "--emulator", "--yes", variables={"NO_COLOR": "1"}
    )

    assert seen.code == 0
    assert b"applied" in seen.raw
    assert b"\x1b[38" not in seen.raw
    assert b"\x1b[2m" not in seen.raw


@pytest.mark.parametrize("page", ["cp1252", "cp437", "ascii"])
def test_a_code_page_without_our_letters_gets_plain_ones(
    tmp_path: Path, page: str
) -> None:
    root = project(tmp_path)
    (root / "tasks" / "invoice.yaml").write_text(GENERATED)

    with service() as at:
        seen = watch(
            root,
            "apply",
            answers=YES,
            variables=at.variables | {"PYTHONUTF8": "0", "PYTHONIOENCODING": page},
        )

    assert seen.code == 0
    assert b"\\u" not in seen.raw
    assert b"\\x" not in seen.raw
    assert seen.ever("> invoice", "generating since ", "#", " of 2")


def test_an_interrupt_is_told_in_place_and_leaves_a_cursor(tmp_path: Path) -> None:
    root = project(tmp_path, tasks=4)

    with service(latency=1.5) as at:
        seen = watch(
            root, "apply", "--yes", interrupt_at="0 of 4", variables=at.variables
        )

    assert seen.code == 130
    assert seen.ever("! stopping: what is in flight may end", "of 4")
    assert "Go on with: taskops apply" in seen.screen
    assert not seen.cursor_hidden


def test_init_asks_little_and_enter_is_an_answer(tmp_path: Path) -> None:
    asked = {"Name of the project": "", "to be brought into git?": ""}
    seen = watch(tmp_path, "init", answers=asked)

    assert seen.code == 0
    assert (tmp_path / "tasks" / "hello.yaml").exists()
    assert "taskops apply --emulator" in seen.screen
    # What is there already is not asked for again.
    again = watch(tmp_path, "init")
    assert again.code == 0
    assert "Name of" not in again.screen


def test_init_takes_what_a_person_says(tmp_path: Path) -> None:
    asked = {"Name of the project": "My Shop", "to be brought into git?": "y"}
    seen = watch(tmp_path, "init", answers=asked)

    assert seen.code == 0
    assert "project: my-shop\n" in (tmp_path / "taskops.yaml").read_text()
    assert not (tmp_path / "tasks").exists()
    assert "taskops pull" in seen.screen


def test_a_command_that_is_pasted_after_init_does_not_become_the_name(
    tmp_path: Path,
) -> None:
    asked = {
        "Name of the project": "taskops plan --emulator",
        "that is a command": "shop",
        "to be brought into git?": "",
    }
    seen = watch(tmp_path, "init", answers=asked)

    assert seen.code == 0
    assert "project: shop\n" in (tmp_path / "taskops.yaml").read_text()


def test_the_command_after_an_apply_works(tmp_path: Path) -> None:
    root = project(tmp_path)
    seen = watch(root, "apply", "--emulator", "--yes")
    assert seen.screen.splitlines()[-1] == "Next: taskops run hello --emulator"
    assert watch(root, "run", "hello", "--emulator").code == 0


@pytest.mark.parametrize("words", [("plan",), ("apply", "--yes")])
def test_a_first_line_is_there_at_once_and_leaves_no_trace(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    root = project(tmp_path)

    seen = watch(root, *words, "--emulator")

    assert seen.code == 0
    assert seen.raw.startswith(b"  reading ...")
    assert seen.ever("reading ...")
    assert "reading ..." not in seen.screen
    assert seen.screen.splitlines()[0].startswith("anchor (default, emulator)")


def test_an_error_stands_alone_below_no_first_line(tmp_path: Path) -> None:
    seen = watch(tmp_path, "plan")

    assert seen.code == 64
    assert seen.raw.startswith(b"  reading ...")
    assert seen.screen.startswith("error: there is no taskops.yaml")


def test_a_terminal_that_cannot_redraw_gets_no_first_line(tmp_path: Path) -> None:
    seen = watch(tmp_path, "plan", variables={"TERM": "dumb"})

    assert seen.raw.startswith(b"error: ")
