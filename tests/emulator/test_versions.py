"""Tasks have a draft and numbered versions, each shown in its documented shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from emulator.client import CODE, Client, account, base64_of

if TYPE_CHECKING:
    from collections.abc import Iterator

TASK = {"id", "name", "teamId", "latestVersion", "code", "language", "deleted"}
TIMES = {"createdAt", "updatedAt"}
METADATA = {"id", "name", "teamId", "latest", "deleted"} | TIMES
VERSION = {"id", "taskId", "version", "code", "language", "deleted"} | TIMES
OTHER = base64_of("other")


@pytest.fixture
def client() -> Iterator[Client]:
    with account() as made:
        yield made


def test_each_view_of_a_task_has_its_own_fields(client: Client) -> None:
    number = client.make(code="")

    assert set(client.listed()[0]) == TASK | TIMES
    assert set(client.ask("GET", f"/v1/task/{number}").data) == METADATA
    assert set(client.draft(number)) == VERSION


def test_a_task_that_was_never_deployed_has_no_latest(client: Client) -> None:
    number = client.make()

    assert client.ask("GET", f"/v1/task/{number}/latest").status == 404
    assert client.ask("POST", "/v1/task/run/t", {}).status == 404
    assert client.listed()[0]["latestVersion"] == "draft"


def test_every_deploy_counts_up_and_leaves_the_draft(client: Client) -> None:
    number = client.make()

    assert [client.deploy(number, code=OTHER) for _ in "abc"] == ["1", "2", "3"]
    assert client.draft(number)["code"] == CODE


def test_a_deploy_without_code_publishes_the_draft(client: Client) -> None:
    number = client.make()
    client.deploy(number)

    assert client.ask("GET", f"/v1/task/{number}/latest").data["code"] == CODE


def test_versions_come_in_the_order_of_their_numbers(client: Client) -> None:
    number = client.make()
    for _ in range(11):
        client.deploy(number)

    versions = client.ask("GET", f"/v1/task/{number}/versions").data["versions"]

    assert [v["version"] for v in versions] == [
        "draft",
        *(str(n) for n in range(1, 12)),
    ]


def test_the_eleventh_version_is_later_than_the_ninth(client: Client) -> None:
    number = client.make()
    for _ in range(11):
        client.deploy(number)
    assert client.ask("GET", f"/v1/task/{number}/latest").data["version"] == "11"


def test_a_version_is_made_under_a_number(client: Client) -> None:
    number = client.make()

    made = client.ask("POST", f"/v1/task/{number}/007", {"code": OTHER}).data

    assert made["version"] == "7"
    assert client.ask("GET", f"/v1/task/{number}/latest").data["id"] == made["id"]
    assert client.deploy(number) == "8"


def test_without_its_newest_version_the_one_before_is_latest(client: Client) -> None:
    number = client.make()
    client.deploy(number)
    client.ask("POST", f"/v1/task/{number}/999999999", {"code": OTHER})

    gone = client.ask("DELETE", f"/v1/task/{number}/latest")

    assert gone.data["success"] is True
    assert client.ask("GET", f"/v1/task/{number}/latest").data["version"] == "1"


def test_a_deleted_task_is_out_of_reach(client: Client) -> None:
    number = client.make()

    assert client.ask("DELETE", f"/v1/task/{number}").data["success"] is True
    for path in ("", "/draft", "/latest", "/versions", "/executions"):
        assert client.ask("GET", f"/v1/task/{number}{path}").status == 404
    assert client.ask("DELETE", f"/v1/task/{number}").status == 404


def test_a_name_that_is_taken_cannot_be_given(client: Client) -> None:
    client.make("one")
    other = client.make("two")

    assert client.ask("PUT", f"/v1/task/{other}", {"name": "one"}).status == 409
    assert client.ask("PUT", f"/v1/task/{other}", {"name": "two"}).status == 200


def test_pages_hold_every_task_once(client: Client) -> None:
    made = {client.make(f"t{n}") for n in range(23)}

    pages = [client.listed(f"?page={n}&limit=10") for n in (1, 2, 3, 4)]

    assert [len(page) for page in pages] == [10, 10, 3, 0]
    assert {task["id"] for page in pages for task in page} == made


def test_a_run_that_waits_says_how_it_ended(client: Client) -> None:
    client.deploy(client.make())

    good = client.ask("POST", "/v1/task/run/t", {"inputs": {"ANCHOR_A": "1"}}).data
    bad = client.ask(
        "POST", "/v1/task/run/t", {"inputs": {"ANCHOR_EMULATE": "failure"}}
    ).data

    assert (good["success"], good["async"], "output" in good) == (True, False, True)
    assert (bad["success"], "error" in bad) == (False, True)


def test_a_run_that_does_not_wait_is_asked_for(client: Client) -> None:
    number = client.make()
    client.deploy(number)
    started = client.ask("POST", "/v1/task/run/t", {"async": True}).data
    path = f"/v1/task/{number}/executions"

    one = f"{path}/{started['executionResultId']}"
    states = [client.ask("GET", one).data["status"] for _ in "ab"]

    assert states == ["running", "success"]
    found = client.ask("GET", f"{path}?status=success&version=1").data
    assert found["pagination"] == {"page": 1, "limit": 10, "total": 1, "totalPages": 1}
    assert client.ask("GET", f"{path}?status=failure").data["results"] == []
    assert client.ask("GET", f"{path}?status=done").status == 400


def test_a_run_of_the_draft_is_not_among_the_executions(client: Client) -> None:
    number = client.make()
    ran = client.ask("POST", "/v1/task/run", {"taskId": number, "version": "draft"})

    assert ran.data["success"] is True
    assert client.ask("GET", f"/v1/task/{number}/executions").data["results"] == []
