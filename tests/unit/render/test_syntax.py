"""Colours for code: a guess that is never wrong about the text itself."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskops.render.syntax import State, tokens


def kinds(line: str, state: State = "") -> list[tuple[str, str]]:
    """Without the words and signs that get no colour."""
    return [part for part in tokens(line, state)[0] if part[0] not in ("other", "word")]


def test_words_of_the_language_strings_and_comments_are_told_apart() -> None:
    assert kinds("const a = 'it\\'s' + `${b}` + 0x1f; // done") == [
        ("keyword", "const"),
        ("string", "'it\\'s'"),
        ("string", "`${b}`"),
        ("number", "0x1f"),
        ("comment", "// done"),
    ]


@pytest.mark.parametrize(
    ("line", "state", "left"),
    [
        ("a /* b", "", "comment"),
        ("still", "comment", "comment"),
        ("end */ const", "comment", ""),
        ("`a", "", "template"),
        ("\\` b", "template", "template"),
        ("c` + 1", "template", ""),
        ("/* a */ b", "", ""),
        ("'not closed", "", ""),
    ],
)
def test_what_is_open_at_the_end_of_a_line_goes_on(
    line: str, state: State, left: State
) -> None:
    assert tokens(line, state)[1] == left


@given(st.text(), st.sampled_from(["", "comment", "template"]))
def test_no_character_is_lost_or_made_up(line: str, state: State) -> None:
    assert "".join(text for _, text in tokens(line, state)[0]) == line


@pytest.mark.parametrize(
    "part", ["/*", "`\\", "'\\", '"', "*", "a", "\\\\`", "1.", "$"]
)
def test_time_grows_with_the_line_and_no_faster(part: str) -> None:
    def seconds(times: int) -> float:
        began = time.process_time()
        for state in ("", "comment", "template"):
            tokens(part * times, state)
        return time.process_time() - began

    short = min(seconds(5_000) for _ in range(3))
    long = min(seconds(40_000) for _ in range(3))

    # Eight times the line; sixty-four times would be the square.
    assert long < max(short, 0.002) * 30
