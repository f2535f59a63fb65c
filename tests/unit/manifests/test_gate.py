"""The gate and jsonschema always agree."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from taskops.manifests.gate import gate
from taskops.manifests.load import load_bytes
from taskops.manifests.verdict import findings, validator

CASES = Path(__file__).parents[2] / "cases" / "manifests"
SEEDS = [
    document.data
    for file in sorted(CASES.glob("*/*/**/*.yaml"))
    for document in load_bytes(file.name, file.read_bytes()).documents
    if isinstance(document.data, dict)
]
KINDS = ("task", "agent-task", "manifest", "taskops")
WORDS = st.sampled_from(
    [
        *("", "a", "a\n", "us", "gb", "no", "zz", "auto", "custom", "anchor_proxy"),
        *("anchor_gov", "browser_use", "stablebrowse", "Task", "AgentTask", "a b", "é"),
        *("https://a.example", "http://", "x:y", "http://[", "https://a b", "git"),
        *("3c90c3cc-0d44-4b50-8888-8dd25736052a", "x" * 256, "x" * 1001, " "),
    ]
)
SCALARS = (
    WORDS
    | st.none()
    | st.booleans()
    | st.integers(-3, 11000)
    | st.sampled_from([0.5, 1.0, -1.0, 20.0])
)
NAMES = st.sampled_from(
    [
        *("name", "code", "generate", "type", "kind", "provider", "city", "region"),
        *("server", "active", "publish", "version", "project", "x", "taskops.x"),
        *("description", "task", "endUserId", "country_code", "user_task", "secrets"),
    ]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def documents(draw: st.DrawFn) -> object:
    data = copy.deepcopy(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 3))):
        place = data
        while True:
            inner = [v for v in place.values() if isinstance(v, dict) and v]
            if not inner or draw(st.booleans()):
                break
            place = draw(st.sampled_from(inner))
        change = draw(st.sampled_from(["set", "add", "drop"]))
        if change == "add" or not place:
            place[draw(NAMES)] = draw(VALUES)
        elif change == "set":
            place[draw(st.sampled_from(sorted(place)))] = draw(VALUES)
        else:
            del place[draw(st.sampled_from(sorted(place)))]
    return data


@settings(max_examples=400, deadline=None)
@given(documents() | VALUES, st.sampled_from(KINDS))
@example({"name": "a-task\n", "code": "a.ts"}, "manifest")
def test_the_gate_and_jsonschema_agree(data: object, kind: str) -> None:
    verdict = validator(kind).is_valid(cast("Any", data))

    assert gate(kind)(data) == verdict


@settings(max_examples=200, deadline=None)
@given(documents() | VALUES, st.sampled_from(KINDS))
def test_whatever_is_refused_is_explained(data: object, kind: str) -> None:
    found = findings(data, kind)

    assert bool(found) != gate(kind)(data)
    assert all(said.text and said.hint for said in found)
    assert not any("is not allowed as it is" in said.text for said in found)


def test_what_was_right_once_does_not_make_its_like_right() -> None:
    def task(active: object) -> dict[str, object]:
        proxy = {"active": active, "type": "anchor_proxy"}
        return {"name": "a", "code": "a.ts", "browserConfiguration": {"proxy": proxy}}

    assert [gate("task")(task(v)) for v in (True, 1, True)] == [True, False, True]


def test_a_word_that_the_gate_does_not_know_is_told_when_it_is_compiled() -> None:
    from taskops.manifests.gate import compiled

    with pytest.raises(KeyError):
        compiled({"oneOf": []}, {})
