"""Both documented forms of a generation, each sent to a service that takes one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from cli.service import service
from cli.shell import taskops

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = """\
name: invoice
description: Get the invoice.
generate:
  user_task: Open Billing, download the newest invoice.
  application_id: 3c90c3cc-0d44-4b50-8888-8dd25736052a
  identity_id: someone
  input_schema:
    - {display_name: month, type: string, required: false, default_value: May}
  output_schema:
    - {name: file, type: file, description: The PDF.}
  output_file_only: true
  human_intervention: true
browserConfiguration:
  timeout: {max_duration: 7}
  proxy: {active: true, type: anchor_proxy, country_code: no}
"""

SAME: dict[str, Any] = {
    "description": "Get the invoice.",
    "application_id": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
    "identity_id": "someone",
    "output_schema": [{"name": "file", "type": "file", "description": "The PDF."}],
    "output_file_only": True,
    "human_intervention": True,
    "task_browser_default_configuration": {
        "timeout": {"max_duration": 7},
        "proxy": {"active": True, "type": "anchor_proxy", "country_code": "no"},
    },
}
PROMPT = "Open Billing, download the newest invoice."
MONTH = {"type": "string", "required": False}
SENT: dict[str, dict[str, Any]] = {
    "user_task": {
        **SAME,
        "name": "invoice",
        "user_task": PROMPT,
        "input_schema": [{**MONTH, "display_name": "month", "default_value": "May"}],
    },
    "taskPrompt": {
        **SAME,
        "taskName": "invoice",
        "taskPrompt": PROMPT,
        "input_schema": [{**MONTH, "name": "month", "defaultValue": "May"}],
    },
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "taskops.yaml").write_text("version: 1\nproject: p\n")
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "invoice.yaml").write_text(MANIFEST)
    return tmp_path


@pytest.mark.parametrize(
    ("api", "takes"),
    [
        ("user_task", "user_task"),
        ("taskPrompt", "taskPrompt"),
        ("auto", "user_task"),
        ("auto", "taskPrompt"),
    ],
)
def test_every_field_arrives_in_the_words_of_the_service(
    root: Path, api: str, takes: str
) -> None:
    with service() as there:
        there.account.set_behaviours({"generate_shape": takes, "generate_polls": "0"})
        said = taskops(root, "apply", "--yes", "--generate-api", api, **there.variables)
        asked = [g["asked"] for g in there.account.account.store.things("generation")]
        posts = [path for method, path in there.asked() if method == "POST"]

    assert said.code == 0, said.out + said.err
    assert asked == [SENT[takes]]
    switched = (api, takes) == ("auto", "taskPrompt")
    assert len(posts) == (2 if switched else 1)
    assert ("taskPrompt" in said.out) is switched


@pytest.mark.parametrize(
    ("api", "takes"), [("user_task", "taskPrompt"), ("taskPrompt", "user_task")]
)
def test_the_wrong_form_starts_nothing_and_names_the_flag(
    root: Path, api: str, takes: str
) -> None:
    with service() as there:
        there.account.set_behaviours({"generate_shape": takes})
        said = taskops(root, "apply", "--yes", "--generate-api", api, **there.variables)

        assert said.code == 1
        assert "--generate-api auto" in said.out
        assert there.written() == []
        # Surely nothing was started, so nothing stands in the way.
        again = taskops(root, "apply", "--yes", **there.variables)
        assert again.code == 0, again.out


def test_starts_that_begin_at_once_all_find_the_form_that_is_taken(root: Path) -> None:
    for number in range(6):
        text = MANIFEST.replace("name: invoice\n", f"name: invoice-{number}\n", 1)
        (root / "tasks" / f"{number}.yaml").write_text(text)
    with service(latency=0.2) as there:
        there.account.set_behaviours(
            {"generate_shape": "taskPrompt", "generate_polls": "0"}
        )
        said = taskops(root, "apply", "--yes", **there.variables)
        asked = there.account.account.store.things("generation")

    assert said.code == 0, said.out + said.err
    assert len(asked) == 7
    assert said.out.count("taskPrompt") == 1
