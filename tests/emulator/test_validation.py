"""Bodies are refused and taken as the API's document says, in its form of errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from emulator.client import CODE, Client, account

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with account() as made:
        yield made


def custom(**fields: object) -> dict[str, Any]:
    proxy = {"type": "custom", "server": "s", "username": "u", "password": "p"}
    return {"active": True, **proxy, **fields}


REFUSED_TASKS: list[dict[str, Any]] = [
    {"name": None},
    {"name": 3},
    {"name": ""},
    {"name": "a b"},
    {"name": "a\n"},
    {"name": "ä"},
    {"name": "a" * 256},
    {"language": "javascript"},
    {"language": "workflow"},
    {"language": None},
    {"language": ["typescript"]},
    {"code": None},
    {"code": 1},
    {"code": "YQ==\n"},
    {"code": "YQ==\nYQ=="},
    {"code": "-_8="},
    {"code": "YQ==="},
    {"code": "Y=Q="},
    {"description": None},
    {"description": "d" * 1001},
    {"browserConfiguration": None},
    {"browserConfiguration": []},
]
REFUSED_CONFIGURATIONS: list[dict[str, Any]] = [
    {"initial_url": 3},
    {"initial_url": "no address"},
    {"initial_url": "http://["},
    {"tags": "a"},
    {"tags": [1]},
    {"recording": True},
    {"recording": {"active": "yes"}},
    {"timeout": {"max_duration": "5"}},
    {"timeout": {"max_duration": 1.5}},
    {"timeout": {"idle_timeout": True}},
    {"live_view": {"read_only": 1}},
    {"live_view": {"one_time_url": None}},
    {"x402": "false"},
    {"proxy": {}},
    {"proxy": None},
    {"proxy": {"active": "true"}},
    {"proxy": {"active": True, "type": "anchor_moon"}},
    {"proxy": {"active": True, "type": {}}},
    {"proxy": {"active": True, "type": "anchor_proxy", "country_code": "gb"}},
    {"proxy": {"active": True, "type": "anchor_gov", "country_code": "ru"}},
    {"proxy": {"active": True, "type": "anchor_mobile", "country_code": "ad"}},
    {"proxy": {"active": True, "type": "anchor_proxy", "country_code": False}},
    {"proxy": {"active": True, "country_code": "US"}},
    {"proxy": {"active": True, "city": "Oslo"}},
    {"proxy": {"active": True, "region": 1}},
    {"proxy": custom(password=3)},
    {"proxy": {k: v for k, v in custom().items() if k != "password"}},
    {"proxy": {k: v for k, v in custom().items() if k != "active"}},
]
TAKEN_CONFIGURATIONS: list[dict[str, Any]] = [
    {},
    {"initial_url": "https://shop.example/a?b=c"},
    {"tags": []},
    {"timeout": {"max_duration": -1, "idle_timeout": 5.0}},
    {"live_view": {"read_only": True, "one_time_url": False}},
    {"x402": True},
    {"proxy": {"active": True}},
    {"proxy": {"active": True, "type": "anchor_proxy", "country_code": "no"}},
    {"proxy": {"active": True, "type": "anchor_residential", "country_code": "gb"}},
    {"proxy": {"active": True, "type": "anchor_mobile", "country_code": "ae"}},
    {"proxy": {"active": True, "type": "anchor_gov", "country_code": "us"}},
    {"proxy": {"active": True, "region": "ny", "city": "New York"}},
    {"proxy": custom()},
    {"something": {"that": "is not documented"}},
]


def refused(client: Client, method: str, path: str, body: object) -> None:
    before = client.emulator.commits()
    said = client.ask(method, path, body)
    assert said.status == 400, said.body
    assert said.json["error"]["code"] == 400
    assert isinstance(said.json["error"]["message"], str)
    assert client.emulator.commits() == before


@pytest.mark.parametrize("wrong", REFUSED_TASKS, ids=str)
def test_a_wrong_field_of_a_task_is_refused(
    client: Client, wrong: dict[str, Any]
) -> None:
    body = {"name": "t", "language": "typescript", **wrong}
    refused(client, "POST", "/v1/task", body)


@pytest.mark.parametrize("wrong", REFUSED_CONFIGURATIONS, ids=str)
def test_a_wrong_configuration_is_refused(
    client: Client, wrong: dict[str, Any]
) -> None:
    body = {"name": "t", "language": "typescript", "browserConfiguration": wrong}
    refused(client, "POST", "/v1/task", body)


@pytest.mark.parametrize("right", TAKEN_CONFIGURATIONS, ids=str)
def test_a_right_configuration_is_taken_and_kept(
    client: Client, right: dict[str, Any]
) -> None:
    number = client.make("taken", browserConfiguration=right)
    assert client.draft(number)["browserConfiguration"] == right


@pytest.mark.parametrize("missing", ["name", "language"])
def test_what_is_required_must_be_there(client: Client, missing: str) -> None:
    body = {"name": "t", "language": "typescript"}
    refused(client, "POST", "/v1/task", {k: body[k] for k in body if k != missing})


def test_the_longest_name_and_an_empty_code_are_taken(client: Client) -> None:
    number = client.make("a" * 255, code="", description="d" * 1000)
    assert client.draft(number)["code"] == ""


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"3", b"\xff", b"[" * 100_000])
def test_what_is_not_an_object_of_json_is_refused(client: Client, body: bytes) -> None:
    refused(client, "POST", "/v1/task", body)


@pytest.mark.parametrize("text", [b"NaN", b'"\\ud800"', b"Infinity"])
def test_what_no_json_library_agrees_on_is_refused(client: Client, text: bytes) -> None:
    body = b'{"name": "t", "language": "typescript", "other": ' + text + b"}"
    refused(client, "POST", "/v1/task", body)


@pytest.mark.parametrize("query", ["page=0", "page=x", "limit=-1", "limit=", "page=01"])
def test_a_page_is_a_number_from_one(client: Client, query: str) -> None:
    assert client.ask("GET", f"/v1/task?{query}").status == 400


def test_a_page_beyond_everything_is_empty(client: Client) -> None:
    assert client.listed("?page=99999999999999999999999") == []


@pytest.mark.parametrize("wrong", [{}, {"code": ""}, {"code": CODE, "language": "c"}])
def test_a_draft_needs_code(client: Client, wrong: dict[str, Any]) -> None:
    refused(client, "POST", f"/v1/task/{client.make()}/draft", wrong)


def test_a_new_version_needs_code(client: Client) -> None:
    refused(client, "POST", f"/v1/task/{client.make()}/7", {"description": "d"})


def test_the_draft_is_not_published_by_number(client: Client) -> None:
    path = f"/v1/task/{client.make()}/draft"
    said = client.ask("POST", path.replace("draft", "latest"), {"code": CODE})
    assert said.status == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"taskId": 3},
        {"taskId": "x", "version": "newest"},
        {"taskId": "x", "version": 1},
    ],
)
def test_a_wrong_run_is_refused(client: Client, wrong: dict[str, Any]) -> None:
    refused(client, "POST", "/v1/task/run", wrong)


@pytest.mark.parametrize("inputs", [[], {"ANCHOR_A": 1}, "a"])
def test_inputs_are_texts_by_name(client: Client, inputs: object) -> None:
    number = client.make("run")
    client.deploy(number)
    refused(client, "POST", "/v1/task/run/run", {"inputs": inputs})


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"user_task": None},
        {"description": ""},
        {"application_id": "no uuid"},
        {"input_schema": {}},
        {"output_schema": ["a"]},
        {"output_file_only": "yes"},
        {"human_intervention": 1},
        {"task_browser_default_configuration": []},
    ],
    ids=str,
)
def test_a_wrong_generation_is_refused(client: Client, wrong: dict[str, Any]) -> None:
    body = {"name": "g", "description": "d", "user_task": "u", **wrong}
    refused(client, "POST", "/v2/tasks/generate", body)


RUN = "/browser-use/api/v2/tasks"


@pytest.mark.parametrize(
    ("wrong", "loc"),
    [
        ({"task": ""}, "task"),
        ({"task": "x" * 50_001}, "task"),
        ({"metadata": {"a": 1}}, "metadata"),
        ({"metadata": {str(n): "" for n in range(11)}}, "metadata"),
        ({"secrets": {"a": None}}, "secrets"),
        ({"maxSteps": 0}, "maxSteps"),
        ({"vision": "sometimes"}, "vision"),
        ({"structuredOutput": {"type": "object"}}, "structuredOutput"),
        ({"sessionId": "no uuid"}, "sessionId"),
        ({"agentSettings": {"profileId": "no uuid"}}, "agentSettings.profileId"),
        ({"agentSettings": {"llm": 5}}, "agentSettings.llm"),
        ({"browserSettings": {"sessionId": 5}}, "browserSettings.sessionId"),
        (
            {"sessionSettings": {"browserScreenWidth": 319}},
            "sessionSettings.browserScreenWidth",
        ),
        (
            {"sessionSettings": {"proxyCountryCode": "usa"}},
            "sessionSettings.proxyCountryCode",
        ),
        ({"includedFileNames": "a.pdf"}, "includedFileNames"),
    ],
    ids=str,
)
def test_a_wrong_run_of_browser_use_is_refused_with_its_place(
    client: Client, wrong: dict[str, Any], loc: str
) -> None:
    said = client.ask("POST", RUN, {"task": "x", **wrong})

    assert said.status == 422
    assert said.json["detail"][0]["loc"] == ["body", *loc.split(".")]


def test_the_nested_shape_takes_twice_the_text(client: Client) -> None:
    client.ask("POST", "/_emulator/behaviours", {"browser_use_shape": "2025-08"})

    assert client.ask("POST", RUN, {"task": "x" * 100_000}).status == 202
    assert client.ask("POST", RUN, {"task": "x" * 100_001}).status == 422


@pytest.mark.parametrize(
    "query", ["pageSize=101", "pageNumber=0", "filterBy=idle", "after=x", "sessionId=x"]
)
def test_a_wrong_question_for_runs_is_refused(client: Client, query: str) -> None:
    said = client.ask("GET", f"{RUN}?{query}")

    assert said.status == 422
    assert said.json["detail"][0]["loc"][0] == "query"


def test_a_run_that_cannot_be_one_is_another_refusal(client: Client) -> None:
    nobody = "3c90c3cc-0d44-4b50-8888-8dd25736052a"

    assert client.ask("GET", f"{RUN}/nobody").status == 422
    assert client.ask("GET", f"{RUN}/{nobody}").status == 404
    assert client.ask("GET", f"{RUN}/{nobody}/logs").status == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"endUserId": ""},
        {"endUserId": "u" * 257},
        {"task": "  "},
        {"schema": "{}"},
        {"maxSteps": "5"},
        {"include_html_dump": "yes"},
        {"startUrl": 5},
    ],
    ids=str,
)
def test_a_wrong_run_of_stablebrowse_is_refused(
    client: Client, wrong: dict[str, Any]
) -> None:
    body = {"task": "x", "endUserId": "u", **wrong}

    assert client.ask("POST", "/stablebrowse/v1/tasks", body).status == 400


def test_the_key_of_stablebrowse_is_a_bearers(client: Client) -> None:
    bare = {"Authorization": "the-key"}

    assert client.ask("GET", "/stablebrowse/v1/tasks", **bare).status == 401


@pytest.mark.parametrize(
    ("root", "form"),
    [
        ("/v1/task", {"error": {"code": 400, "message": "the body is not JSON"}}),
        ("/browser-use/api/v2/tasks", {"detail": "the body is not JSON"}),
        ("/stablebrowse/v1/tasks", {"error": "the body is not JSON"}),
    ],
)
def test_each_service_tells_errors_in_its_form(
    client: Client, root: str, form: object
) -> None:
    assert client.ask("POST", root, b"{").json == form


def test_no_key_and_no_endpoint_have_their_status(client: Client) -> None:
    assert client.ask("GET", "/v1/task", **{"anchor-api-key": ""}).status == 401
    assert client.ask("GET", "/v3/task").status == 404
    assert client.ask("PATCH", "/v1/task").status == 405
    assert client.ask("GET", "/v1/task/nobody").json["error"]["code"] == 404
