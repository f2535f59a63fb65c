"""Outputs and summaries, whatever somebody wrote into a manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from taskops.cli.runner_files import (
    SUMMARY,
    block,
    within,
    write_outputs,
    write_summary,
)

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = (
    "x\nchanges=false",
    "x\r\nchanges=false",
    "x\nchanges<<EOF\nfalse\nEOF",
    "x\nend_00000000000000000000000000000000\nchanges=false",
    "\u2028changes=false\x1b[31m",
)


def environ(folder: Path) -> dict[str, str]:
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
    }


def outputs(folder: Path) -> dict[str, str]:
    """As the runner reads the file."""
    found = {}
    lines = iter((folder / "output").read_text("utf-8").split("\n"))
    for line in lines:
        name, heredoc, end = line.partition("<<")
        if heredoc:
            value = []
            for part in lines:
                if part == end:
                    break
                value.append(part)
            found[name] = "\n".join(value)
        elif line:
            name, _, found[name] = line.partition("=")
    return found


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_cannot_forge_another_output(tmp_path: Path, value: str) -> None:
    write_outputs(environ(tmp_path), {"changes": "true", "counts": value})

    found = outputs(tmp_path)
    assert set(found) == {"changes", "counts"}
    assert found["changes"] == "true"


def test_outputs_of_two_commands_add_up(tmp_path: Path) -> None:
    write_outputs(environ(tmp_path), {"changes": "true"})
    write_outputs(environ(tmp_path), {"result": "ok"})

    assert outputs(tmp_path) == {"changes": "true", "result": "ok"}


def test_the_end_of_a_value_is_never_the_same(tmp_path: Path) -> None:
    write_outputs(environ(tmp_path), {"one": "x", "two": "x"})

    lines = (tmp_path / "output").read_text("utf-8").split("\n")
    assert lines[0].partition("<<")[2] != lines[3].partition("<<")[2]


def test_a_name_is_never_somebody_elses_text(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no name"):
        write_outputs(environ(tmp_path), {"a\nb": "x"})


def test_nothing_is_written_outside_of_a_job(tmp_path: Path) -> None:
    outside = environ(tmp_path) | {"GITHUB_ACTIONS": "false"}

    write_outputs(outside, {"changes": "true"})
    write_summary(outside, "x")

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_fails_nothing(tmp_path: Path) -> None:
    (tmp_path / "output").mkdir()

    write_outputs(environ(tmp_path), {"changes": "true"})
    write_summary({"GITHUB_ACTIONS": "true"}, "x")


def test_summaries_add_up_within_what_github_keeps(tmp_path: Path) -> None:
    for _ in range(3):
        write_summary(environ(tmp_path), "a line\n" * 60_000)

    text = (tmp_path / "summary").read_text("utf-8")
    assert len(text.encode()) <= SUMMARY
    assert text.endswith("_The rest is in the log of this step._\n")


def test_a_summary_is_never_cut_inside_a_fence_or_a_fold() -> None:
    fold = "<details><summary>x</summary>\n\n````diff\n```\n+ y\n````\n\n</details>\n"
    text = f"first\n{fold}{fold}"

    for room in range(60, len(text)):
        cut = within(text, room)
        assert len(cut) <= room
        assert cut.count("<details>") == cut.count("</details>")
        assert cut.count("````") % 2 == 0


def test_where_nothing_fits_nothing_is_written() -> None:
    assert within("x" * 100, 50) == ""


@pytest.mark.parametrize("text", ["x", "```", "a\n````\n## b", "\x1b[31mx\u202e"])
def test_a_block_holds_whatever_is_put_into_it(text: str) -> None:
    first, *inside, last = block(text).strip().split("\n")

    fence = first.removesuffix("text")
    assert last == fence
    assert set(fence) == {"`"}
    assert not any(fence in line for line in inside)
    assert "\x1b" not in block(text)
