"""Anchor Browser as a provider: tasks with code, and tasks that it generates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taskops.errors import NotFound, OutcomeUnknown, TaskopsError
from taskops.model.resource import Reading, Target
from taskops.model.step import Begin, Done, JobState, Publish, Remove, Rename, Upsert
from taskops.model.values import EMPTY, Secret, at, secrets
from taskops.providers.anchor import shapes
from taskops.providers.anchor.canonical import canonical
from taskops.providers.anchor.convert import request_body, row_of
from taskops.providers.anchor.generate import GenerateApi, Generation
from taskops.providers.anchor.limits import cannot_hold
from taskops.providers.anchor.listing import PAGE, list_part, list_tasks, unwrap
from taskops.providers.anchor.objects import metadata, version, whole
from taskops.providers.anchor.paths import task_path
from taskops.providers.anchor.reading import AccountReading
from taskops.providers.http.answers import text_of
from taskops.providers.http.door import Door
from taskops.providers.http.keys import key_from

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from taskops.model.ports import Lanes, Listener
    from taskops.model.problem import Problem
    from taskops.model.record import Job, Record
    from taskops.model.resource import (
        Address,
        Identity,
        Kind,
        Observed,
        Resource,
        Version,
    )
    from taskops.model.step import Step
    from taskops.model.values import Tree


KEY = "ANCHORBROWSER_API_KEY"
BASE_URL = "ANCHORBROWSER_BASE_URL"
DEFAULT_URL = "https://api.anchorbrowser.io"


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
        self._reading: AccountReading | None = None

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
        return self.begin(known, refresh=refresh).read(wanted)

    def begin(
        self, known: Mapping[Address, Record], *, refresh: bool = False
    ) -> AccountReading:
        """The same, with what is wanted told one by one."""
        self._reading = AccountReading(
            self.door,
            self.lanes,
            self.listener,
            self.generation,
            known,
            refresh=refresh,
        )
        return self._reading

    def look(self, at: Identity) -> Observed | None:
        """One object now, by its id; by its name where no id is known."""
        object_id = at.id
        if not object_id:
            rows = list_tasks(self.door, None).rows
            named = [row.task.id for row in rows if row.task.name == at.name]
            if len(named) != 1:
                return None
            object_id = named[0]
        found = metadata(self.door, object_id)
        return None if found is None else whole(self.door, *found, "")

    def live(self, at: Identity) -> Version | None:
        """What is live, by its own description alone."""
        return version(self.door, at.id, "latest", "", "")

    def glance(self, ids: Collection[str], part: int, parts: int) -> Reading:
        """A part of the listing; the rows of these objects with what they show."""
        size = PAGE if self._reading is None else self._reading.size
        listed = list_part(self.door, size, ids, part, parts)
        return Reading(
            Target(self.door.origin, listed.team),
            tuple(row.task for row in listed.rows),
            complete=False,
            incomplete_because=listed.incomplete_because,
        )

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
                        task_path(step.id),
                        {"name": step.name},
                        repeatable=True,
                        shape=shapes.task,
                    )
                )
                return Done(step.id, text_of(answer, "name"))
            case Remove():
                return self._remove(step)
            case Begin():
                return self.generation.begin(step)

    def _upsert(self, step: Upsert) -> Done:
        body, hidden = request_body(step.name, step.spec, step.before, step.beside)
        answer = unwrap(
            self.door.write("POST", "/v1/task", body, repeatable=True, hide=hidden)
        )
        object_id = text_of(answer, "id")
        if not object_id:
            raise OutcomeUnknown("Anchor answered an upsert without an id")
        shown = row_of(answer, shown=True)
        return Done(object_id, shown.name, answer=shown)

    def _publish(self, step: Publish) -> Done:
        """Each deploy makes a version, so nothing is sent when it is live already."""
        if not step.unlive and self._is_live(step):
            return Done(step.id, already=True)
        body, hidden = request_body(None, step.spec, step.before, step.beside)
        path = f"{task_path(step.id)}/deploy"
        self.door.write("POST", path, body, hide=hidden, shape=shapes.version)
        return Done(step.id)

    def _is_live(self, step: Publish) -> bool:
        # The task's own description was just written, or is the wanted one already.
        description = text_of(step.spec, "description")
        live = version(self.door, step.id, "latest", description, "")
        if live is None or live.digest != step.wanted:
            return False
        return _has(live, step.spec)

    def _remove(self, step: Remove) -> Done:
        try:
            path = task_path(step.id)
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


def _has(live: Version, spec: Tree) -> bool:
    """Whether it holds the same secrets; one that is not shown may be another."""
    for path, secret in secrets(spec):
        there = at(live.content or EMPTY, path)
        same = isinstance(there, Secret) and there.known and not secret.differs(there)
        if secret.known and not same:
            return False
    return True
