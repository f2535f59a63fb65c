"""Every command there is, and no byte of a secret in anything that it wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cli.canary import KEY, PROXY, SERVER, USER, WORD, clean
from cli.repositories import clones, commit
from cli.service import Service, service
from cli.shell import edit, taskops

from taskops.cli.app import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AGENT = """\
kind: AgentTask
provider: browser_use
name: news
task: Find the news.
secrets:
  shop: ${env.WORD}
"""
GENERATED = "name: invoice\ndescription: d\ngenerate:\n  user_task: get it\n"

STORY = (
    ["init"],
    ["validate"],
    ["plan", "--out", "p.json", "--json-into", "events-1", "--debug"],
    ["plan", "--format", "html"],
    ["plan", "--format", "markdown", "--verbose"],
    ["show", "p.json", "--verbose"],
    ["apply", "p.json", "--json-into", "e-2", "--debug", "--output-dir", "out"],
    ["run", "hello", "--json", "--junit", "runs.xml", "--debug"],
    ["status", "--live", "--debug"],
    ["status", "hello"],
    ["status", "--log", "--format", "html"],
    ["drift", "--pending", "--format", "json"],
    ["pull", "hello", "--debug"],
    ["doctor", "--debug"],
    ["rollback", "HEAD", "--yes", "--verbose"],
    ["forget", "t0"],
    ["schema", "task"],
    ["completion", "bash"],
)

NOT_HERE = {"emulator"}
"""It runs until it is ended, on an account of its own that takes any key."""


@pytest.fixture
def at() -> Iterator[Service]:
    with service(key=KEY) as running:
        url = running.variables["ANCHORBROWSER_BASE_URL"]
        running.variables.update(
            BROWSER_USE_API_KEY=KEY,
            BROWSER_USE_BASE_URL=f"{url}/browser-use/api/v2",
            TASKOPS_VAR_SERVER=SERVER,
            TASKOPS_VAR_USER_NAME=USER,
            TASKOPS_VAR_WORD=WORD,
        )
        yield running


def test_no_command_at_all_writes_a_secret(tmp_path: Path, at: Service) -> None:
    root, other = clones(tmp_path)
    edit(root, "browserConfiguration:\n", PROXY)
    (root / "tasks" / "news.yaml").write_text(AGENT, "utf-8")
    (root / "tasks" / "invoice.yaml").write_text(GENERATED, "utf-8")
    commit(root, "more tasks")
    assert {words[0] for words in STORY} == set(COMMANDS) - NOT_HERE

    for words in STORY:
        said = clean(taskops(root, *words, **at.variables), tmp_path)
        assert said.code == 0, (words, said.out, said.err)

    # A second machine reads what the first one left in git.
    clean(taskops(other, "status", "--log", **at.variables), tmp_path)
    kinds = {commit["kind"] for commit in at.written()}
    assert {"deploy", "generate", "browser-use", "run"} <= kinds
