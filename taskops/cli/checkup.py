"""What may be wrong before anything is tried: one finding each, with its fix."""

from __future__ import annotations

import os
import platform
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from taskops.cli.repository import ask
from taskops.cli.services import KEYS
from taskops.cli.streams import look_of
from taskops.cli.wiring import session
from taskops.errors import InvalidManifests, NotFound, TaskopsError
from taskops.render.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from taskops.cli.wiring import Session, Wanted
    from taskops.model.record import LedgerState
    from taskops.providers.http.door import Door

OLDEST = (3, 11)
CLOCK = 60.0
"""Seconds that this machine and a service may disagree by."""


@dataclass(frozen=True, slots=True)
class Service:
    """How a service is asked whether it is there, in one request."""

    path: str
    parameters: tuple[tuple[str, str], ...] = ()


SERVICES = MappingProxyType(
    {
        "anchor": Service("/v1/task", (("page", "1"), ("limit", "1"))),
        "browser_use": Service("/tasks", (("pageSize", "1"),)),
        "stablebrowse": Service("/v1/tasks", (("limit", "1"),)),
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `fix` is empty where all is well."""

    what: str
    said: str
    fix: str = ""

    @property
    def well(self) -> bool:
        """Whether there is nothing to do."""
        return not self.fix


def checkup(wanted: Wanted) -> Iterator[Finding]:
    """Everything, in the order in which it must be right."""
    yield _python()
    yield from _terminal()
    try:
        with session(wanted) as opened:
            yield Finding("project", f"`{opened.project.name}` in {opened.home}")
            yield from _project(opened)
    except InvalidManifests as error:
        yield _invalid(error, "project")
    except TaskopsError as error:
        yield _wrong("project", error, "run `taskops init`")


def _python() -> Finding:
    said = platform.python_version()
    if sys.version_info < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        return Finding("python", said, f"install Python {oldest} or newer")
    return Finding("python", said)


def _terminal() -> Iterator[Finding]:
    look = look_of(sys.stdout, os.environ, "auto")
    encoding = sys.stdout.encoding or "unknown"
    colour = "colours" if look.color else "no colours"
    # Signs are replaced where they are missing: worth a word, but nothing is wrong.
    signs = ", plain signs; set PYTHONUTF8=1 for others" if look.ascii else ""
    yield Finding("terminal", f"{encoding}, {colour}{signs}")


def _project(opened: Session) -> Iterator[Finding]:
    names = set[str]()
    try:
        resources, warnings = opened.load(need_secrets=False)
        names = {resource.address.provider for resource in resources}
        told = f", {counted(len(warnings), 'warning')}" if warnings else ""
        yield Finding("manifests", f"{counted(len(resources), 'task')}, valid{told}")
        yield from _variables(opened)
    except InvalidManifests as error:
        yield _invalid(error, "manifests")
    yield from _git(opened)
    state, finding = _ledger(opened)
    yield finding
    if state is not None:
        names |= {address.provider for address in state.records}
    for name in sorted(names or {"anchor"}):
        yield from _service(opened, name)


def _variables(opened: Session) -> Iterator[Finding]:
    """What is valid without secrets lacks only them."""
    try:
        opened.load()
    except InvalidManifests as error:
        problem = next(p for p in error.problems if p.severity == "error")
        said = f"{problem.where}: {problem.summary}"
        yield Finding("variables", said, problem.hint or "set it, then run this again")


def _invalid(error: InvalidManifests, what: str) -> Finding:
    wrong = [p for p in error.problems if p.severity == "error"]
    first = next((f", first {p.where}: {p.summary}" for p in wrong), "")
    said = f"{counted(len(wrong), 'problem')}{first}"
    return Finding(what, said, "run `taskops validate`")


def _wrong(what: str, error: TaskopsError, fix: str = "") -> Finding:
    said = f"{error.summary}: {error.detail}" if error.detail else error.summary
    return Finding(what, said, error.hint or fix or "run it again with --debug")


def _git(opened: Session) -> Iterator[Finding]:
    version = (ask(opened.home, "version") or b"").decode().strip()
    if not version:
        yield Finding("git", "not found", "install git, and put it on the PATH")
        return
    # An emulated account keeps its ledger in a file.
    needs_remote = opened.project.ledger == "git" and not opened.wanted.emulator
    if ask(opened.home, "rev-parse", "--git-dir") is None:
        fix = "run `git init` there" if needs_remote else ""
        yield Finding("git", f"{version}, the project is in no repository", fix)
        return
    # The address may hold a token, so only its host and path are shown.
    if ask(opened.home, "config", "--get", "remote.origin.url") is None:
        fix = "run `git remote add origin …`" if needs_remote else ""
        yield Finding("git", f"{version}, no remote `origin`", fix)
        return
    yield Finding("git", f"{version}, remote `origin`")


def _ledger(opened: Session) -> tuple[LedgerState | None, Finding]:
    described = opened.ledger.describe()
    try:
        state = opened.ledger.read()
    except TaskopsError as error:
        return None, _wrong("ledger", error)
    held = state.open
    said = f"{described}, {counted(len(state.records), 'record')}"
    if not state.exists:
        said = f"{described}, not there yet: the first apply makes it"
    if held is None:
        return state, Finding("ledger", said)
    said = f"{said}, held by {held.actor} on {held.run or held.host}"
    # Somebody at work is as it should be; somebody who never came back is not.
    over = held.expires < opened.clock.wall()
    fix = f"run `taskops apply --take-over {held.apply}`" if over else ""
    return state, Finding("ledger", said, fix)


def _service(opened: Session, name: str) -> Iterator[Finding]:
    service = SERVICES.get(name)
    if service is None:
        return
    what = name.replace("_", " ")
    try:
        provider = opened.provider(name, writable=False)
    except TaskopsError as error:
        yield _wrong(f"{what} key", error)
        return
    where = "not needed" if opened.wanted.emulator else f"{KEYS[name]} is set"
    yield Finding(f"{what} key", where)
    door: Door = cast("Any", provider).door
    yield _endpoint(opened, what, door, service)
    if not opened.wanted.emulator and (date := door.date()) is not None:
        yield _clock(what, time.time() - date)


def _endpoint(opened: Session, what: str, door: Door, service: Service) -> Finding:
    def reach(path: str) -> None:
        # A service without a listing answers too; it is there.
        with suppress(NotFound):
            door.read(path, **dict(service.parameters))

    origin = "the emulator" if opened.wanted.emulator else door.origin
    for _, error in opened.lanes.map(reach, [service.path]):
        if isinstance(error, TaskopsError):
            return _wrong(f"{what} endpoint", error, f"check that {origin} is right")
        if isinstance(error, Exception):
            raise error
    return Finding(f"{what} endpoint", f"{origin} answers")


def _clock(what: str, ahead: float) -> Finding:
    word = "ahead of" if ahead > 0 else "behind"
    if abs(ahead) > CLOCK:
        said = f"{abs(ahead):.0f} s {word} {what}"
        return Finding("clock", said, "set the clock of this machine")
    return Finding("clock", f"agrees with {what}")


def all_well(findings: Iterable[Finding]) -> bool:
    """Whether nothing needs a fix."""
    return all(finding.well for finding in findings)
