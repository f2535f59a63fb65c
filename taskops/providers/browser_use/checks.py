"""
What is odd about a declared run, told before it costs anything.

`emulator/browser_use_body.py` states much of the same, on purpose: the emulator
imports nothing of taskops, so that a mistake here cannot hide there as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from taskops.model.problem import Problem
from taskops.providers.browser_use.convert import left_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from taskops.model.resource import Resource
    from taskops.providers.browser_use.convert import Shape

# Models come and go, so one that is not here is worth a word, not a refusal.
KNOWN_MODELS = frozenset(
    {
        "browser-use-llm",
        "browser-use-2.0",
        "bu-2-0-mini-preview",
        "gpt-4.1",
        "gpt-4.1-mini",
        "gpt-4o",
        "gpt-4o-mini",
        "o4-mini",
        "o3",
        "gpt-5.5",
        "gpt-5.6-sol",
        "gpt-5.6-terra",
        "gpt-5.6-luna",
        "gemini-2.5-flash",
        "gemini-2.5-pro",
        "gemini-3-pro-preview",
        "gemini-3.1-pro-preview",
        "gemini-3-flash-preview",
        "gemini-3.5-flash",
        "gemini-flash-latest",
        "gemini-flash-lite-latest",
        "claude-3-7-sonnet-20250219",
        "claude-sonnet-4-20250514",
        "claude-sonnet-4-5-20250929",
        "claude-sonnet-5",
        "claude-opus-4-5-20251101",
        "claude-opus-4-7",
        "claude-opus-4-8",
        "claude-opus-5",
        "glm-5.2",
        "glm-5.3-flash",
        "minimax-m3",
        "grok-4.6",
        "deepseek-v4-flash-vision",
        "llama-4-maverick-17b-128e-instruct",
    }
)
"""Those of August 2025, and those of the official package 3.12.1."""

LONGEST_TASK = 50_000
"""Characters of a task that today's API takes; the one of August 2025 took twice."""


def listed(names: Sequence[str]) -> str:
    """Names as they stand in a sentence."""
    return ", ".join(f"`{name}`" for name in names)


def checked(resource: Resource, shape: Shape) -> list[Problem]:
    """What is worth a word before the run is paid for."""
    told = [*_models(resource), *_places(resource, shape), *_sessions(resource)]
    return [_warn(resource, summary, hint) for summary, hint in told]


def _models(resource: Resource) -> Iterator[tuple[str, str]]:
    settings = resource.spec.get("agentSettings")
    llm = settings.get("llm") if isinstance(settings, Mapping) else None
    if not llm:
        yield (
            "the model is not pinned: the service's default moves",
            "set `agentSettings: {llm: …}`",
        )
    for model in (llm, resource.spec.get("judgeLlm")):
        if model and model not in KNOWN_MODELS:
            yield (
                f"the model `{model}` is not one that we know",
                "check the spelling; new models are fine",
            )


def _places(resource: Resource, shape: Shape) -> Iterator[tuple[str, str]]:
    if missing := left_out(resource, shape):
        yield (
            f"the `{shape}` shape of a run has no place for {listed(missing)}",
            "remove it, or choose another --browser-use-api",
        )
    if shape == "both" and (missing := left_out(resource, "v2")):
        yield (
            f"today's API has no place for {listed(missing)}, and may say nothing",
            "remove it, or say --browser-use-api 2025-08 if your account has that API",
        )
    length = len(str(resource.spec.get("task", "")))
    if shape != "2025-08" and length > LONGEST_TASK:
        yield (
            f"`task` has {length} characters: today's API takes {LONGEST_TASK}",
            "make it shorter",
        )


def _sessions(resource: Resource) -> Iterator[tuple[str, str]]:
    browser = resource.spec.get("browserSettings")
    given = resource.spec.get("sessionSettings")
    held = isinstance(browser, Mapping) and browser.get("sessionId")
    if isinstance(browser, Mapping) and held and (browser.get("profileId") or given):
        yield (
            "a session that is there already keeps its own profile and settings",
            "leave out `browserSettings.sessionId`, or the profile and settings",
        )
    sides = ("browserScreenWidth", "browserScreenHeight")
    if isinstance(given, Mapping) and sum(side in given for side in sides) == 1:
        yield (
            "a screen with a width or a height alone may be refused",
            "set both `browserScreenWidth` and `browserScreenHeight`, or neither",
        )


def _warn(resource: Resource, summary: str, hint: str) -> Problem:
    return Problem(
        summary, "", resource.where, hint, "warning", address=str(resource.address)
    )
