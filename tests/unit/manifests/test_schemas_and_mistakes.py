"""A mistake in each field of the schemas is answered with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

import pytest
import yaml

from taskops.errors import UsageError
from taskops.manifests.known import follow
from taskops.manifests.load import load_text
from taskops.manifests.schemas import schema, schema_names, schema_text
from taskops.manifests.validate import problems_of, schema_for

if TYPE_CHECKING:
    from taskops.model.problem import Problem
    from taskops.model.values import Path

TASK: dict[str, object] = {
    "kind": "Task",
    "provider": "anchor",
    "name": "a-task",
    "description": "What it is for.",
    "language": "typescript",
    "code": "a.ts",
    "browserConfiguration": {
        "initial_url": "https://shop.example",
        "tags": ["one"],
        "recording": {"active": True},
        "proxy": {
            "active": True,
            "type": "anchor_proxy",
            "country_code": "us",
            "region": "ny",
            "city": "albany",
        },
        "timeout": {"max_duration": 10, "idle_timeout": -1},
        "live_view": {"read_only": True, "one_time_url": False},
        "x402": False,
    },
    "publish": True,
    "adopt": False,
    "protected": False,
    "moved_from": "old-task",
    "ignore_changes": ["description"],
}
GENERATED: dict[str, object] = {
    "name": "b-task",
    "description": "What it is for.",
    "generate": {
        "user_task": "Do it.",
        "application_id": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
        "identity_id": "someone",
        "input_schema": [{"name": "month", "type": "string", "anything": "else"}],
        "output_schema": [{"display_name": "file", "type": "file"}],
        "output_file_only": True,
        "human_intervention": False,
        "task_browser_default_configuration": {"session": {}},
        "browser_session_id": "abc",
        "async": True,
    },
    "adopt": True,
    "protected": True,
    "moved_from": "c-task",
}
CUSTOM: dict[str, object] = {
    "name": "c-task",
    "code": "c.ts",
    "browserConfiguration": {
        "proxy": {
            "active": True,
            "type": "custom",
            "server": "${env.SERVER}",
            "username": "${env.USER}",
            "password": "${env.PASSWORD}",
        }
    },
}
BROWSER_USE: dict[str, object] = {
    "kind": "AgentTask",
    "provider": "browser_use",
    "name": "d-task",
    "description": "For people.",
    "task": "Find out.",
    "run_key": "1",
    "attempts": 2,
    "secret_version": "1",
    "agentSettings": {
        "llm": "o3",
        "startUrl": "https://shop.example",
        "profileId": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
    },
    "browserSettings": {
        "sessionId": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
        "profileId": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
    },
    "sessionSettings": {
        "profileId": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
        "proxyCountryCode": "us",
        "browserScreenWidth": 1280,
        "browserScreenHeight": 720,
        "enableRecording": True,
    },
    "structuredOutput": {"type": "object"},
    "includedFileNames": ["a.pdf"],
    "metadata": {"team": "growth"},
    "secrets": {"shop": "${env.SHOP}"},
    "maxSteps": 10,
    "allowedDomains": ["shop.example"],
    "systemPromptExtension": "Be brief.",
    "flashMode": False,
    "thinking": True,
    "thinkingLevel": "low",
    "highlightElements": False,
    "vision": "auto",
    "judge": True,
    "judgeGroundTruth": "42",
    "judgeLlm": "o3",
    "opVaultId": "v",
    "skillIds": ["*"],
}
STABLE: dict[str, object] = {
    "kind": "AgentTask",
    "provider": "stablebrowse",
    "name": "e-task",
    "endUserId": "alice",
    "task": "Find out.",
    "sessionId": "s",
    "startUrl": "https://shop.example",
    "schema": {"type": "object"},
    "maxSteps": 5,
    "include_html_dump": False,
}
WHOLE = [TASK, GENERATED, CUSTOM, BROWSER_USE, STABLE]


def _problems(data: object) -> tuple[str, list[Problem]]:
    text = yaml.safe_dump(data, sort_keys=False, indent=2)
    contents = load_text("a.yaml", text)
    assert not contents.problems
    (document,) = contents.documents
    found = problems_of(
        document.data,
        schema_for(document.data),
        lambda path, key: document.locate(path, key=key),
    )
    return text, found


def _leaves(data: object, path: Path = ()) -> Iterator[Path]:
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield (*path, key)
            yield from _leaves(value, (*path, key))


def _with(data: Mapping[str, object], path: Path, value: object) -> dict[str, object]:
    key = str(path[0])
    inner = value
    if len(path) > 1:
        inner = _with(cast("Mapping[str, object]", data[key]), path[1:], value)
    return {**data, key: inner}


FREE = {"structuredOutput", "schema", "task_browser_default_configuration"}
EVERY_FIELD = [
    pytest.param(whole, path, id=f"{whole['name']}:{'.'.join(map(str, path))}")
    for whole in WHOLE
    for path in _leaves(whole)
    if not set(path[:-1]) & FREE
]


@pytest.mark.parametrize("whole", WHOLE, ids=lambda w: str(w["name"]))
def test_every_field_can_be_written(whole: dict[str, object]) -> None:
    _, problems = _problems(whole)

    assert problems == []


def test_the_examples_above_have_every_field_of_the_schemas() -> None:
    written = {path for whole in WHOLE for path in _leaves(whole)}

    known = set(_fields("task"))
    for agent in ("browser_use", "stablebrowse"):
        known |= set(_fields("agent-task", agent))

    assert {p for p in known if p not in written} == set()


def _fields(kind: str, definition: str = "") -> Iterator[Path]:
    home = schema(kind)
    definitions = cast("Mapping[str, Mapping[str, object]]", home["$defs"])
    yield from _below(definitions[definition] if definition else home, home, ())


def _below(
    part: Mapping[str, object], home: Mapping[str, object], path: Path
) -> Iterator[Path]:
    properties = cast("Mapping[str, Mapping[str, object]]", part.get("properties", {}))
    for name, inner in properties.items():
        yield (*path, name)
        if name not in ("input_schema", "output_schema"):
            yield from _below(*follow(inner, home), (*path, name))


@pytest.mark.parametrize(("whole", "path"), EVERY_FIELD)
def test_a_wrong_type_in_each_field_is_told_at_its_line(
    whole: dict[str, object], path: Path
) -> None:
    text, problems = _problems(_with(whole, path, ["hunter2-wrong", 1]))

    here = [p for p in problems if p.where and _line(text, p) == path[-1]]
    if isinstance(_at(whole, path), list):
        assert problems
    else:
        assert here, problems
    assert all(p.hint and p.where and p.where.line for p in problems)
    assert "hunter2" not in str(problems)


@pytest.mark.parametrize(("whole", "path"), EVERY_FIELD)
def test_a_mistyped_name_of_each_field_gets_its_near_miss(
    whole: dict[str, object], path: Path
) -> None:
    parent = cast("dict[str, object]", _at(whole, path[:-1]))
    if path[-2:-1] and path[-2] in ("metadata", "secrets"):
        return
    name = str(path[-1])
    mistyped = {(k + "x" if k == name else k): v for k, v in parent.items()}
    changed = _with(whole, path[:-1], mistyped) if path[:-1] else mistyped

    text, problems = _problems(changed)

    if name == "provider" and whole.get("kind") == "AgentTask":
        # Whose fields they are cannot be known without it.
        (missing,) = problems
        assert missing.hint == "add `provider: …`; `providerx` looks like it"
        return
    (unknown,) = (p for p in problems if f"`{name}x` is not a field" in p.summary)
    assert _line(text, unknown) == name + "x"
    assert unknown.hint == f"did you mean `{name}`?"


def _at(data: object, path: Path) -> object:
    for key in path:
        data = cast("Mapping[str, object]", data)[str(key)]
    return data


def _line(text: str, problem: Problem) -> str:
    """The field name in the line that a problem points at."""
    assert problem.where is not None
    line = text.split("\n")[problem.where.line - 1]
    return line.strip().lstrip("- ").partition(":")[0]


def test_every_schema_can_be_printed_and_an_unknown_one_gets_its_near_miss() -> None:
    assert {"task", "agent-task", "taskops", "manifest"} <= set(schema_names())
    assert '"$id": "task.v1.json"' in schema_text("task")
    with pytest.raises(UsageError) as error:
        schema_text("taks")
    assert error.value.hint == "did you mean `task`?"


@pytest.mark.parametrize("kind", ["task", "agent-task", "taskops"])
def test_every_field_has_words_for_editors(kind: str) -> None:
    bare = list(_wordless(schema(kind), schema(kind), ()))

    assert bare == []


def _wordless(
    part: Mapping[str, object], home: Mapping[str, object], path: Path
) -> Iterator[Path]:
    properties = cast("Mapping[str, Mapping[str, object]]", part.get("properties", {}))
    for name, inner in properties.items():
        whole, inner_home = follow(inner, home)
        if not ({"title", "description"} <= whole.keys() or "const" in whole):
            yield (*path, name)
        yield from _wordless(whole, inner_home, (*path, name))


@pytest.mark.parametrize("kind", ["task", "agent-task", "taskops", "manifest"])
def test_editors_get_markdown_and_a_word_for_each_value_of_a_list(kind: str) -> None:
    for part in _parts(schema(kind)):
        words = str(part.get("description", ""))
        if set(words) & set("`_*") and "type" in part:
            assert part["markdownDescription"] == words
        values = part.get("enum", [])
        if "title" in part and isinstance(values, list) and values:
            told = cast("list[str]", part["markdownEnumDescriptions"])
            assert len(told) == len(values)


def _parts(part: object) -> Iterator[Mapping[str, object]]:
    if isinstance(part, Mapping):
        yield part
        for inner in part.values():
            yield from _parts(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _parts(inner)
