"""Software that we did not write finds Anchor as it knows it."""

from __future__ import annotations

import base64
import uuid
from typing import TYPE_CHECKING, Any

import anchorbrowser
import pytest
from anchorbrowser import Anchorbrowser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from anchorbrowser.types import params

    from taskops.emulator.app import Emulator
    from taskops.emulator.server import Server

CODE = base64.b64encode(b"export default async () => 1\n").decode()


@pytest.fixture(autouse=True)
def _one_key(emulator: Emulator) -> None:
    emulator.account.api_key = "the-key"


@pytest.fixture
def anchor(server: Server) -> Iterator[Anchorbrowser]:
    # Strict: its models refuse an answer that is not in the shape they know.
    with Anchorbrowser(
        api_key="the-key", base_url=server.url, _strict_response_validation=True
    ) as client:
        yield client


def make(client: Anchorbrowser, name: str = "price-watch") -> str:
    made = client.tasks_legacy.create_task(
        name=name,
        language="typescript",
        code=CODE,
        description="d",
        browser_configuration={"timeout": {"max_duration": 10}},
    )
    assert made.data is not None
    return str(made.data.id)


def test_a_task_is_created_as_a_draft(anchor: Anchorbrowser) -> None:
    number = make(anchor)

    task = anchor.tasks_legacy.get_task(number).data
    draft = anchor.tasks_legacy.get_task_draft(number).data

    assert task is not None
    assert task.name == "price-watch"
    assert draft is not None
    assert draft.code == CODE
    with pytest.raises(anchorbrowser.NotFoundError):
        anchor.tasks_legacy.get_latest_task_version(number)


def test_creating_twice_updates_the_same_task(anchor: Anchorbrowser) -> None:
    assert make(anchor) == make(anchor)

    listed = anchor.tasks_legacy.list_tasks(page="1", limit="100").data

    assert listed is not None
    assert listed.total == 1


def test_each_deploy_makes_the_next_version(anchor: Anchorbrowser) -> None:
    number = make(anchor)
    for _ in range(2):
        anchor.tasks_legacy.deploy_task(number, code=CODE, language="typescript")

    latest = anchor.tasks_legacy.get_latest_task_version(number).data
    versions = anchor.tasks_legacy.list_task_versions(number).data

    assert latest is not None
    assert latest.version == "2"
    assert versions is not None
    assert {v.version for v in versions.versions or []} >= {"1", "2"}


def test_a_draft_is_written_without_publishing(anchor: Anchorbrowser) -> None:
    number = make(anchor)
    other = base64.b64encode(b"export default async () => 2\n").decode()

    anchor.tasks_legacy.save_task_draft(number, code=other)

    draft = anchor.tasks_legacy.get_task_version(
        task_version="draft", task_id=number
    ).data
    assert draft is not None
    assert draft.code == other


def test_a_task_is_renamed_by_its_id(anchor: Anchorbrowser) -> None:
    number = make(anchor)

    anchor.tasks_legacy.update_task(number, name="other", description="new")

    task = anchor.tasks_legacy.get_task(number).data
    assert task is not None
    assert (task.name, task.description) == ("other", "new")


def test_a_deleted_task_is_gone(anchor: Anchorbrowser) -> None:
    number = make(anchor)

    anchor.tasks_legacy.delete_task(number)

    with pytest.raises(anchorbrowser.NotFoundError):
        anchor.tasks_legacy.get_task(number)


def test_a_deployed_task_runs_by_name(anchor: Anchorbrowser) -> None:
    number = make(anchor)
    anchor.tasks_legacy.deploy_task(number, code=CODE, language="typescript")

    done = anchor.tasks_legacy.run_task_by_name("price-watch", inputs={"ANCHOR_A": "1"})

    assert done.data is not None
    assert done.data.success
    results = anchor.tasks_legacy.list_task_executions(number).data
    assert results is not None
    assert results.pagination.total == 1


def test_what_is_not_in_the_document_is_refused(anchor: Anchorbrowser) -> None:
    with pytest.raises(anchorbrowser.BadRequestError, match="anchor_proxy"):
        anchor.tasks_legacy.create_task(
            name="x",
            language="typescript",
            browser_configuration={  # type: ignore[arg-type]  # wrong on purpose
                "proxy": {"active": True, "type": "anchor_proxy", "country_code": "gb"}
            },
        )
    with pytest.raises(anchorbrowser.BadRequestError):
        anchor.tasks_legacy.create_task(name="a b", language="typescript")


def test_a_wrong_key_is_refused(server: Server) -> None:
    with (
        Anchorbrowser(api_key="wrong", base_url=server.url) as client,
        pytest.raises(anchorbrowser.AuthenticationError),
    ):
        client.tasks_legacy.list_tasks()


def test_todays_shape_of_a_generation_becomes_ready(
    anchor: Anchorbrowser, emulator: Emulator
) -> None:
    emulator.set_behaviours({"generate_shape": "taskPrompt"})

    started = anchor.tasks.generate_task(task_name="t", task_prompt="do it")
    states = [
        anchor.tasks.get_task_generation_status(str(started.id)).status
        for _ in range(2)
    ]

    assert states == ["generating", "ready"]
    run = anchor.tasks.run_task(str(started.id), input_params={})
    assert run.run_id


def test_a_version_is_published_and_deleted_by_its_number(
    anchor: Anchorbrowser,
) -> None:
    number = make(anchor)
    legacy = anchor.tasks_legacy

    made = legacy.publish_task_version(task_version="3", task_id=number, code=CODE)
    gone = legacy.delete_task_version(task_version="3", task_id=number)

    assert made.data is not None
    assert made.data.version == "3"
    assert gone.data is not None
    assert gone.data.success
    with pytest.raises(anchorbrowser.NotFoundError):
        legacy.get_task_version(task_version="3", task_id=number)


def test_a_version_is_run_and_its_execution_followed(anchor: Anchorbrowser) -> None:
    number = make(anchor)
    anchor.tasks_legacy.deploy_task(number, code=CODE, language="typescript")

    started = anchor.tasks_legacy.run_adhoc_task(
        task_id=number, version="1", async_=True
    ).data
    assert started is not None
    states = []
    for _ in range(2):
        one = anchor.tasks_legacy.get_task_execution(
            execution_id=str(started.execution_result_id), task_id=number
        )
        assert one.data is not None
        states.append(one.data.status)

    assert states == ["running", "success"]


def test_a_run_fails_with_its_error(anchor: Anchorbrowser) -> None:
    number = make(anchor)
    failing: dict[str, object] = {"ANCHOR_EMULATE": "failure"}

    done = anchor.tasks_legacy.run_adhoc_task(
        task_id=number, version="draft", inputs=failing
    ).data

    assert done is not None
    assert (done.success, bool(done.error)) == (False, True)


def test_a_generated_task_runs_and_is_followed(
    anchor: Anchorbrowser, emulator: Emulator
) -> None:
    emulator.set_behaviours({"generate_shape": "taskPrompt", "generate_polls": "0"})
    made = anchor.tasks.generate_task(task_name="t", task_prompt="do it")
    anchor.tasks.get_task_generation_status(str(made.id))

    run = anchor.tasks.run_task(str(made.id), input_params={"Report": "x"})
    states = [anchor.tasks.get_task_run_status(run.run_id).status for _ in range(2)]

    assert states == ["running", "success"]


def test_a_generation_takes_all_that_is_documented_and_nothing_else(
    anchor: Anchorbrowser, emulator: Emulator
) -> None:
    emulator.set_behaviours({"generate_shape": "taskPrompt"})
    month: params.TaskParameterV2 = {
        "name": "month",
        "type": "string",
        "required": False,
        "description": "Of which.",
        "defaultValue": "May",
        "options": ["May", "June"],
    }

    made = anchor.tasks.generate_task(
        task_name="t",
        task_prompt="do it",
        async_=False,
        description="d",
        application_id=str(uuid.uuid4()),
        identity_id="i",
        input_schema=[month],
        output_schema=[{"name": "file", "type": "file"}],
        output_file_only=True,
        human_intervention=False,
        browser_session_id="s",
        task_browser_default_configuration={"timeout": {"max_duration": 5}},
    )

    # Asked to wait for it, it is written when the answer comes.
    said = anchor.tasks.get_task_generation_status(str(made.id))
    assert (made.status, said.status) == ("generating", "ready")
    wrong: Any = [{"display_name": "month", "type": "date"}]
    with pytest.raises(anchorbrowser.BadRequestError, match="input_schema"):
        anchor.tasks.generate_task(task_name="t", task_prompt="x", input_schema=wrong)


def test_a_run_is_waited_for_with_sync(
    anchor: Anchorbrowser, emulator: Emulator
) -> None:
    emulator.set_behaviours({"generate_shape": "taskPrompt", "generate_polls": "0"})
    made = anchor.tasks.generate_task(task_name="t", task_prompt="do it")
    anchor.tasks.get_task_generation_status(str(made.id))

    run = anchor.tasks.run_task(
        str(made.id), input_params={}, cleanup_sessions=True, extra_body={"sync": True}
    )

    assert run.status == "success"
    with pytest.raises(anchorbrowser.NotFoundError):
        anchor.tasks.get_task_run_status("nobody")
    with pytest.raises(anchorbrowser.NotFoundError):
        anchor.tasks.get_task_generation_status("nobody")


def test_a_generation_fails_with_its_error(
    anchor: Anchorbrowser, emulator: Emulator
) -> None:
    emulator.set_behaviours({"generate_shape": "taskPrompt", "generate_polls": "0"})
    made = anchor.tasks.generate_task(task_name="t", task_prompt="EMULATE-FAILURE")

    said = anchor.tasks.get_task_generation_status(str(made.id))

    assert (said.status, bool(said.error)) == ("failed", True)


def test_a_taken_name_is_a_conflict(anchor: Anchorbrowser) -> None:
    make(anchor, "one")
    other = make(anchor, "two")
    with pytest.raises(anchorbrowser.ConflictError):
        anchor.tasks_legacy.update_task(other, name="one")
