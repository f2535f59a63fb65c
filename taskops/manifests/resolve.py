"""From the files of a project to the resources that they declare."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from taskops.errors import UsageError
from taskops.manifests import globs
from taskops.manifests.inside import Inside, NotInsideError
from taskops.manifests.load import load_bytes
from taskops.manifests.manifest import Given, Manifest
from taskops.manifests.naming import near
from taskops.manifests.project import FILE, project_document
from taskops.model.dataclass import dataclass
from taskops.model.problem import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from taskops.manifests.load import Document
    from taskops.model.project import Project
    from taskops.model.resource import Address, Kind, Resource
    from taskops.model.values import Tree


@dataclass(frozen=True, slots=True)
class Loaded:
    """All that a project declares, and all that is wrong with it."""

    resources: tuple[Resource, ...]
    problems: tuple[Problem, ...]
    files: int
    documents: int


def unheard(resource: Resource) -> None:
    """Nobody wants to know before the end."""


def load_resources(
    project: Project,
    *,
    environ: Mapping[str, str],
    canonical: Callable[[str, Kind, Tree], Tree],
    paths: Sequence[Path] = (),
    need_secrets: bool = True,
    check_code: bool = True,
    met: Callable[[Resource], None] = unheard,
) -> Loaded:
    """
    Everything that the project declares in its environment.

    `canonical` takes a provider, a kind and a spec. With `paths`, only the files
    there are read. Without `need_secrets` a secret's variable may be missing;
    without `check_code` nobody looks for what is odd about the code. `met` is
    told of each resource as it is read, whatever is wrong with others.
    """
    files = Inside(Path(project.root))
    names = _names(project, files.root, paths)
    given = Given(
        project,
        files,
        environ,
        canonical,
        need_secrets=need_secrets,
        check_code=check_code,
    )
    loading = _Loading(given, met)
    for name in names:
        loading.file(name)
    if not paths:
        loading.unknown_overrides()
    loading.twins()
    problems = tuple(sorted(loading.problems, key=_place))
    resources = tuple(sorted(loading.resources, key=lambda r: r.address))
    return Loaded(resources, problems, len(names), loading.documents)


def _place(problem: Problem) -> tuple[str, int, int, str]:
    where = problem.where or Location("")
    return (where.file, where.line, where.column, problem.summary)


class _Loading:
    """What has been read so far."""

    def __init__(self, given: Given, met: Callable[[Resource], None]) -> None:
        self.given = given
        self.met = met
        self.resources: list[Resource] = []
        self.problems: list[Problem] = []
        self.declared: dict[Address, Location] = {}
        self.documents = 0

    def file(self, name: str) -> None:
        """Read one file; what is wrong with it is noted."""
        try:
            contents = load_bytes(name, self.given.files.read(name))
        except NotInsideError as error:
            words = f"the manifest {error.why}"
            self.problems.append(Problem(words, "", Location(name), error.hint))
            return
        self.problems += contents.problems
        self.documents += len(contents.documents)
        for document in contents.documents:
            if document.data is not None:
                self.document(document)

    def document(self, document: Document) -> None:
        """Resolve one document."""
        manifest = Manifest(document, self.given)
        resource = manifest.resource()
        address = manifest.address
        problems = manifest.problems
        if address is not None:
            problems = [p.of(str(address)) for p in problems]
            where = document.locate(("name",)) if address in self.declared else None
            if where is not None:
                first = self.declared[address]
                words = f"`{address}` is declared twice, first at {first}"
                hint = "give one of them another name"
                problems.append(Problem(words, "", where, hint, address=str(address)))
            elif resource is not None:
                self.resources.append(resource)
                self.met(resource)
            self.declared.setdefault(address, document.where)
        self.problems += problems

    def unknown_overrides(self) -> None:
        """Overrides of names that no manifest declares."""
        project = self.given.project
        names = {address.name for address in self.declared}
        unknown = [n for n in project.environment.overrides if n not in names]
        if not unknown:
            return
        document = project_document(self.given.files.root)
        for name in unknown:
            path = ("environments", project.environment.name, "overrides", name)
            words = f"no manifest declares `{name}`, so there is nothing to override"
            hint = near(name, names) or "remove it, or add the manifest"
            where = document.locate(path, key=True)
            self.problems.append(Problem(words, "", where, hint))

    def twins(self) -> None:
        """Names that differ only in case: some services and disks see one."""
        seen: dict[tuple[str, str], Resource] = {}
        for resource in self.resources:
            key = (resource.address.provider, resource.name.lower())
            first = seen.setdefault(key, resource)
            if first is resource:
                continue
            words = f"`{resource.name}` and `{first.name}` differ only in case"
            self.problems.append(
                Problem(
                    words,
                    f"the other is at {first.where}",
                    resource.where,
                    "rename one of them: the service may take them for one",
                    "warning",
                    str(resource.address),
                )
            )


def _names(project: Project, root: Path, paths: Sequence[Path]) -> list[str]:
    """The manifests to read, as paths from the root."""
    found = [name for name in globs.find(root, project.manifests) if name != FILE]
    if not paths:
        return found
    chosen: set[str] = set()
    for path in paths:
        chosen.update(_below(path, root, found))
    return sorted(chosen)


def _below(path: Path, root: Path, found: Sequence[str]) -> Sequence[str]:
    # The folder is resolved and the name is not: a link is refused where it is read.
    place = path.parent.resolve() / path.name if path.name else path.resolve()
    if not place.exists():
        close = [name for name in found if PurePosixPath(name).stem == path.name]
        hint = f"did you mean `{close[0]}`?" if close else "check the path"
        raise UsageError(f"`{path}` is not there", "", hint)
    if place.is_dir():
        place = place.resolve()
    if not place.is_relative_to(root):
        hint = "name files of the project, or go to the other project"
        raise UsageError(f"`{path}` is outside the project", f"it is {root}", hint)
    name = place.relative_to(root).as_posix()
    if name == FILE:
        return []  # It is read in any case, and by rules of its own.
    if not place.is_dir():
        if name not in found and not name.endswith((".yaml", ".yml")):
            hint = "name a manifest: the code that it names is checked with it"
            raise UsageError(f"`{name}` is no manifest", "", hint)
        return [name]
    return [f for f in found if name == "." or f.startswith(f"{name}/")]
