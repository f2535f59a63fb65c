from __future__ import annotations

import sys
import unicodedata

import pytest

from taskops.render import clean


def test_plain_words_stay_as_they_are() -> None:
    text = "café, 東京, 👍, naïve → x"
    assert clean.line(text) == text


@pytest.mark.parametrize("text", ["\x1b[31m", "\u202e", "\u200b", "\x85", "\x00"])
def test_what_acts_or_hides_is_spelt_out(text: str) -> None:
    assert clean.line(f"a{text}b").isprintable()


def test_one_line_is_one_line() -> None:
    assert clean.line("a\nb\tc\r\u2028d") == "a\\nb\\tc\\r\\u2028d"


def test_lines_keep_their_ends_and_nothing_else() -> None:
    assert clean.lines("a\n\tb\r\n") == "a\n\tb\\r\n"


def test_no_control_or_direction_mark_gets_through() -> None:
    every = (chr(number) for number in range(sys.maxunicode + 1))
    through = {c for c in every if clean.line(c) == c}
    worst = {"Cc", "Cs", "Zl", "Zp"}
    assert not [hex(ord(c)) for c in through if unicodedata.category(c) in worst]
    turning = ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI")
    assert not [c for c in through if unicodedata.bidirectional(c) in turning]


@pytest.mark.parametrize(
    "text", ["::error::x", "  ::set-output name=a::b", "\u00a0::debug::", "a\n::x::"]
)
def test_no_line_begins_as_a_command(text: str) -> None:
    lines = clean.without_commands(text).split("\n")
    assert not any(line.strip().startswith("::") for line in lines)


def test_the_older_command_is_taken_apart_anywhere() -> None:
    assert "##[" not in clean.without_commands("a ##[stop-commands]x ##[[b")


def test_harmless_colons_stay() -> None:
    assert clean.without_commands("std::vector") == "std::vector"


def test_a_cut_text_is_never_longer_than_asked() -> None:
    assert clean.shortened("abcdef", 4) == "abc…"
    assert clean.shortened("abcdef", 4, "...") == "a..."
    assert clean.shortened("abcd", 4) == "abcd"
