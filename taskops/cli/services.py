"""The three services by name: their canonical forms, and the way to each."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from taskops.errors import UsageError
from taskops.model.dataclass import dataclass
from taskops.providers.anchor.canonical import canonical as anchor_canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from taskops.applying.lanes import Lanes
    from taskops.emulator.app import Emulator
    from taskops.model.ports import Listener, Provider
    from taskops.model.problem import Problem
    from taskops.model.resource import Kind, Resource
    from taskops.model.values import Tree

KEYS = MappingProxyType(
    {
        "anchor": "ANCHORBROWSER_API_KEY",
        "browser_use": "BROWSER_USE_API_KEY",
        "stablebrowse": "STABLEBROWSE_API_KEY",
    }
)
"""The variable of each service's key; a provider that knows it imports httpx."""


def without_keys(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for programs that ask no service: git and what it starts."""
    keys = frozenset(KEYS.values())
    return {name: value for name, value in environ.items() if name not in keys}


NO_KEYS = MappingProxyType(dict.fromkeys(KEYS.values(), "emulated"))
"""What stands for keys where none is needed: a real one must not get there."""

NOWHERE = "https://offline.invalid"
"""The address of a service that is never asked."""


@dataclass(frozen=True, slots=True)
class Access:
    """How a service is reached, and for what."""

    environ: Mapping[str, str]
    writable: bool = False
    lanes: Lanes | None = None
    listener: Listener | None = None
    wsgi: Emulator | None = None
    base_url: str | None = None
    owner: str = ""
    generate_api: str = "auto"
    browser_use_api: str = "auto"


OFFLINE = Access(NO_KEYS, base_url=NOWHERE)


def canonical(provider: str, kind: Kind, spec: Tree) -> Tree:
    """The canonical form of a spec, without opening anything."""
    match provider:
        case "browser_use":
            from taskops.providers.browser_use.convert import canonical as browser_use

            return browser_use(kind, spec)
        case "stablebrowse":
            from taskops.providers.stablebrowse.convert import canonical as stablebrowse

            return stablebrowse(kind, spec)
        case _:
            return anchor_canonical(kind, spec)


def open_provider(name: str, access: Access) -> Provider:
    """The provider of that name with all that it needs."""
    given: dict[str, Any] = {
        "writable": access.writable,
        "lanes": access.lanes,
        "listener": access.listener,
        "wsgi": access.wsgi,
        "base_url": access.base_url,
    }
    match name:
        case "anchor" if access is OFFLINE:
            return cast("Provider", _Unasked())
        case "anchor":
            from taskops.providers.anchor.provider import open_anchor

            shape = cast("Any", access.generate_api)
            return open_anchor(access.environ, generate_api=shape, **given)
        case "browser_use":
            from taskops.providers.browser_use.provider import open_browser_use

            shape = cast("Any", access.browser_use_api)
            return open_browser_use(
                access.environ, owner=access.owner, api=shape, **given
            )
        case "stablebrowse":
            from taskops.providers.stablebrowse.provider import open_stablebrowse

            return open_stablebrowse(access.environ, **given)
        case _:
            raise UsageError(f"there is no provider `{name}`")


def offline_problems(resources: Sequence[Resource]) -> list[Problem]:
    """What the services cannot hold, without asking them."""
    found: list[Problem] = []
    for name in sorted({resource.address.provider for resource in resources}):
        wanted = [r for r in resources if r.address.provider == name]
        found += open_provider(name, OFFLINE).check(wanted)
    return found


class _Unasked:
    """
    Anchor where nobody asks it anything: its checks need no connection.

    A provider imports httpx, which is felt; so do those of the agents, who are rare.
    """

    name = "anchor"

    def check(self, wanted: Iterable[Resource]) -> list[Problem]:
        """What Anchor cannot hold."""
        from taskops.providers.anchor.limits import cannot_hold

        return cannot_hold(wanted)

    def close(self) -> None:
        """There is nobody to hang up on."""
