"""What can be said of resources without asking a service."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from taskops.model.problem import Problem
    from taskops.model.resource import Resource

NOWHERE = "https://offline.invalid"
"""An address that is never asked."""

NO_KEY = {"BROWSER_USE_API_KEY": "none", "STABLEBROWSE_API_KEY": "none"}


def offline_problems(resources: Sequence[Resource]) -> list[Problem]:
    """What the services cannot hold."""
    names = sorted({resource.address.provider for resource in resources})
    return [
        problem
        for name in names
        for problem in _check(
            name, [r for r in resources if r.address.provider == name]
        )
    ]


def _check(name: str, wanted: Iterable[Resource]) -> list[Problem]:
    # Providers import httpx, which is felt; the checks of Anchor need none of it.
    match name:
        case "browser_use":
            from taskops.providers.browser_use.provider import open_browser_use

            return open_browser_use(
                NO_KEY, owner="", writable=False, base_url=NOWHERE
            ).check(wanted)
        case "stablebrowse":
            from taskops.providers.stablebrowse.provider import open_stablebrowse

            return open_stablebrowse(NO_KEY, writable=False, base_url=NOWHERE).check(
                wanted
            )
        case _:
            from taskops.providers.anchor.limits import cannot_hold

            return cannot_hold(wanted)
