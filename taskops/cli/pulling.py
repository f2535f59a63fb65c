"""Remote tasks onto the disk: read many at once, write whole files, overwrite none."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from taskops.cli.services import canonical
from taskops.cli.whole_files import write_file
from taskops.comparing.diff import differing_paths
from taskops.errors import UsageError
from taskops.manifests.pull import (
    LeftOut,
    Pulled,
    declared_name,
    pull_task,
    pulled_version,
)
from taskops.manifests.resolve import load_resources
from taskops.model.ports import Event
from taskops.model.resource import Address, Identity
from taskops.model.values import EMPTY, Secret, at, dotted
from taskops.render.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from taskops.cli.wiring import Session
    from taskops.model.ports import Provider
    from taskops.model.project import Project
    from taskops.model.record import Record
    from taskops.model.resource import Observed, Resource, Version
    from taskops.model.values import Path as ValuePath

PROVIDER = "anchor"
"""The only service that keeps tasks with code."""


@dataclass(slots=True)
class Result:
    """What became of the files, each with its sign; and what a person must know."""

    files: dict[str, str] = field(default_factory=dict)
    variables: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def refused(self) -> list[str]:
        """The files that would have been overwritten."""
        return [file for file, sign in self.files.items() if sign == "!"]


def pull(opened: Session, names: Sequence[str], *, force: bool) -> Result:
    """Read the tasks of these names, or all, and write what they are."""
    declared = _declared(opened)
    provider = opened.provider(PROVIDER, writable=False)
    reading = provider.read((), {})
    result = Result()
    if not reading.complete:
        result.notes.append(f"tasks may be missing: {reading.incomplete_because}")
    # A project that declares nothing yet has no ledger to ask.
    records = opened.ledger.read().records if names or declared else {}
    if moved := _renamed(records, reading.objects, names):
        raise moved
    chosen = _chosen(opened.project, reading.objects, names)
    ours = {r.id: at.name for at, r in records.items() if at.name in declared}
    left_out = {
        row.id: LeftOut(row.name, _declared_as(ours[row.id]))
        for row in chosen
        if row.id in ours and _is_undeclared(opened.project, row, declared)
    }
    result.left_out += left_out.values()
    found = _look(opened, provider, [row for row in chosen if row.id not in left_out])
    _Writing(opened.project, force, declared, result).tasks(found)
    return result


def _declared(opened: Session) -> dict[str, Resource]:
    resources, _ = opened.load(need_secrets=False)
    return {r.address.name: r for r in resources if r.address.provider == PROVIDER}


def _is_undeclared(
    project: Project, row: Observed, declared: Mapping[str, Resource]
) -> bool:
    name = declared_name(project, row.name)
    return name is not None and name not in declared


def _declared_as(name: str) -> str:
    """Why what a hand renamed gets no second manifest: no plan would take both."""
    return (
        f"it is `{name}`; to keep this name, give it to that manifest, "
        f"with `moved_from: {name}`"
    )


def _renamed(
    records: Mapping[Address, Record],
    objects: Iterable[Observed],
    names: Sequence[str],
) -> UsageError | None:
    """What is ours and has another name there by now is not found by its own."""
    rows = {row.id: row.name for row in objects}
    for name in names:
        record = records.get(Address(PROVIDER, name))
        there = None if record is None else rows.get(record.id)
        if record is not None and there is not None and there != record.name:
            return UsageError(
                f"`{name}` is called `{there}` on the service by now",
                f"id {record.id}",
                f"keep that name by giving it to the manifest of `{name}`, with "
                f"`moved_from: {name}`; then pull it by its new name",
            )
    return None


def _chosen(
    project: Project, objects: Iterable[Observed], names: Sequence[str]
) -> list[Observed]:
    """The rows that were asked for; raises UsageError for a name that nobody has."""
    rows: dict[str, list[Observed]] = {}
    for row in objects:
        declared = declared_name(project, row.name)
        rows.setdefault(row.name if declared is None else declared, []).append(row)
    for name in names:
        if name not in rows:
            close = get_close_matches(name, rows, 1)
            raise UsageError(
                f"there is no task `{name}` on the service",
                f"{counted(len(rows), 'task')} could be pulled",
                f"did you mean `{close[0]}`?"
                if close
                else "`taskops pull` without a name pulls all of them",
            )
    chosen = names or rows
    return [row for name in dict.fromkeys(chosen) for row in rows[name]]


def _look(
    opened: Session, provider: Provider, rows: Sequence[Observed]
) -> list[Observed]:
    """Each with both of its versions, in the order of their names."""

    def look(row: Observed) -> Observed | None:
        # What cannot be pulled for its name or language need not be read further.
        if isinstance(_verdict(opened.project, row), LeftOut):
            return row
        return provider.look(Identity(Address(PROVIDER, row.name), row.id, row.name))

    found: list[Observed] = []
    for number, (_, seen) in enumerate(opened.lanes.map(look, rows), 1):
        if isinstance(seen, Exception):
            raise seen
        if seen is not None:
            found.append(seen)
        told = Event("read", "tasks read", done=number, total=len(rows))
        opened.listener(told)
    return sorted(found, key=lambda observed: (observed.name, observed.id))


def _verdict(project: Project, row: Observed) -> LeftOut | None:
    if declared_name(project, row.name) is None or row.language != "typescript":
        verdict = pull_task(project, row, None)
        return verdict if isinstance(verdict, LeftOut) else None
    return None


@dataclass(slots=True)
class _Writing:
    """Writes task by task, each whole or not at all."""

    project: Project
    force: bool
    declared: Mapping[str, Resource]
    result: Result
    written: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """By file: the task that it was written for, and its bytes."""

    def tasks(self, found: Sequence[Observed]) -> None:
        """All of them; one that cannot be written stops none."""
        names = [observed.name for observed in found]
        done: dict[str, Version] = {}
        for observed in found:
            if names.count(observed.name) > 1:
                why = f"several tasks have this name; this one is {observed.id}"
                self.result.left_out.append(LeftOut(observed.name, why))
                continue
            pulled = self._pulled(observed)
            if isinstance(pulled, LeftOut):
                self.result.left_out.append(pulled)
            elif self._write(pulled):
                version = pulled_version(observed, self.declared.get(pulled.name))
                if version is not None:
                    done[pulled.name] = version
        self.result.notes += _still_different(self.project, done)

    def _pulled(self, observed: Observed) -> Pulled | LeftOut:
        name = declared_name(self.project, observed.name)
        # Read anew for each: several tasks may stand in one manifest.
        pulled = pull_task(self.project, observed, self.declared.get(name or ""))
        if isinstance(pulled, LeftOut):
            return pulled
        for file, data in pulled.files.items():
            if (why := outside(Path(self.project.root), file)) is not None:
                return LeftOut(pulled.name, f"`{file}` {why}")
            other, there = self.written.get(file, ("", data))
            if there != data and not _is_manifest(pulled, self.declared, file):
                return LeftOut(pulled.name, f"`{file}` is now the code of `{other}`")
        return pulled

    def _write(self, pulled: Pulled) -> bool:
        root, result = Path(self.project.root), self.result
        signs = {f: self._sign(root / f, data) for f, data in pulled.files.items()}
        refused = "!" in signs.values()
        for file, data in pulled.files.items():
            if refused and signs[file] != "!":
                continue
            result.files[file] = signs[file]
            if signs[file] in "+~":
                write_file(root / file, data)
                self.written[file] = (pulled.name, data)
        result.notes += [f"{pulled.name}: {note}" for note in pulled.notes]
        if not refused:
            result.variables += pulled.variables
        return not refused

    def _sign(self, path: Path, data: bytes) -> str:
        if not os.path.lexists(path):
            return "+"
        if path.is_file() and path.read_bytes() == data:
            return "="
        return "~" if self.force else "!"


def _is_manifest(pulled: Pulled, declared: Mapping[str, Resource], file: str) -> bool:
    resource = declared.get(pulled.name)
    return resource is not None and resource.manifest == file


def outside(root: Path, file: str) -> str | None:
    """Why a file must not be written there; None where it may."""
    parts = file.split("/")
    if any(part.startswith(".") or "\\" in part or "\0" in part for part in parts):
        return "is no place for a manifest or its code"
    folder, whole = (root / file).parent, root.resolve()
    if not folder.resolve().is_relative_to(whole):
        return "leads out of the project"
    if (root / file).is_symlink():
        return "is a symbolic link"
    return None


def _still_different(project: Project, done: Mapping[str, Version]) -> list[str]:
    """What a plan would still show: defaults and overrides stand above a manifest."""
    loaded = load_resources(
        project,
        environ=os.environ,
        canonical=canonical,
        need_secrets=False,
        check_code=False,
    )
    notes = [f"{problem.where}: {problem.summary}" for problem in loaded.problems]
    for resource in loaded.resources:
        version = done.get(resource.address.name)
        if resource.address.provider != PROVIDER or version is None:
            continue
        paths = _differing(resource, version)
        if paths:
            fields = ", ".join(f"`{dotted(path)}`" for path in paths)
            why = "defaults or overrides in taskops.yaml say otherwise"
            notes.append(f"{resource.address.name}: {fields} will still differ: {why}")
    return notes


def _differing(resource: Resource, version: Version) -> list[ValuePath]:
    there = version.content or EMPTY
    if resource.digest == version.digest:
        return []
    return [
        path
        for path in differing_paths(there, resource.content)
        # Its variable may not be set yet.
        if not isinstance(at(there, path), Secret)
    ]
