"""What a shell may offer next: names of tasks and environments, silently and fast."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import click

VARIABLE: Final = "_TASKOPS_COMPLETE"
"""Set by a shell that asks; its value says which shell and what for."""

MOST = 200
"""Names that a shell is offered at once."""

# A manifest is not read as YAML here: somebody waits with a finger on a key.
_NAME = re.compile(
    rb"""^name:[ \t]+(["']?)([A-Za-z0-9_-]+)\1[ \t]*(?:\#.*)?\r?$""", re.MULTILINE
)


# The package of the ledger is not loaded for the same reason, nor a remote asked.
_ADDRESS = re.compile(rb'''^ *"address": "[a-z_]+/([A-Za-z0-9_-]+)"''', re.MULTILINE)


def task_names(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[str]:
    """The tasks that are declared, and those that a ledger in a file has."""
    taken = context.params.get(parameter.name or "")
    given = set(taken) if isinstance(taken, tuple) else set()
    found = set[str]()
    with suppress(Exception):
        root = _root(context)
        for name in chain(_declared(root), _recorded(root, context)):
            if name.startswith(incomplete) and name not in given:
                found.add(name)
            if len(found) >= MOST:
                break
    return sorted(found)


def environments(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[str]:
    """The environments of the project, in their order."""
    del parameter
    with suppress(Exception):
        names = _mapping(_settings(_root(context)).get("environments"))
        return [name for name in names if name.startswith(incomplete)]
    return []


def schemas(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[str]:
    """The schemas by name."""
    from taskops.manifests.schemas import schema_names

    del context, parameter
    return [name for name in schema_names() if name.startswith(incomplete)]


def script(shell: str) -> str:
    """What a shell runs to learn of completion."""
    from click.shell_completion import ShellComplete, get_completion_class

    from taskops.cli.app import taskops

    found = get_completion_class(shell)
    assert found is not None  # noqa: S101  # the option offers what click has
    # Bash's own way asks which bash there is, and speaks when it cannot tell.
    made = ShellComplete.source(found(taskops, {}, "taskops", VARIABLE))
    return f"{made.strip()}\n"


def _root(context: click.Context) -> Path:
    from taskops.manifests.project import find_project

    return find_project(Path(context.params.get("directory") or "."))


def _settings(root: Path) -> Mapping[str, object]:
    from taskops.manifests.project import FILE
    from taskops.manifests.quick import quick

    documents = quick((root / FILE).read_text("utf-8")) or []
    return _mapping(documents[0].data) if documents else {}


def _declared(root: Path) -> Iterator[str]:
    from taskops.manifests.globs import find
    from taskops.manifests.project import MANIFESTS

    globs = _settings(root).get("manifests")
    for file in find(root, globs if isinstance(globs, list) else MANIFESTS):
        for match in _NAME.finditer((root / file).read_bytes()):
            yield match[2].decode()


def _recorded(root: Path, context: click.Context) -> Iterator[str]:
    folder = "emulator-ledger" if context.params.get("emulator") else "ledger"
    environment = context.params.get("environment") or "*"
    for file in (root / ".taskops" / folder).glob(f"{environment}.json"):
        for match in _ADDRESS.finditer(file.read_bytes()):
            yield match[1].decode()


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
