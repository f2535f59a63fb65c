"""The expressions of GitHub, as its documentation tells them."""

from __future__ import annotations

import pytest
from github.expressions import Names, Status, UnknownError, evaluate, filled, holds

NAMES = Names(
    inputs=Names(command="plan", comment="changes", digest=""),
    github=Names(event={"pull_request": {"number": 7}}, event_name="pull_request"),
    needs=Names({"plan-staging": Names(result="success")}),
    nothing=None,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'it''s'", "it's"),
        ("inputs.command == 'PLAN'", True),
        ("inputs.command != 'plan'", False),
        ("inputs.digest || 'none'", "none"),
        ("inputs.command && inputs.comment", "changes"),
        ("nothing == ''", True),
        ("nothing == 'all'", False),
        ("true == 1", True),
        ("'1' == 1", True),
        ("!inputs.digest", True),
        ("!(inputs.digest || inputs.command)", False),
        ("'a' == 'b' || 'c' == 'c' && 'd'", "d"),
        ("github.event.pull_request.number", 7),
        ("github.event.merge_group.head.sha", None),
        ("needs.plan-staging.result == 'success'", True),
        ("contains(inputs.command, 'LA')", True),
        ("format('{0}-{1}', inputs.command, 2)", "plan-2"),
        ("toJSON(needs)", '{"plan-staging": {"result": "success"}}'),
    ],
)
def test_a_value(text: str, value: object) -> None:
    assert evaluate(text, NAMES) == value


@pytest.mark.parametrize(
    "text",
    [
        "inputs.comand",
        "secret.KEY",
        "needs.plan-production.result",
        "hashFiles('x')",
        "success()",
        "github.event.commits[0]",
        "github.event.*.id",
        "1 < 2",
        "'open",
        "inputs.command == ",
        "inputs.command 'plan'",
        '"plan"',
        "(inputs.command",
        "github.event == 'x'",
    ],
)
def test_what_is_not_known_is_refused(text: str) -> None:
    with pytest.raises(UnknownError):
        evaluate(text, NAMES)


@pytest.mark.parametrize(
    ("condition", "well", "failed", "cancelled"),
    [
        (None, True, False, False),
        ("inputs.command == 'plan'", True, False, False),
        ("${{ !cancelled() && inputs.command == 'plan' }}", True, True, False),
        ("!cancelled() && !failure()", True, False, False),
        ("always()", True, True, True),
        ("failure()", False, True, False),
        ("'always()' == 'x'", False, False, False),
    ],
)
def test_a_condition(
    condition: str | None, *, well: bool, failed: bool, cancelled: bool
) -> None:
    ends = (
        Status(),
        Status(success=False, failure=True),
        Status(success=False, cancelled=True),
    )

    assert [holds(condition, NAMES, end) for end in ends] == [well, failed, cancelled]


def test_a_condition_with_braces_around_a_half_is_refused() -> None:
    with pytest.raises(UnknownError, match="always true"):
        holds("${{ inputs.command }} == 'apply'", NAMES, Status())


def test_a_text_is_filled() -> None:
    text = "plan-${{ github.event.pull_request.number }}-${{ github.event.nothing }}"

    assert filled(text, NAMES) == "plan-7-"
    assert filled("${{ github.event.pull_request.number }}", NAMES) == 7
    assert filled(5, NAMES) == 5
