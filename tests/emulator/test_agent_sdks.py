"""The official packages of both agent services drive every task endpoint."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from browser_use_sdk import (  # type: ignore[import-untyped]  # it has none
    BrowserUse,
    BrowserUseError,
)
from browser_use_sdk.generated.v2.models import (  # type: ignore[import-untyped]  # it has none
    CreateTaskRequest,
    SessionSettings,
)
from stablebrowse import (  # type: ignore[import-untyped]  # it has none
    Stablebrowse,
    StablebrowseError,
    TaskFailed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taskops.emulator.app import Emulator
    from taskops.emulator.server import Server

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


@pytest.fixture(autouse=True)
def _one_key(emulator: Emulator) -> None:
    emulator.account.api_key = "the-key"


@pytest.fixture
def browser_use(server: Server) -> Iterator[BrowserUse]:
    client = BrowserUse(api_key="the-key", base_url=f"{server.url}/browser-use/api/v2")
    yield client
    client.close()


@pytest.fixture
def stablebrowse(server: Server) -> Iterator[Stablebrowse]:
    url = f"{server.url}/stablebrowse/v1"
    with Stablebrowse(api_key="the-key", base_url=url) as client:
        yield client


def test_browser_use_creates_with_every_field_it_knows(browser_use: BrowserUse) -> None:
    given: dict[str, Any] = {
        "llm": "o3",
        "start_url": "https://shop.example",
        "max_steps": 10,
        "structured_output": json.dumps(SCHEMA),
        "metadata": {"team": "x"},
        "secrets": {"shop": "s"},
        "allowed_domains": ["shop.example"],
        "highlight_elements": True,
        "flash_mode": True,
        "thinking": True,
        "thinking_level": "low",
        "vision": "auto",
        "system_prompt_extension": "Be brief.",
        "judge": True,
        "judge_ground_truth": "a",
        "judge_llm": "o3",
        "skill_ids": ["*"],
        "op_vault_id": "v",
        "session_settings": SessionSettings(
            proxyCountryCode=None, enableRecording=True
        ),
    }
    # Its own model of the request knows no field that is not tried here.
    assert {*CreateTaskRequest.model_fields} == {*given, "task", "session_id"}

    made = browser_use.tasks.create("New?", **given)

    done = browser_use.tasks.wait(str(made.id), interval=0.01)
    assert done.llm == "o3"
    assert done.metadata == {"team": "x"}
    assert json.loads(str(done.output)) == {"a": "text"}
    assert done.judge_verdict
    assert [step.url for step in done.steps][:1] == ["https://shop.example"]


def test_browser_use_follows_a_task_from_its_creation_to_its_end(
    browser_use: BrowserUse, emulator: Emulator
) -> None:
    emulator.set_behaviours({"run_polls": "3"})
    number = str(browser_use.tasks.create("New?").id)

    assert browser_use.tasks.list().items[0].status.value == "created"
    assert browser_use.tasks.status(number).status.value == "created"
    assert browser_use.tasks.get(number).status.value == "started"
    done = browser_use.tasks.wait(number, interval=0.01)

    assert (done.status.value, done.is_success) == ("finished", True)
    assert number in str(browser_use.tasks.logs(number).download_url)


def test_browser_use_lists_by_page_session_status_and_time(
    browser_use: BrowserUse,
) -> None:
    made = [browser_use.tasks.create(f"Task {n}") for n in range(3)]
    browser_use.tasks.stop(str(made[0].id))
    listing = browser_use.tasks.list

    assert [item.task for item in listing(page_size=2).items] == ["Task 2", "Task 1"]
    second = listing(page_size=2, page_number=2)
    assert ([item.task for item in second.items], second.total_items) == (["Task 0"], 3)
    session = str(made[1].session_id)
    assert [i.task for i in listing(session_id=session).items] == ["Task 1"]
    assert [i.task for i in listing(filter_by="stopped").items] == ["Task 0"]
    assert not listing(before="2020-01-01T00:00:00Z").items
    assert len(listing(after="2020-01-01T00:00:00Z").items) == 3


@pytest.mark.parametrize("action", ["stop", "stop_task_and_session"])
def test_browser_use_stops_a_task_and_leaves_one_that_has_ended(
    browser_use: BrowserUse, emulator: Emulator, action: str
) -> None:
    number = str(browser_use.tasks.create("Wait.").id)

    assert getattr(browser_use.tasks, action)(number).status.value == "stopped"

    emulator.set_behaviours({"run_polls": "0"})
    ended = str(browser_use.tasks.create("Be quick.").id)
    assert getattr(browser_use.tasks, action)(ended).status.value == "finished"


@pytest.mark.parametrize(
    ("behaviours", "given", "status"),
    [
        ({"browser_use_session": "stopped"}, {"session_id": str(uuid.uuid4())}, 400),
        ({"browser_use_session": "absent"}, {"session_id": str(uuid.uuid4())}, 404),
        ({"browser_use_credits": "none"}, {}, 402),
        ({"browser_use_credits": "capped"}, {}, 402),
        ({"browser_use_sessions": "0"}, {}, 429),
        ({"browser_use_models": "listed"}, {"llm": "gpt-99"}, 422),
        ({}, {"session_id": "no uuid"}, 422),
    ],
)
def test_browser_use_understands_each_refusal(
    server: Server,
    emulator: Emulator,
    behaviours: dict[str, str],
    given: dict[str, Any],
    status: int,
) -> None:
    emulator.set_behaviours(behaviours)
    url = f"{server.url}/browser-use/api/v2"
    client = BrowserUse(api_key="the-key", base_url=url, max_retries=0)

    with pytest.raises(BrowserUseError) as refused:
        client.tasks.create("New?", **given)

    assert refused.value.status_code == status
    assert emulator.commits() == []
    client.close()


def test_browser_use_has_one_run_at_a_time_in_a_session(
    browser_use: BrowserUse,
) -> None:
    made = browser_use.tasks.create("One.")
    session = str(made.session_id)

    with pytest.raises(BrowserUseError, match="already has a running task"):
        browser_use.tasks.create("Two.", session_id=session)

    browser_use.tasks.wait(str(made.id), interval=0.01)
    again = browser_use.tasks.create("Two.", session_id=session)
    assert str(again.session_id) == session


def test_stablebrowse_submits_with_every_field_and_goes_on(
    stablebrowse: Stablebrowse, emulator: Emulator
) -> None:
    emulator.set_behaviours({"run_polls": "3"})
    submitted = stablebrowse.tasks.submit(
        task="Read it.",
        end_user_id="u",
        start_url="https://shop.example",
        schema=SCHEMA,
        max_steps=40,
        include_html_dump=True,
    )
    said = [stablebrowse.tasks.get(submitted.task_id).status for _ in range(4)]
    done = stablebrowse.tasks.get(submitted.task_id)
    later = stablebrowse.tasks.run(
        task="Go on.",
        end_user_id="u",
        session_id=submitted.session_id,
        poll_interval=0.01,
    )

    assert submitted.status == "pending"
    assert said == ["pending", "running", "running", "completed"]
    assert done.structured_content == {"a": "text"}
    assert done.html_dump
    assert later.session_id == submitted.session_id
    (session,) = stablebrowse.tasks.list(limit=10)
    assert session["firstTask"]["task"] == "Read it."
    assert session["turnCount"] == 2
    turns = stablebrowse.sessions.get(submitted.session_id).tasks
    assert [turn.task for turn in turns] == ["Read it.", "Go on."]


@pytest.mark.parametrize(
    ("behaviours", "given", "status"),
    [
        ({"stablebrowse_quota": "0"}, {}, 429),
        ({}, {"session_id": "another business's"}, 403),
        (
            {"stablebrowse_foreign_session": "400"},
            {"session_id": "another business's"},
            400,
        ),
        ({}, {"end_user_id": "u" * 257}, 400),
        ({}, {"task": " "}, 400),
    ],
)
def test_stablebrowse_understands_each_refusal(
    stablebrowse: Stablebrowse,
    emulator: Emulator,
    behaviours: dict[str, str],
    given: dict[str, Any],
    status: int,
) -> None:
    emulator.set_behaviours(behaviours)

    with pytest.raises(StablebrowseError) as refused:
        stablebrowse.tasks.submit(**{"task": "Read it.", "end_user_id": "u"} | given)

    assert refused.value.status_code == status
    assert emulator.commits() == []


def test_stablebrowse_tells_a_run_that_failed(
    stablebrowse: Stablebrowse, emulator: Emulator
) -> None:
    emulator.set_behaviours({"run_result": "failed", "run_polls": "0"})

    with pytest.raises(TaskFailed, match="did not load"):
        stablebrowse.tasks.run(task="Read it.", end_user_id="u")


@pytest.mark.parametrize("path", ["tasks/nobody", "sessions/nobody"])
def test_stablebrowse_does_not_know_what_is_not_there(
    stablebrowse: Stablebrowse, path: str
) -> None:
    resource, number = path.split("/")

    with pytest.raises(StablebrowseError) as missing:
        getattr(stablebrowse, resource).get(number)

    assert missing.value.status_code == 404
