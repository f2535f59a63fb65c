"""`taskops.yaml`: the project, seen from one environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, cast

from taskops.errors import InvalidManifests, UsageError
from taskops.manifests.inside import Inside, NotInsideError
from taskops.manifests.load import Document, load_bytes
from taskops.manifests.naming import near
from taskops.manifests.validate import problems_of
from taskops.model.problem import Location, Problem
from taskops.model.project import Environment, Limits, Project
from taskops.model.values import Tree, frozen

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "taskops.yaml"
DEFAULT: Final = "default"
MANIFESTS: Final = Project("", "", Environment(), ()).manifests


def find_project(start: Path) -> Path:
    """The folder with taskops.yaml, here or above; raises UsageError."""
    if not start.exists():
        # A mistyped name must not lead to the project around it.
        raise UsageError(f"there is no folder `{start}`", "", "check the path")
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            return folder
    summary = f"there is no {FILE} here or in a folder above"
    other = FILE.replace(".yaml", ".yml")
    hint = f"rename `{other}`" if (here / other).is_file() else ""
    raise UsageError(summary, "", hint or "`taskops init` writes one")


def load_project(root: Path, environment: str | None) -> Project:
    """The project; raises InvalidManifests, or UsageError for the environment."""
    document = project_document(root)
    data = cast("Mapping[str, object]", document.data)
    environments = cast("Mapping[str, object]", data.get("environments") or {})
    names = tuple(environments) or (DEFAULT,)
    name = _chosen(names, environment)
    return Project(
        root=str(root.resolve()),
        name=str(data["project"]),
        environment=_environment(name, environments.get(name)),
        environments=names,
        manifests=_manifests(data),
        defaults=frozen(cast("Mapping[str, object]", data.get("defaults") or {})),
        ledger=cast("Literal['file', 'git']", data.get("ledger", "file")),
        limits=Limits(**cast("Mapping[str, int]", data.get("limits") or {})),
    )


def environment_names(root: Path) -> tuple[str, ...]:
    """The environments in the order of taskops.yaml; raises InvalidManifests."""
    data = cast("Mapping[str, object]", project_document(root).data)
    return tuple(cast("Mapping[str, object]", data.get("environments") or {}))


def manifest_globs(root: Path) -> tuple[str, ...]:
    """Where the project looks for manifests; raises InvalidManifests."""
    return _manifests(project_document(root).data)


def project_document(root: Path) -> Document:
    """taskops.yaml as a document without problems; raises InvalidManifests."""
    try:
        contents = load_bytes(FILE, Inside(root).read(FILE))
    except NotInsideError as error:
        where = Location(FILE)
        problem = Problem(f"`{FILE}` {error.why}", "", where, error.hint)
        raise InvalidManifests([problem]) from None
    problems = list(contents.problems)
    for document in contents.documents[:1]:
        problems += [p for p in _problems(document) if p not in problems]
    for document in contents.documents[1:]:
        words = f"`{FILE}` has more than one document"
        problems.append(Problem(words, "", document.where, "remove the `---`"))
    if problems:
        raise InvalidManifests(problems)
    return contents.documents[0]


def _problems(document: Document) -> list[Problem]:
    if document.data is None or document.broken:
        return []
    found = problems_of(
        document.data, "taskops", lambda path, key: document.locate(path, key=key)
    )
    return found or _unsafe_globs(document)


def _unsafe_globs(document: Document) -> list[Problem]:
    problems = []
    for index, glob in enumerate(_manifests(document.data)):
        if glob.startswith("/") or ".." in glob.split("/") or "\\" in glob:
            words = f"`manifests[{index}]` leads out of the project"
            where = document.locate(("manifests", index))
            hint = "write it relative to taskops.yaml, with `/` between folders"
            problems.append(Problem(words, "", where, hint))
    return problems


def _manifests(data: object) -> tuple[str, ...]:
    globs = data.get("manifests") if isinstance(data, Mapping) else None
    return tuple(globs) if isinstance(globs, list) else MANIFESTS


def _chosen(names: tuple[str, ...], wanted: str | None) -> str:
    if wanted in names:
        return str(wanted)
    if wanted is None and len(names) == 1:
        return names[0]
    offered = ", ".join(f"`{name}`" for name in names)
    if wanted is None:
        summary = "the project has more than one environment, and none is chosen"
        raise UsageError(summary, f"there are {offered}", f"add `--env {names[0]}`")
    hint = near(wanted, names) or f"use one of {offered}"
    if names == (DEFAULT,):
        hint = "leave --env out, or declare it under `environments` in taskops.yaml"
    raise UsageError(
        f"there is no environment `{wanted}`", f"there are {offered}", hint
    )


def _environment(name: str, given: object) -> Environment:
    data = cast("Mapping[str, object]", given or {})
    overrides = cast("Mapping[str, Mapping[str, object]]", data.get("overrides") or {})
    trees: dict[str, Tree] = {task: frozen(patch) for task, patch in overrides.items()}
    return Environment(
        name=name,
        variables=cast("Mapping[str, str]", frozen(_mapping(data.get("variables")))),
        name_prefix=str(data.get("name_prefix", "")),
        name_suffix=str(data.get("name_suffix", "")),
        overrides=cast("Mapping[str, Tree]", frozen(trees)),
        prune=bool(data.get("prune", False)),
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
