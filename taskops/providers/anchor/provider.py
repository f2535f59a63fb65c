"""Anchor Browser as a provider: tasks with code, and tasks that it generates."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from taskops.errors import NotFound, OutcomeUnknown, TaskopsError
from taskops.model.ports import Event
from taskops.model.resource import Identity, Observed, Reading, Target, Version
from taskops.model.step import Begin, Done, JobState, Publish, Remove, Rename, Upsert
from taskops.model.values import EMPTY, Secret, at, knows_a_secret, secrets
from taskops.providers.anchor import shapes
from taskops.providers.anchor.canonical import canonical
from taskops.providers.anchor.convert import (
    request_body,
    row_of,
    text_of,
    version_of,
)
from taskops.providers.anchor.generate import GenerateApi, Generation, left_alone
from taskops.providers.anchor.limits import cannot_hold
from taskops.providers.anchor.listing import list_tasks, unwrap
from taskops.providers.http.door import Door
from taskops.providers.http.keys import key_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from taskops.model.ports import Lanes, Listener
    from taskops.model.problem import Problem
    from taskops.model.record import Job, Record
    from taskops.model.resource import Address, Kind, Resource
    from taskops.model.step import Step
    from taskops.model.values import Code, Tree

T = TypeVar("T")
R = TypeVar("R")

KEY = "ANCHORBROWSER_API_KEY"
BASE_URL = "ANCHORBROWSER_BASE_URL"
DEFAULT_URL = "https://api.anchorbrowser.io"

NUMBER = re.compile(r"[0-9]{1,18}")
"""A published version; a task without one says `draft`."""


def open_anchor(
    environ: Mapping[str, str],
    *,
    writable: bool,
    lanes: Lanes | None = None,
    listener: Listener | None = None,
    wsgi: Callable[..., Any] | None = None,
    base_url: str | None = None,
    generate_api: GenerateApi = "auto",
) -> Anchor:
    """
    The account that the key in the environment belongs to.

    Raises AuthenticationFailed without a key, UsageError for an unsafe address.
    """
    key = key_from(environ, KEY, "Anchor Browser", emulated=wsgi is not None)
    origin = base_url or environ.get(BASE_URL, "").strip() or DEFAULT_URL
    if wsgi is not None:
        origin = "http://emulator"
    door = Door(
        "Anchor",
        origin.rstrip("/"),
        {"anchor-api-key": key},
        KEY,
        writable,
        lanes,
        listener,
        wsgi,
    )
    return Anchor(door, lanes, listener, generate_api)


class Anchor:
    """One account behind one door."""

    name = "anchor"

    def __init__(
        self,
        door: Door,
        lanes: Lanes | None = None,
        listener: Listener | None = None,
        generate_api: GenerateApi = "auto",
    ) -> None:
        self.door = door
        self.lanes = lanes
        self.listener = listener
        self.generation = Generation(door, generate_api)

    def canonical(self, kind: Kind, spec: Tree) -> Tree:
        """Documented defaults pruned, empty values dropped."""
        return canonical(kind, spec)

    def check(self, wanted: Iterable[Resource]) -> list[Problem]:
        """What Anchor cannot hold, before anything is planned."""
        return cannot_hold(wanted)

    def close(self) -> None:
        """Hang up."""
        self.door.close()

    def date(self) -> float | None:
        """Seconds since the epoch by Anchor's last `Date` header."""
        return self.door.date()

    def read(
        self,
        wanted: Sequence[Resource],
        known: Mapping[Address, Record],
        *,
        refresh: bool = False,
    ) -> Reading:
        """The listing, and the versions of all that the ledger does not vouch for."""
        # Asked first: the listing must not be older than the end of what it shows.
        ended = frozenset(self._each(self.generation.ended, left_alone(wanted, known)))
        listed = list_tasks(self.door, self.lanes)
        rows = {row.task.id: row.task for row in listed.rows}
        self._tell(len(rows), len(rows), "tasks listed")
        descriptions = {row.task.id: row.description for row in listed.rows}
        for observed, description in self._not_listed_yet(known, rows):
            rows[observed.id] = observed
            descriptions[observed.id] = description
        asked = _asked(wanted, known, rows)
        found = dict(rows)
        unread = []
        for object_id, (resource, record) in asked.items():
            row = rows[object_id]
            told = None if refresh else _vouched(row, resource, record)
            if told is None:
                unread.append((row, resource))
            else:
                found[object_id] = told
        for observed in self._versions_of(unread, descriptions):
            found[observed.id] = observed
        return Reading(
            Target(self.door.origin, listed.team),
            tuple(found.values()),
            complete=not listed.incomplete_because,
            incomplete_because=listed.incomplete_because,
            requests=self.door.requests,
            ended=ended,
        )

    def _not_listed_yet(
        self, known: Mapping[Address, Record], rows: Mapping[str, Observed]
    ) -> list[tuple[Observed, str]]:
        """What we made may be there before the listing shows it, or never be listed."""
        missing = [r for r in known.values() if r.id and r.id not in rows]
        return [there for there in self._each(self._ours, missing) if there is not None]

    def _ours(self, record: Record) -> tuple[Observed, str] | None:
        there = self._metadata(record.id)
        if there is None and record.kind == "generated":
            return self._unlisted(record)
        return there

    def _unlisted(self, record: Record) -> tuple[Observed, str] | None:
        """A generated task that only its own status speaks of, now and before."""
        job = record.job
        if job is None or not job.poll_id or record.live:
            return None
        if not self.generation.exists(job):
            return None
        return Observed("anchor", record.id, record.name, "workflow"), ""

    def _metadata(self, object_id: str) -> tuple[Observed, str] | None:
        """One object without its versions, and its own description."""
        try:
            answer = unwrap(self.door.read(f"/v1/task/{object_id}", shapes.task))
        except NotFound:
            return None
        if answer.get("deleted"):
            return None
        row = replace(row_of(answer), id=object_id, row="")
        return row, text_of(answer.get("description"))

    def _versions_of(
        self,
        rows: Sequence[tuple[Observed, Resource | None]],
        descriptions: Mapping[str, str],
    ) -> list[Observed]:
        def look(item: tuple[Observed, Resource | None]) -> Observed:
            row, resource = item
            code = resource.code if resource is not None else None
            return self._whole(row, descriptions.get(row.id, ""), code)

        found: list[Observed] = []
        for observed in self._each(look, rows):
            found.append(observed)
            self._tell(len(found), len(rows), "tasks read")
        return found

    def _each(self, work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        """Every result, several at once and watched over where there are lanes."""
        if self.lanes is None:
            yield from map(work, items)
            return
        for _, result in self.lanes.map(work, items):
            if isinstance(result, Exception):
                raise result
            yield result

    def _tell(self, done: int, total: int, what: str) -> None:
        if self.listener is not None:
            self.listener(Event("read", what, done=done, total=total))

    def _whole(self, row: Observed, description: str, code: Code | None) -> Observed:
        """The row with both of its versions; either may not be there."""
        keep = code.sha256 if code is not None else ""
        draft = self._version(row.id, "draft", description, keep)
        latest = self._version(row.id, "latest", description, keep)
        if latest is None and NUMBER.fullmatch(row.version):
            # The task says that this one is published. Whoever took the 404 for an
            # answer would deploy the same once more.
            latest = self._version(row.id, row.version, description, keep)
        return Observed(
            row.provider,
            row.id,
            row.name,
            row.language,
            draft,
            latest,
            latest.number if latest is not None else "",
            row.updated_at,
            row.row,
            status=row.status,
        )

    def _version(
        self, object_id: str, which: str, description: str, keep: str
    ) -> Version | None:
        try:
            answer = unwrap(
                self.door.read(f"/v1/task/{object_id}/{which}", shapes.version)
            )
        except NotFound:
            return None
        if answer.get("deleted"):
            return None
        return version_of(answer, description, keep=keep)

    def look(self, at: Identity) -> Observed | None:
        """One object now, by its id; by its name where no id is known."""
        object_id = at.id
        if not object_id:
            rows = list_tasks(self.door, None).rows
            named = [row.task.id for row in rows if row.task.name == at.name]
            if len(named) != 1:
                return None
            object_id = named[0]
        found = self._metadata(object_id)
        return None if found is None else self._whole(*found, None)

    def perform(self, step: Step) -> Done:
        """One write; a step that is already so sends nothing."""
        match step:
            case Upsert():
                return self._upsert(step)
            case Publish():
                return self._publish(step)
            case Rename():
                answer = unwrap(
                    self.door.write(
                        "PUT",
                        f"/v1/task/{step.id}",
                        {"name": step.name},
                        repeatable=True,
                        shape=shapes.task,
                    )
                )
                return Done(step.id, text_of(answer.get("name")))
            case Remove():
                return self._remove(step)
            case Begin():
                return self.generation.begin(step)

    def _upsert(self, step: Upsert) -> Done:
        body, hidden = request_body(step.name, step.spec, step.before)
        answer = unwrap(
            self.door.write("POST", "/v1/task", body, repeatable=True, hide=hidden)
        )
        object_id = text_of(answer.get("id"))
        if not object_id:
            raise OutcomeUnknown("Anchor answered an upsert without an id")
        return Done(object_id, text_of(answer.get("name")))

    def _publish(self, step: Publish) -> Done:
        """Each deploy makes a version, so nothing is sent when it is live already."""
        # The task's own description was just written, or is the wanted one already.
        description = text_of(step.spec.get("description"))
        live = self._version(step.id, "latest", description, "")
        if live is not None and live.digest == step.wanted and _has(live, step.spec):
            return Done(step.id, already=True)
        body, hidden = request_body(None, step.spec, step.before)
        path = f"/v1/task/{step.id}/deploy"
        self.door.write("POST", path, body, hide=hidden, shape=shapes.version)
        return Done(step.id)

    def _remove(self, step: Remove) -> Done:
        try:
            path = f"/v1/task/{step.id}"
            self.door.write("DELETE", path, repeatable=True, shape=shapes.deleted)
        except NotFound:
            return Done(step.id, already=True)
        except OutcomeUnknown as error:
            # Gone after a try without an answer: that try may have done it.
            if not isinstance(error.__cause__, NotFound):
                raise
        return Done(step.id)

    def poll(self, job: Job) -> JobState:
        """One question about a generation."""
        return self.generation.poll(job)

    def recover(self, job: Job, after: Resource) -> Job | None:
        """A start whose answer was lost, found by the name it was started under."""
        try:
            rows = list_tasks(self.door, None).rows
        except TaskopsError:
            return None
        return self.generation.recover(job, after, [row.task for row in rows])


def _asked(
    wanted: Sequence[Resource],
    known: Mapping[Address, Record],
    rows: Mapping[str, Observed],
) -> dict[str, tuple[Resource | None, Record | None]]:
    """The objects that anybody speaks of, with the resource and the record."""
    by_name: dict[str, list[str]] = {}
    for observed in rows.values():
        by_name.setdefault(observed.name, []).append(observed.id)
    asked: dict[str, tuple[Resource | None, Record | None]] = {}
    for record in known.values():
        made = record.job.made if record.job is not None else ""
        if (object_id := record.id or made) in rows:
            asked[object_id] = (None, record)
    for resource in wanted:
        own = known.get(resource.address)
        ids = [own.id] if own is not None and own.id in rows else []
        for object_id in ids or by_name.get(resource.name, []):
            asked[object_id] = (resource, own)
    return asked


def _has(live: Version, spec: Tree) -> bool:
    """Whether it holds the same secrets; one that is not shown may be another."""
    for path, secret in secrets(spec):
        there = at(live.content or EMPTY, path)
        same = isinstance(there, Secret) and there.known and not secret.differs(there)
        if secret.known and not same:
            return False
    return True


def _vouched(
    row: Observed, resource: Resource | None, record: Record | None
) -> Observed | None:
    """The row with the versions that the ledger vouches for, where that is enough."""
    if (
        record is None
        or record.seen is None
        or not row.row
        or record.seen.row != row.row
    ):
        return None
    seen = record.seen
    if resource is not None and resource.kind == "code":
        live = seen.live if resource.publish or seen.draft is None else seen.draft
        # What differs will be shown, and needs its values.
        if live != resource.digest:
            return None
        # No digest holds a secret: only the service can say which one it has.
        if knows_a_secret(resource.content):
            return None
    draft, latest = (
        None if told is None else Version(told) for told in (seen.draft, seen.live)
    )
    return Observed(
        row.provider,
        row.id,
        row.name,
        row.language,
        draft,
        latest,
        record.version,
        row.updated_at,
        row.row,
        vouched=True,
        status=row.status,
    )
