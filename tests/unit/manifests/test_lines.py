"""What is read by its lines is what PyYAML reads, or it is left to PyYAML."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from taskops.manifests.lines import lines
from taskops.manifests.quick import quick

CASES = Path(__file__).parents[2] / "cases" / "manifests"
SEEDS = [f.read_text("utf-8") for f in sorted(CASES.glob("*/*/**/*.yaml"))]

KEYS = st.sampled_from(["a", "b", "c", "true", "_x", "a-b", "NULL", '"a"', "1", "<<"])
VALUES = st.sampled_from(
    [
        *("x", "two words", "http://a.b/c?d=e", "no", "true", "~", "0", "1.5", "007"),
        *(
            "1e3",
            "2024-01-01",
            ".inf",
            "0x1F",
            "a:b",
            "a: b",
            "a:",
            "a#b",
            "a #b",
            "#a",
        ),
        *('"x"', '""', "''", "'it''s'", '"a: #b"', '"a', "'a", '"a" b', "[]", "{}"),
        *("[a]", "{a: b}", "|", ">-", "&a b", "*a", "!t b", "? a", "- a", "-", "-1"),
        *(
            "a ",
            " a",
            "a\t",
            "\ta",
            "a  b",
            "a - b",
            "a, b",
            "a]",
            "$" + "{var.A}",
            "@a",
        ),
        *("%a", "`a`", "/a", "a/", "é", "a\x85b", "a\x7f", "a\r", "...", "---", "a\\b"),
        *("", "", ""),
    ]
)
GAPS = st.sampled_from(["", "", "", " ", "  ", " # said", "#", "\r"])
BETWEEN = st.sampled_from([" ", " ", "  ", ""])
INDENTS = st.sampled_from(["", "", "  ", "  ", "    ", " ", "\t"])


@st.composite
def line(draw: st.DrawFn) -> str:
    start = draw(INDENTS)
    kind = draw(
        st.sampled_from(["field", "field", "item", "comment", "empty", "value"])
    )
    value = draw(VALUES) + draw(GAPS)
    match kind:
        case "field":
            return f"{start}{draw(KEYS)}:{draw(BETWEEN)}{value}"
        case "item":
            return f"{start}-{draw(BETWEEN)}{value}"
        case "comment":
            return f"{start}# {value}"
        case "value":
            return start + value
        case _:
            return start


TEXTS = st.lists(line(), max_size=8).map("\n".join)


@given(text=TEXTS)
@settings(max_examples=3000, deadline=None)
@example(text="a:\n- b\n- c\nd: e\n")
@example(text="a:\n  b:\n    c: d\n e: f\n")
@example(text="a:\n  - b\n  c: d\n")
@example(text="a: b\n  c: d\n")
@example(text="a:\n\n  # c\n  b: 1\n\n")
@example(text="a:\n  - b\n # c\n  - d\n")
@example(text="a:\n  b:\n- c\n")
@example(text="  a: b\n")
def test_lines_are_read_as_yaml_reads_them(text: str) -> None:
    root = lines(text)
    assert root is None or "\\" in text or quick(text) == [root]


@given(data=st.data())
@settings(max_examples=500, deadline=None)
def test_a_changed_manifest_is_read_the_same_in_both_ways(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(SEEDS))
    at = data.draw(st.integers(0, len(text)))
    piece = data.draw(
        VALUES | KEYS | INDENTS | st.sampled_from(["\n", ":", "- ", "\0"])
    )
    changed = text[:at] + piece + text[at + data.draw(st.integers(0, 3)) :]
    root = lines(changed)
    assert root is None or "\\" in changed or quick(changed) == [root]


def test_a_plain_manifest_is_read_by_its_lines() -> None:
    text = "# A task.\nname: a\ntags:\n  - x\n  - 'y: z'\nproxy:\n  active: true\n"
    root = lines(text)
    assert root is not None
    assert root.data == {"name": "a", "tags": ["x", "y: z"], "proxy": {"active": True}}
    assert (root.line, root.column) == (2, 1)


@pytest.mark.parametrize("text", ["a: &b c", "a: |\n  b", "a: b\n---\nc: d", "- a", ""])
def test_what_is_not_the_plainest_yaml_is_left_to_others(text: str) -> None:
    assert lines(text) is None


@pytest.mark.parametrize("piece", [" ", "a ", "a: ", "- ", "#", '"', ":", "a:b "])
def test_no_long_line_makes_it_slow(piece: str) -> None:
    assert lines("a: " + piece * 200_000 + "\x01") is None
