"""What is odd about a declared run, told before it costs anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from taskops.model.problem import Problem
from taskops.providers.browser_use.convert import left_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskops.model.resource import Resource
    from taskops.providers.browser_use.convert import Shape

# Models come and go, so one that is not here is worth a word, not a refusal.
KNOWN_MODELS = frozenset(
    {
        "browser-use-llm",
        "browser-use-2.0",
        "o3",
        "o4-mini",
        "gpt-4o",
        "gpt-4o-mini",
        "gpt-4.1",
        "gpt-4.1-mini",
        "gpt-5",
        "gpt-5-mini",
        "gemini-2.5-flash",
        "gemini-2.5-pro",
        "gemini-flash-latest",
        "gemini-flash-lite-latest",
        "llama-4-maverick-17b-128e-instruct",
        "claude-sonnet-4",
        "claude-sonnet-4-20250514",
        "claude-sonnet-4-5-20250929",
        "claude-sonnet-4.5",
    }
)


def listed(names: Sequence[str]) -> str:
    """Names as they stand in a sentence."""
    return ", ".join(f"`{name}`" for name in names)


def checked(resource: Resource, shape: Shape) -> list[Problem]:
    """What is worth a word before the run is paid for."""
    spec, found = resource.spec, []
    settings = spec.get("agentSettings")
    llm = settings.get("llm") if isinstance(settings, Mapping) else None
    if not llm:
        found.append(
            _warn(
                resource,
                "the model is not pinned: the service's default moves",
                "set `agentSettings: {llm: …}`",
            )
        )
    elif llm not in KNOWN_MODELS:
        found.append(
            _warn(
                resource,
                f"the model `{llm}` is not one that we know",
                "check the spelling; new models are fine",
            )
        )
    if missing := left_out(resource, shape):
        found.append(
            _warn(
                resource,
                f"the `{shape}` shape of a run has no place for {listed(missing)}",
                "remove it, or choose another --browser-use-api",
            )
        )
    browser = spec.get("browserSettings")
    if isinstance(browser, Mapping) and browser.get("sessionId"):
        found += _ignored_by_session(resource, browser)
    return found


def _ignored_by_session(
    resource: Resource, browser: Mapping[str, object]
) -> list[Problem]:
    given = resource.spec.get("sessionSettings")
    if not browser.get("profileId") and not given:
        return []
    words = "a session that is there already keeps its own profile and settings"
    hint = "leave out `browserSettings.sessionId`, or the profile and settings"
    return [_warn(resource, words, hint)]


def _warn(resource: Resource, summary: str, hint: str) -> Problem:
    return Problem(
        summary, "", resource.where, hint, "warning", address=str(resource.address)
    )
