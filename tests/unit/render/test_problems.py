from __future__ import annotations

import json

import pytest
from unit.render import hostile

from taskops.model.problem import Location, Problem
from taskops.render.problems import problems_github, problems_json, problems_text

PROBLEM = Problem(
    "`browserConfig` is not known",
    "",
    Location("tasks/a.yaml", 3, 1, "$.browserConfig"),
    "did you mean `browserConfiguration`?",
)


def test_text_begins_with_the_place_and_ends_with_the_hint() -> None:
    assert problems_text([PROBLEM]) == (
        "tasks/a.yaml:3:1: error: `browserConfig` is not known\n"
        "  at $.browserConfig\n"
        "  hint: did you mean `browserConfiguration`?\n"
    )


def test_json_says_whether_it_is_valid() -> None:
    warning = Problem("odd", severity="warning")
    assert json.loads(problems_json([warning]))["valid"] is True
    data = json.loads(problems_json([PROBLEM]))
    assert data["valid"] is False
    assert data["problems"][0]["line"] == 3


def test_an_annotation_names_file_line_and_column() -> None:
    assert problems_github([PROBLEM]) == (
        "::error file=tasks/a.yaml,line=3,col=1::`browserConfig` is not known"
        "%0Ahint: did you mean `browserConfiguration`?\n"
    )


def test_an_annotation_is_escaped_like_the_toolkit_does() -> None:
    where = Location("a,b:c%.yaml", 1)
    text = problems_github([Problem("100%\r\n::x", where=where)])
    assert text == ("::error file=a%2Cb%3Ac%25.yaml,line=1::100%25\\r%0A::x\n")


def test_only_nine_annotations_of_a_kind_and_one_for_the_rest() -> None:
    many = [PROBLEM] * 25 + [Problem("odd", severity="warning")] * 10
    lines = problems_github(many).splitlines()
    assert [line.split()[0].split("::")[1] for line in lines] == (
        ["error"] * 10 + ["warning"] * 10
    )
    assert lines[9] == "::error::and 16 more; see the log of this step"


@pytest.mark.parametrize("text", hostile.ALL)
def test_hostile_text_makes_no_second_annotation(text: str) -> None:
    problem = Problem(text, text, Location(text, 1, 1), text)
    assert problems_github([problem]).count("\n") == 1
    shown = problems_text([problem])
    assert all(line.isprintable() for line in shown.split("\n"))
