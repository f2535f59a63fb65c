"""Every answer to a question that the vendors leave open can be had."""

from __future__ import annotations

import pytest
from emulator.client import CODE, Client, account, base64_of

from taskops.emulator.app import Emulator
from taskops.emulator.behaviours import KNOBS, UnknownKnobError

OTHER = base64_of("other")
CUSTOM = {
    "active": True,
    "type": "custom",
    "server": "http://p.example:1",
    "username": "u",
    "password": "hush",
}


def latest(client: Client, number: str) -> int:
    return client.ask("GET", f"/v1/task/{number}/latest").status


def generate(client: Client, name: str = "g") -> str:
    body = {"name": name, "description": "d", "user_task": "u"}
    said = client.ask("POST", "/v2/tasks/generate", body)
    assert said.status == 200, said.body
    return str(said.json["id"])


def states(client: Client, number: str, times: int) -> list[object]:
    path = f"/v2/tasks/{number}/generation-status"
    answers = [client.ask("GET", path) for _ in range(times)]
    return [a.json["status"] if a.status == 200 else a.status for a in answers]


@pytest.mark.parametrize(
    ("answer", "draft", "published"),
    [("draft", 200, 404), ("published", 404, 200), ("both", 200, 200)],
)
def test_an_upsert_writes_the_version_it_is_said_to(
    answer: str, draft: int, published: int
) -> None:
    with account(upsert_writes=answer) as client:
        number = client.make()
        assert client.ask("GET", f"/v1/task/{number}/draft").status == draft
        assert latest(client, number) == published


@pytest.mark.parametrize(
    ("answer", "code", "description"), [("kept", CODE, "d"), ("cleared", "", None)]
)
def test_what_is_left_out_is_kept_or_cleared(
    answer: str, code: str, description: str | None
) -> None:
    with account(omitted_fields=answer) as client:
        number = client.make(description="d", browserConfiguration={"tags": ["a"]})
        client.ask("POST", "/v1/task", {"name": "t", "language": "typescript"})
        draft = client.draft(number)
        assert draft["code"] == code
        assert draft.get("description") == description
        assert ("browserConfiguration" in draft) == (answer == "kept")


def test_a_deploy_without_code_never_publishes_nothing() -> None:
    with account(omitted_fields="cleared") as client:
        number = client.make()
        client.deploy(number)
        assert client.ask("GET", f"/v1/task/{number}/latest").data["code"] == CODE


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("replaced", {"timeout": {"idle_timeout": 2}}),
        ("merged", {"tags": ["a"], "timeout": {"max_duration": 9, "idle_timeout": 2}}),
    ],
)
def test_a_configuration_is_replaced_or_merged(answer: str, kept: object) -> None:
    with account(configuration=answer) as client:
        first = {"tags": ["a"], "timeout": {"max_duration": 9}}
        client.make(browserConfiguration=first)
        number = client.make(browserConfiguration={"timeout": {"idle_timeout": 2}})
        assert client.draft(number)["browserConfiguration"] == kept


def test_defaults_are_filled_in() -> None:
    with account(defaults_echoed="yes") as client:
        number = client.make(browserConfiguration={"proxy": {"active": True}})
        shown = client.draft(number)["browserConfiguration"]
    assert shown["timeout"] == {"max_duration": 20, "idle_timeout": 5}
    assert shown["proxy"] == {"active": True, "country_code": "us"}


@pytest.mark.parametrize(("answer", "listed"), [("no", 0), ("yes", 1)])
def test_deleted_tasks_are_listed_or_not(answer: str, listed: int) -> None:
    with account(deleted_listed=answer) as client:
        client.ask("DELETE", f"/v1/task/{client.make()}")
        assert len(client.listed()) == listed


def test_the_name_of_a_deleted_task_is_free_taken_or_wakes_it() -> None:
    ids = {}
    for answer in KNOBS["deleted_name"].answers:
        with account(deleted_name=answer) as client:
            old = client.make()
            client.ask("DELETE", f"/v1/task/{old}")
            body = {"name": "t", "language": "typescript"}
            said = client.ask("POST", "/v1/task", body)
            same = said.status == 200 and said.data["id"] == old
            ids[answer] = (said.status, same)
    assert ids == {
        "reusable": (200, False),
        "reserved": (409, False),
        "revived": (200, True),
    }


@pytest.mark.parametrize(
    ("answer", "task", "version"),
    [("both", "d", "d"), ("task", "d", "d"), ("version", None, "d")],
)
def test_a_description_is_kept_where_it_is_said_to_be(
    answer: str, task: str | None, version: str
) -> None:
    with account(description_level=answer) as client:
        number = client.make(description="d")
        assert client.ask("GET", f"/v1/task/{number}").data.get("description") == task
        assert client.draft(number).get("description") == version
        client.ask("PUT", f"/v1/task/{number}", {"description": "new"})
        seen = client.draft(number).get("description")
        assert seen == ("new" if answer == "task" else "d")


@pytest.mark.parametrize(("answer", "kept"), [("yes", "d"), ("dropped", None)])
def test_a_description_may_be_dropped(answer: str, kept: str | None) -> None:
    with account(description_accepted=answer) as client:
        assert client.draft(client.make(description="d")).get("description") == kept


@pytest.mark.parametrize(("answer", "kept"), [("task", "new"), ("kept", "old")])
def test_the_description_of_a_deploy_is_the_tasks_or_not(
    answer: str, kept: str
) -> None:
    with account(deploy_description=answer) as client:
        number = client.make(description="old")
        client.deploy(number, description="new")
        assert client.ask("GET", f"/v1/task/{number}").data["description"] == kept
        shown = client.ask("GET", f"/v1/task/{number}/latest").data
        assert shown["description"] == "new"


@pytest.mark.parametrize(("answer", "kept"), [("cleared", None), ("ignored", "d")])
def test_an_empty_description_clears_or_does_nothing(
    answer: str, kept: str | None
) -> None:
    with account(empty_description=answer) as client:
        number = client.make(description="d")
        client.make(description="")
        shown = client.ask("GET", f"/v1/task/{number}").data
        assert shown.get("description") == kept
        assert client.draft(number).get("description") == kept


def test_the_listing_shows_one_code_or_none() -> None:
    seen = {}
    for answer in KNOBS["list_code"].answers:
        with account(list_code=answer) as client:
            client.deploy(client.make(code=OTHER))
            client.make()
            seen[answer] = client.listed()[0].get("code")
    assert seen == {"draft": CODE, "latest": OTHER, "absent": None}


@pytest.mark.parametrize(("answer", "shown"), [("yes", {"tags": []}), ("absent", None)])
def test_the_listing_shows_the_configuration_or_not(answer: str, shown: object) -> None:
    with account(list_configuration=answer) as client:
        client.make(browserConfiguration={"tags": []})
        assert client.listed()[0].get("browserConfiguration") == shown


@pytest.mark.parametrize("cap", [100, 50])
def test_a_page_has_its_cap_and_more_is_clamped_or_refused(cap: int) -> None:
    with account(list_cap=str(cap)) as client:
        assert client.ask("GET", f"/v1/task?limit={cap + 1}").data["limit"] == cap
        client.emulator.set_behaviours({"list_cap": str(cap), "over_limit": "refused"})
        assert client.ask("GET", f"/v1/task?limit={cap + 1}").status == 400
        assert client.ask("GET", f"/v1/task?limit={cap}").status == 200


@pytest.mark.parametrize(
    ("answer", "shown"), [("yes", "hush"), ("no", None), ("masked", "********")]
)
def test_a_proxys_password_is_shown_hidden_or_masked(
    answer: str, shown: str | None
) -> None:
    with account(proxy_password_echo=answer) as client:
        number = client.make(browserConfiguration={"proxy": CUSTOM})
        proxy = client.draft(number)["browserConfiguration"]["proxy"]
        assert proxy.get("password") == shown
        assert ("hush" in str(client.listed())) == (answer == "yes")


def test_an_address_gets_its_slash() -> None:
    with account(url_normalised="yes") as client:
        for given in ("https://a.example", "https://a.example/b"):
            number = client.make(browserConfiguration={"initial_url": given})
            shown = client.draft(number)["browserConfiguration"]["initial_url"]
            assert shown == given + ("" if given.endswith("b") else "/")


def test_answers_come_without_their_wrapper() -> None:
    with account(wrapper="none") as client:
        number = client.make()
        assert client.ask("GET", f"/v1/task/{number}").json["name"] == "t"
        assert client.ask("GET", "/v1/task").json["total"] == 1


def test_an_empty_field_is_null() -> None:
    with account(null_fields="null") as client:
        draft = client.draft(client.make())
    assert draft.get("browserConfiguration", 1) is None
    assert draft["code"] == CODE


def test_a_new_task_is_listed_late() -> None:
    with account(visibility_lag="2") as client:
        number = client.make()
        seen = [len(client.listed()) for _ in range(4)]
        assert seen == [0, 0, 1, 1]
        assert client.ask("GET", f"/v1/task/{number}").status == 200


@pytest.mark.parametrize(("answer", "moves"), [("yes", True), ("no", False)])
def test_writing_a_draft_moves_the_time_or_not(answer: str, moves: bool) -> None:
    with account(updated_at_on_draft=answer) as client:
        number = client.make()
        before = client.ask("GET", f"/v1/task/{number}").data["updatedAt"]
        client.ask("POST", f"/v1/task/{number}/draft", {"code": OTHER})
        after = client.ask("GET", f"/v1/task/{number}").data["updatedAt"]
        assert (after != before) == moves


def test_a_generation_takes_one_shape_the_other_or_both() -> None:
    bodies = {
        "user_task": {"name": "a", "description": "d", "user_task": "u"},
        "taskPrompt": {"taskName": "b", "taskPrompt": "p"},
    }
    for answer in KNOBS["generate_shape"].answers:
        with account(generate_shape=answer) as client:
            for shape, body in bodies.items():
                said = client.ask("POST", "/v2/tasks/generate", body)
                assert said.status == (200 if answer in (shape, "both") else 400)


def test_a_generation_and_its_task_may_have_two_ids() -> None:
    with account(generate_ids="different") as client:
        body = {"name": "g", "description": "d", "user_task": "u"}
        said = client.ask("POST", "/v2/tasks/generate", body).json
        assert said["id"] != said["taskId"]
        for number in (said["id"], said["taskId"]):
            states(client, number, 2)
        assert client.listed()[0]["id"] == said["taskId"]


def test_a_generation_takes_its_time_and_makes_a_workflow() -> None:
    with account(generate_polls="3", generate_state="waiting-for-session") as client:
        number = generate(client)
        assert client.listed()[0]["latestVersion"] == "draft"
        assert states(client, number, 4) == ["waiting-for-session"] * 3 + ["ready"]
        made = client.listed()[0]
    assert (made["language"], made["latestVersion"]) == ("workflow", "1")


def test_a_generation_answers_404_at_first() -> None:
    with account(generate_404="3", generate_polls="0") as client:
        assert states(client, generate(client), 4) == [404, 404, 404, "ready"]


def test_a_generation_fails_with_its_error() -> None:
    with account(generate_result="failed", generate_polls="0") as client:
        number = generate(client)
        said = client.ask("GET", f"/v2/tasks/{number}/generation-status").json
        assert (said["status"], bool(said["error"])) == ("failed", True)
        assert client.listed()[0]["status"] == "failed"


@pytest.mark.parametrize(("answer", "listed"), [("yes", 1), ("no", 0)])
def test_generated_tasks_are_listed_or_not(answer: str, listed: int) -> None:
    with account(generated_listed=answer) as client:
        generate(client)
        assert len(client.listed()) == listed


@pytest.mark.parametrize(("answer", "status"), [("allowed", 200), ("refused", 400)])
def test_two_generations_share_a_name_or_not(answer: str, status: int) -> None:
    with account(duplicate_names=answer) as client:
        generate(client)
        body = {"name": "g", "description": "d", "user_task": "u"}
        assert client.ask("POST", "/v2/tasks/generate", body).status == status


def test_a_code_task_cannot_take_the_name_of_a_generated_one() -> None:
    with account() as client:
        generate(client, "t")
        body = {"name": "t", "language": "typescript"}
        assert client.ask("POST", "/v1/task", body).status == 409


@pytest.mark.parametrize("polls", ["0", "1", "3"])
def test_a_run_takes_its_time(polls: str) -> None:
    with account(run_polls=polls, generate_polls="0") as client:
        number = generate(client)
        states(client, number, 1)
        run = client.ask("POST", f"/v2/tasks/{number}/run", {"input_params": {}}).json
        path = f"/v2/tasks/runs/{run['run_id']}/status"
        seen = [client.ask("GET", path).json["status"] for _ in range(4)]
    assert seen == ["running"] * int(polls) + ["success"] * (4 - int(polls))


RUNS = "/browser-use/api/v2/tasks"


@pytest.mark.parametrize(
    ("answer", "flat", "nested"),
    [("both", 202, 202), ("2025-08", 422, 202), ("v2", 202, 422)],
)
def test_browser_use_takes_one_shape_the_other_or_both(
    answer: str, flat: int, nested: int
) -> None:
    with account(browser_use_shape=answer) as client:
        one = client.ask("POST", RUNS, {"task": "x", "llm": "o3"})
        other = client.ask("POST", RUNS, {"task": "x", "agentSettings": {"llm": "o3"}})
        assert (one.status, other.status) == (flat, nested)


@pytest.mark.parametrize(
    ("answer", "status", "good"),
    [
        ("success", "finished", True),
        ("unsuccessful", "finished", False),
        ("failed", "failed", None),
        ("stopped", "stopped", None),
    ],
)
def test_an_agents_run_ends_as_it_is_said_to(
    answer: str, status: str, good: bool | None
) -> None:
    with account(run_result=answer, run_polls="0") as client:
        made = client.ask("POST", RUNS, {"task": "x"}).json["id"]
        said = client.ask("GET", f"{RUNS}/{made}").json
    assert (said["status"], said["isSuccess"]) == (status, good)


@pytest.mark.parametrize(
    ("quota", "status"), [("0", 429), ("15", 201), ("1000000", 201)]
)
def test_stablebrowse_counts_the_runs_of_the_month(quota: str, status: int) -> None:
    with account(stablebrowse_quota=quota) as client:
        body = {"task": "x", "endUserId": "u"}
        assert client.ask("POST", "/stablebrowse/v1/tasks", body).status == status


def test_a_behaviour_or_an_answer_that_is_unknown_is_refused() -> None:
    for wrong in ({"nope": "1"}, {"wrapper": "maybe"}):
        with pytest.raises(UnknownKnobError):
            Emulator(behaviours=wrong)
    with account() as client:
        assert client.ask("POST", "/_emulator/behaviours", {"nope": "1"}).status == 400
        body = {"wrapper": "none"}
        assert client.ask("POST", "/_emulator/behaviours", body).status == 200
        assert "total" in client.ask("GET", "/v1/task").json


def test_every_question_is_one_line_with_at_least_two_answers() -> None:
    for name, knob in KNOBS.items():
        assert "\n" not in knob.question, name
        assert len(set(knob.answers)) == len(knob.answers) >= 2, name
