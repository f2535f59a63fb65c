from __future__ import annotations

import pytest

from taskops.manifests.load import load_bytes, load_text


def _said(text: str) -> list[str]:
    return [f"{p.where}: {p.summary}" for p in load_text("a.yaml", text).problems]


def test_norway_is_a_text_and_so_are_the_other_words_of_old_yaml() -> None:
    (document,) = load_text(
        "a.yaml", "a: no\nb: on\nc: yes\nd: 22:22\ne: 1_0"
    ).documents

    assert document.data == {"a": "no", "b": "on", "c": "yes", "d": "22:22", "e": "1_0"}


def test_scalars_mean_what_the_core_schema_says() -> None:
    text = "a: 10\nb: -1.5\nc: 1e3\nd: 0x1F\ne: ~\nf: true\ng: '10'\nh: 1.2.3"

    (document,) = load_text("a.yaml", text).documents

    assert document.data == {
        "a": 10,
        "b": -1.5,
        "c": 1000.0,
        "d": 31,
        "e": None,
        "f": True,
        "g": "10",
        "h": "1.2.3",
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\na: 2", "a.yaml:2:1: `a` is written twice, first in line 1"),
        ("a: &x 1", "a.yaml:1:4: an anchor (`&`) is not allowed in manifests"),
        ("a: *x", "a.yaml:1:4: an alias (`*`) is not allowed in manifests"),
        ("a: !!set {}", "a.yaml:1:4: a tag (`!`) is not allowed in manifests"),
        ("1: x", "a.yaml:1:1: a field name must be a text"),
        ("? [a]\n: x", "a.yaml:1:3: a field name must be a text"),
        ("a: 017", "a.yaml:1:4: this is a number that some readers take for octal"),
        ("a: 0o17", "a.yaml:1:4: this is a number that some readers take for octal"),
        (
            "a: 2024-01-01",
            "a.yaml:1:4: this is a text that some readers take for a date",
        ),
        ("a: .nan", "a.yaml:1:4: this is not a finite number"),
        ("a: -.inf", "a.yaml:1:4: this is not a finite number"),
        ("a: 1e999", "a.yaml:1:4: this is not a finite number"),
        (
            "a: 99999999999999999999",
            "a.yaml:1:4: this is a number with more digits than a number can keep",
        ),
        (
            "%YAML 1.2\n---\na: b",
            "a.yaml:1:1: directives such as `%YAML` are not used here",
        ),
        (
            'a: "\\u202e"',
            "a.yaml:1:4: an escape stands for an invisible control character",
        ),
        ("a: \u202eb", "a.yaml:1:4: an invisible character (U+202E) is not allowed"),
        ("a: \0", "a.yaml:1:4: an invisible character (U+0000) is not allowed"),
        ("a: \x07", "a.yaml:1:4: a control character is not allowed"),
        ("", "a.yaml:1:1: the file is empty"),
        ("# only a comment", "a.yaml:1:1: the file is empty"),
        ("a: b\n---\n", "a.yaml:3:1: this document is empty"),
        (
            "\ta: b",
            "a.yaml:1:1: this is not YAML: found character that cannot start any token",
        ),
    ],
)
def test_what_readers_of_yaml_disagree_about_is_a_problem(
    text: str, problem: str
) -> None:
    assert _said(text) == [problem]


def test_every_problem_of_a_file_is_told_with_a_hint() -> None:
    problems = load_text("a.yaml", "a: 017\na: &x 1\n---\nb: *x\n1: 2\n").problems

    assert [p.where.line for p in problems if p.where] == [1, 2, 2, 4, 5]
    assert all(p.hint for p in problems)


def test_nesting_has_a_limit() -> None:
    fine = load_text("a.yaml", "[" * 64 + "]" * 64)
    deep = load_text("a.yaml", "[" * 65 + "]" * 65)
    abyss = load_text("a.yaml", "[" * 500_000)

    assert not fine.problems
    assert [p.summary for p in deep.problems] == ["nested deeper than 64"]
    assert [p.summary for p in abyss.problems] == ["nested deeper than 64"]


def test_a_file_has_a_size_limit_and_is_utf_8() -> None:
    large = load_bytes("a.yaml", b"#" * (1024 * 1024 + 1))
    latin = load_bytes("a.yaml", b"a: b\nc: \xe9")

    assert [p.summary for p in large.problems] == ["the file is larger than 1 MiB"]
    assert [str(p.where) for p in latin.problems] == ["a.yaml:2:4"]


def test_a_byte_order_mark_is_nothing() -> None:
    (document,) = load_bytes("a.yaml", b"\xef\xbb\xbfa: b").documents

    assert document.data == {"a": "b"}


def test_places_of_values_and_names_are_found_again() -> None:
    text = "# first\nname: x\nproxy: {active: true,\n  type: y}\n---\nname: z\n"

    first, second = load_text("a.yaml", text).documents

    assert str(first.locate(("proxy", "type"))) == "a.yaml:4:9"
    assert str(first.locate(("proxy", "type"), key=True)) == "a.yaml:4:3"
    assert str(first.locate(("proxy", "city"))) == "a.yaml:3:8"
    assert str(second.locate(("name",))) == "a.yaml:6:7"
    assert first.locate(("proxy", "type")).path == "$.proxy.type"


def test_a_literal_in_bad_yaml_is_never_repeated() -> None:
    text = 'password: "hunter2\\q"\nother: x: hunter2'

    assert "hunter2" not in str(load_text("a.yaml", text).problems)


def test_what_yaml_misses_is_named() -> None:
    assert _said("a: [1") == [
        "a.yaml:2:1: this is not YAML: did not find expected ',' or ']'"
    ]
