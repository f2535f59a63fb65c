"""What a job knows of its event, from the payloads that GitHub sends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from taskops.cli.github import Event, event_of

if TYPE_CHECKING:
    from pathlib import Path

REPOSITORY = {"full_name": "acme/automations", "default_branch": "main"}


def seen(folder: Path, name: str, ref: str, payload: object) -> Event:
    path = folder / "event.json"
    path.write_text(json.dumps({"repository": REPOSITORY, **dict(payload)}))  # type: ignore[call-overload]  # each payload is an object
    return event_of(
        {
            "GITHUB_EVENT_NAME": name,
            "GITHUB_REF": ref,
            "GITHUB_EVENT_PATH": str(path),
        }
    )


def test_a_pull_request_is_on_no_branch(tmp_path: Path) -> None:
    payload = {"number": 7, "pull_request": {"head": {"ref": "edit"}}}

    event = seen(tmp_path, "pull_request", "refs/pull/7/merge", payload)

    assert event == Event("pull_request", "", "main")


@pytest.mark.parametrize(
    ("name", "ref", "branch"),
    [
        ("push", "refs/heads/main", "main"),
        ("schedule", "refs/heads/main", "main"),
        ("workflow_dispatch", "refs/heads/edit", "edit"),
        ("merge_group", "refs/heads/queue/main/pr-7", "queue/main/pr-7"),
        ("push", "refs/tags/v1", ""),
    ],
)
def test_other_events_are_on_the_branch_of_their_ref(
    tmp_path: Path, name: str, ref: str, branch: str
) -> None:
    event = seen(tmp_path, name, ref, {})

    assert (event.name, event.default_branch) == (name, "main")
    assert event.branch == branch


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"repository": 3}', "[" * 100_000, '"\\ud800"']
)
def test_a_payload_that_makes_no_sense_is_an_empty_one(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "event.json").write_text(text)

    event = event_of({"GITHUB_EVENT_PATH": str(tmp_path / "event.json")})

    assert event == Event()
