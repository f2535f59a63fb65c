"""Wanted laid over observed."""

from __future__ import annotations

from dataclasses import replace

from simulated import task

from taskops.comparing.content import (
    residuals,
    respect_ignored,
    same,
    secret_differences,
    settle,
)
from taskops.comparing.diff import code_difference, differing_paths
from taskops.model.resource import Address, Resource, Version
from taskops.model.values import Code, Secret, Tree, frozen, put

WANTED = frozen({"description": "x", "browserConfiguration": {"timeout": {"a": 1}}})


def resource(content: Tree, **settings: object) -> Resource:
    base = Resource(Address("anchor", "t"), "code", "t", content, content)
    return replace(base, **settings)  # type: ignore[arg-type]  # fields of Resource


def test_a_field_that_is_never_taken_is_settled_while_it_answers_the_same() -> None:
    answered = put(WANTED, ("description",), None)
    known = residuals([("description",)], WANTED, answered)

    settled = settle(Version.of(answered), known, WANTED)
    edited = settle(Version.of(put(WANTED, ("description",), "y")), known, WANTED)

    assert settled is not None
    assert same(resource(WANTED), settled)
    assert edited is not None
    assert not same(resource(WANTED), edited)


def test_another_wanted_value_is_a_new_question() -> None:
    answered = put(WANTED, ("description",), None)
    known = residuals([("description",)], WANTED, answered)
    wanted = put(WANTED, ("description",), "z")

    settled = settle(Version.of(answered), known, wanted)

    assert settled is not None
    assert not same(resource(wanted), settled)


def test_an_ignored_field_is_as_it_was_observed() -> None:
    path = ("browserConfiguration", "timeout", "a")
    wanted = resource(WANTED, ignore=(path,))
    there = Version.of(put(WANTED, path, 9))

    assert same(respect_ignored(wanted, there), there)


def test_a_secret_differs_only_where_the_service_echoes_another() -> None:
    def with_password(secret: Secret) -> Tree:
        return put(WANTED, ("browserConfiguration", "proxy", "password"), secret)

    wanted = resource(with_password(Secret("right")))

    assert same(wanted, Version.of(with_password(Secret("right"))))
    assert same(wanted, Version.of(with_password(Secret(None))))
    wrong = Version.of(with_password(Secret("wrong")))
    assert not same(wanted, wrong)
    assert secret_differences(wanted.content, wrong) == [
        ("browserConfiguration", "proxy", "password")
    ]


def test_only_the_paths_that_differ_are_told() -> None:
    before = frozen({"a": {"b": 1, "c": 2}, "d": (1, 2)})
    after = frozen({"a": {"b": 1, "c": 3}, "d": (1, 3), "e": {"f": 1}})

    assert differing_paths(before, after) == [("a", "c"), ("d",), ("e", "f")]


def test_code_is_compared_line_by_line() -> None:
    before, after = task("one\ntwo\n").code, task("one\nthree\nfour\n").code

    difference = code_difference(before, after)

    assert (difference.added, difference.removed) == (2, 1)
    assert "-two" in difference.hunks


def test_line_ends_alone_are_no_difference() -> None:
    difference = code_difference(task("a\r\nb").code, task("a\nb").code)

    assert (difference.added, difference.removed, difference.hunks) == (0, 0, ())


def test_a_missing_line_end_is_told_as_git_tells_it() -> None:
    ended, open_ended = task("a\nb\n").code, task("a\nb").code

    difference = code_difference(open_ended, ended)

    assert (difference.added, difference.removed) == (1, 1)
    assert difference.hunks[1:] == (
        " a",
        "-b",
        "\\ No newline at end of file",
        "+b",
    )


def test_code_that_is_known_by_its_digest_only_counts_what_is_here() -> None:
    def gone() -> bytes:
        raise LookupError

    difference = code_difference(Code("0" * 64, 3, gone), task("a\nb").code)

    assert difference.hunks == ()
    assert difference.added == 2


def test_trees_with_nothing_in_common_still_differ_field_by_field() -> None:
    before = frozen({"description": "d", "browserConfiguration": {"tags": ["a"]}})
    assert differing_paths(before, frozen({})) == [
        ("browserConfiguration", "tags"),
        ("description",),
    ]
