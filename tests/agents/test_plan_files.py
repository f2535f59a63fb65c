"""A plan file approves one start: it is gone on with, and never paid for again."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from agents import Agents

SERVICES = ["browser_use", "stablebrowse"]


def taskops(agents: Agents, *words: str) -> tuple[int, str]:
    """Exit code, and everything that was said."""
    ran = subprocess.run(
        [sys.executable, "-m", "taskops", *words],
        cwd=agents.root,
        env={**os.environ, **agents.variables()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    return ran.returncode, ran.stdout + ran.stderr


def names(agents: Agents) -> list[str]:
    return [address.name for address in agents.ledger().read().records]


def the_next_command(said: str) -> list[str]:
    found = re.search(r"^Go on with: taskops (.*)$", said, re.MULTILINE)
    assert found is not None, said
    return shlex.split(found[1])


@pytest.mark.parametrize("service", SERVICES)
def test_a_run_in_flight_is_waited_for_by_the_same_file(
    agents: Agents, service: str
) -> None:
    getattr(agents, service)()
    taskops(agents, "plan", "--out", "p.json")
    code, said = taskops(agents, "apply", "p.json", "--no-wait")
    assert code == 0, said

    code, said = taskops(agents, *the_next_command(said))

    assert code == 0, said
    assert "1 applied" in said
    assert len(agents.runs()) == 1


@pytest.mark.parametrize("service", SERVICES)
def test_a_run_that_failed_is_not_started_again_by_the_same_file(
    agents: Agents, service: str
) -> None:
    agents.account.set_behaviours({"run_result": "failed"})
    getattr(agents, service)()
    taskops(agents, "plan", "--out", "p.json")
    _, said = taskops(agents, "apply", "p.json")
    (name,) = names(agents)

    assert the_next_command(said) == ["apply", "--retry", name]
    code, said = taskops(agents, "apply", "p.json")
    assert code == 6
    assert "it has been started meanwhile, and failed" in said
    assert len(agents.runs()) == 1


@pytest.mark.parametrize("service", SERVICES)
def test_one_approval_of_a_retry_is_one_start(agents: Agents, service: str) -> None:
    agents.account.set_behaviours({"run_result": "failed"})
    getattr(agents, service)()
    agents.apply()
    (name,) = names(agents)
    taskops(agents, "plan", "--retry", name, "--out", "r.json")
    _, said = taskops(agents, "apply", "r.json")
    assert the_next_command(said) == ["apply", "--retry", name]
    assert len(agents.runs()) == 2

    code, said = taskops(agents, "apply", "r.json")

    assert code == 6
    assert "it has been tried again meanwhile" in said
    assert len(agents.runs()) == 2


def test_a_lost_start_is_told_as_unknown_by_the_same_file(agents: Agents) -> None:
    agents.browser_use()
    taskops(agents, "plan", "--out", "p.json")
    lost = {"method": "POST", "do": "status", "status": 504, "when": "before"}
    agents.account.set_faults([lost])
    assert taskops(agents, "apply", "p.json")[0] == 9

    code, said = taskops(agents, "apply", "p.json")

    assert code == 9
    assert "--retry news" in said
    assert agents.runs() == []
    agents.account.set_faults([])


def test_a_file_of_before_this_was_noted_is_applied(agents: Agents) -> None:
    agents.browser_use()
    taskops(agents, "plan", "--out", "p.json")
    plan = json.loads((agents.root / "p.json").read_text("utf-8"))
    for change in plan["changes"]:
        del change["follows"]
    (agents.root / "p.json").write_text(json.dumps(plan), "utf-8")

    assert taskops(agents, "apply", "p.json")[0] == 0
