"""Remote tasks as files: new manifests, and old ones brought up to date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from taskops.manifests.code import check_text
from taskops.manifests.in_place import lay_over, round_trip
from taskops.manifests.inside import MAX_BYTES, NotInsideError
from taskops.manifests.load import load_text
from taskops.manifests.validate import problems_of
from taskops.manifests.write import manifest_text
from taskops.model.problem import Location
from taskops.model.values import Code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.model.project import Project
    from taskops.model.resource import Observed, Resource, Version
    from taskops.model.values import Tree


@dataclass(frozen=True, slots=True)
class Pulled:
    """
    What one remote task becomes on disk.

    `files` are relative to the project, the manifest last: one that names a file
    which is not there stops every command. `variables` are the process variables
    that its secrets need; `notes` are what a person must know of it.
    """

    name: str
    files: Mapping[str, bytes]
    variables: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A remote task that cannot be written as a manifest, and why."""

    name: str
    why: str


def declared_name(project: Project, name: str) -> str | None:
    """The name that a manifest would have; None where it is not this environment's."""
    prefix, suffix = project.environment.name_prefix, project.environment.name_suffix
    inner = name.removeprefix(prefix).removesuffix(suffix)
    return inner if inner and f"{prefix}{inner}{suffix}" == name else None


def pull_task(
    project: Project, observed: Observed, declared: Resource | None
) -> Pulled | LeftOut:
    """The files of one task; what is declared already is edited in place."""
    name = declared_name(project, observed.name)
    if name is None:
        return LeftOut(observed.name, "its name is not of this environment")
    if observed.language != "typescript":
        return LeftOut(name, f"its language is `{observed.language}`")
    if declared is not None and declared.kind != "code":
        return LeftOut(name, f"`{declared.manifest}` declares it with `generate`")
    version = pulled_version(observed, declared)
    code = version.value(("code",)) if version is not None else None
    if version is None or version.content is None or not isinstance(code, Code):
        return LeftOut(name, "it has no code")
    data = code.load()
    if (why := _unwritable(data)) is not None:
        return LeftOut(name, why)
    live = observed.latest is not None
    remote = _Remote(name, version.content, data, live, _notes(observed, version))
    if declared is not None:
        return _edited(project, remote, declared)
    return _new(project, remote)


def pulled_version(observed: Observed, declared: Resource | None) -> Version | None:
    """
    The version that a plan compares with the manifest.

    That is the draft where the manifest says `publish: false`, or nothing is live.
    """
    if declared is not None and not declared.publish:
        return observed.draft or observed.latest
    return observed.latest or observed.draft


def _unwritable(data: bytes) -> str | None:
    try:
        check_text(data)
    except NotInsideError as error:
        # A manifest that names it would stop every command after this one.
        return f"its code {error.why}"
    return "its code is larger than 1 MiB" if len(data) > MAX_BYTES else None


def _notes(observed: Observed, version: Version) -> tuple[str, ...]:
    notes = []
    draft = observed.draft
    if draft is not None and draft is not version and draft.digest != version.digest:
        notes.append("its draft has unpublished edits, which were not pulled")
    if version.extras:
        notes.append(
            "fields that taskops does not know stay on the service as they are"
        )
    address = version.value(("browserConfiguration", "initial_url"))
    if isinstance(address, str) and "@" in urlsplit(address).netloc:
        notes.append(
            "`initial_url` has a user name or a password in it; "
            "look at it before you commit it"
        )
    return tuple(notes)


@dataclass(frozen=True, slots=True)
class _Remote:
    name: str
    content: Tree
    code: bytes
    live: bool
    notes: tuple[str, ...]


def _new(project: Project, remote: _Remote) -> Pulled | LeftOut:
    folder, name = manifest_folder(project), remote.name
    otherwise = project.defaults.get("publish", True)
    settings = {} if otherwise is remote.live else {"publish": remote.live}
    text, variables = manifest_text(name, remote.content, settings, code=f"{name}.ts")
    if wrong := _refused(text):
        return LeftOut(name, f"its manifest would not be valid: {wrong}")
    files = {
        str(folder / f"{name}.ts"): remote.code,
        str(folder / f"{name}.yaml"): text.encode(),
    }
    return Pulled(name, files, variables, remote.notes)


def _refused(text: str) -> str:
    """What the schema has against a manifest: a service may hold what it refuses."""
    loaded = load_text("pulled.yaml", text)
    problems = [*loaded.problems]
    for document in loaded.documents:
        problems += problems_of(document.data, "task", lambda _path, _key: Location(""))
    return problems[0].summary if problems else ""


def manifest_folder(project: Project) -> PurePosixPath:
    """Where new manifests go: the folder that the first glob looks into."""
    glob = project.manifests[0] if project.manifests else "tasks/*.yaml"
    parts = []
    for part in PurePosixPath(glob).parts[:-1]:
        if re.search(r"[*?\[]", part):
            break
        parts.append(part)
    return PurePosixPath(*parts) if parts else PurePosixPath()


def _edited(project: Project, remote: _Remote, declared: Resource) -> Pulled:
    root, path = Path(project.root), PurePosixPath(declared.manifest)
    before = (root / path).read_text("utf-8")
    documents, dump = round_trip(before)
    document = next(
        (d for d in documents if isinstance(d, dict) and d.get("name") == remote.name),
        None,
    )
    if document is None:
        return Pulled(remote.name, {}, (), ("its manifest could not be found again",))
    moved, variables = lay_over(document, remote.name, declared.content, remote.content)
    notes = remote.notes
    if declared.publish and not remote.live:
        document["publish"] = False
        moved = True
        notes += ("nothing of it is live, so its manifest says `publish: false`",)
    code_path = path.parent / str(document.get("code", f"{remote.name}.ts"))
    # What says the same is not touched, however oddly it is written.
    manifest = dump(documents) if moved else before.encode()
    files = {str(code_path): remote.code, str(path): manifest}
    current = {str(path): before.encode()}
    if (there := root / code_path).is_file():
        current[str(code_path)] = there.read_bytes()
    changed = {key: value for key, value in files.items() if current.get(key) != value}
    return Pulled(remote.name, changed, variables, notes)
