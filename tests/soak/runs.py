"""What git wants of agents' runs, and that each revision runs once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.model.resource import Address, Resource
from taskops.model.values import frozen
from taskops.providers.browser_use import convert as browser_use
from taskops.providers.stablebrowse import convert as stablebrowse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from soak.licences import Commit
    from soak.life import Life
    from soak.trial import Result
    from taskops.model.plan import Outcome

BROWSER_USE_NAMES = ("m", "n")
STABLEBROWSE_NAMES = ("s", "t")
NAMES = (*BROWSER_USE_NAMES, *STABLEBROWSE_NAMES)
KINDS = ("browser-use", "stablebrowse")
"""What the log of commits calls a run that was started."""

KNOBS = {"run_polls": ("0", "3"), "run_result": ("failed",)}
"""A run is also over at once, after a while, or in vain."""


def resource(name: str, variant: int) -> Resource:
    """An agent task; no two of any name and variant have the same prompt."""
    prompt = {"task": prompt_of(name, variant)}
    if name in BROWSER_USE_NAMES:
        spec = frozen({**prompt, "agentSettings": {"llm": "o3"}})
        content = browser_use.canonical("agent", spec)
        return Resource(Address("browser_use", name), "agent", name, spec, content)
    spec = frozen({**prompt, "endUserId": "alice"})
    content = stablebrowse.canonical("agent", spec)
    return Resource(Address("stablebrowse", name), "agent", name, spec, content)


def prompt_of(name: str, variant: int) -> str:
    """The service's log calls a run by it."""
    return f"run {name}, the {variant}th"


def name_of(commit: Commit) -> str:
    """Whose run it is."""
    return str(commit["name"]).split()[1].rstrip(",")


def started(log: Iterable[Commit], name: str) -> list[Commit]:
    """All runs of a name in the order of their starts."""
    return [c for c in log if c["kind"] in KINDS and name_of(c) == name]


def run_once(result: Result, life: Life) -> Iterator[str]:
    """
    3: a revision that ran is not started again, unless a person says so.

    A manifest that goes back to an older revision asks for it anew.
    """
    log = life.service.commits()
    for number, commit in enumerate(log):
        if commit["kind"] not in KINDS or commit.get("client") != result.client:
            continue
        name = name_of(commit)
        earlier = started(log[:number], name)
        same = bool(earlier) and earlier[-1]["name"] == commit["name"]
        if same and name not in result.trial.retry:
            yield f"3: ran again: {earlier[-1]} and {commit}"


def worth_a_retry(name: str, life: Life) -> bool:
    """
    Whether a person who looks at the service would start it again.

    Only what failed is worth it, and what is not there at all.
    """
    there = {c["name"] for c in started(life.service.commits(), name)}
    failing = life.service.account.says("run_result", "failed")
    return failing or prompt_of(name, life.wanted[name].variant) not in there


def in_vain(outcome: Outcome, life: Life) -> bool:
    """Whether the run itself failed, which no apply can help."""
    failing = life.service.account.says("run_result", "failed")
    return failing and outcome.address.name in NAMES and outcome.status == "failed"


def is_there(name: str, life: Life) -> bool:
    """Whether what git wants of it was started."""
    wanted = prompt_of(name, life.wanted[name].variant)
    return any(c["name"] == wanted for c in started(life.service.commits(), name))
