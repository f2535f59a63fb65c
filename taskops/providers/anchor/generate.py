"""Generation: one POST in the shape that the service takes, then questions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from taskops.errors import NotFound, OutcomeUnknown, Refused
from taskops.model.step import Done, JobState
from taskops.providers.anchor.canonical import CONFIGURATION
from taskops.providers.anchor.convert import revealed
from taskops.providers.anchor.paths import generation_path
from taskops.providers.http.answers import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from taskops.model.record import Job, Record
    from taskops.model.resource import Address, Observed, Resource
    from taskops.model.step import Begin
    from taskops.providers.http.door import Door

GenerateApi: TypeAlias = Literal["user_task", "taskPrompt", "auto"]

# The words of the older shape for what today's calls otherwise.
TODAY = MappingProxyType({"name": "taskName", "user_task": "taskPrompt"})

# The same for each of the parameters, which the older shape leaves open.
PARAMETER = MappingProxyType({"display_name": "name", "default_value": "defaultValue"})

ERROR_LIMIT = 200


@dataclass(slots=True)
class Generation:
    """The generate endpoints; remembers which shape the service took."""

    door: Door
    api: GenerateApi = "auto"
    _switched: bool = False

    def begin(self, step: Begin) -> Done:
        """Start it, once; a 400 that names the other shape created nothing."""
        shape = self._shape()
        try:
            return self._post(step, shape)
        except Refused as error:
            if self.api != "auto" and error.status == 400:
                error.hint = "if the service wants another form: --generate-api auto"
            # Others that began at the same time may have switched meanwhile.
            if self.api != "auto" or shape != "user_task" or not _names_other(error):
                raise
            note = "the service takes today's shape of a generation: taskPrompt"
            said, self._switched = self._switched, True
            done = self._post(step, "taskPrompt")
            return done if said else replace(done, note=note)

    def _shape(self) -> GenerateApi:
        if self.api == "auto":
            return "taskPrompt" if self._switched else "user_task"
        return self.api

    def _post(self, step: Begin, shape: GenerateApi) -> Done:
        body, hidden = generate_body(step.name, step.after, shape)
        answer = self.door.write("POST", "/v2/tasks/generate", body, hide=hidden)
        ids = {
            key: text_of(answer, key)
            for key in ("id", "taskId", "taskVersionId", "projectId")
            if text_of(answer, key)
        }
        poll_id = ids.get("id") or ids.get("taskId")
        if not poll_id:
            raise OutcomeUnknown("Anchor answered a generation without an id")
        return Done(poll_id, step.name, poll_id=poll_id, ids=MappingProxyType(ids))

    def poll(self, job: Job) -> JobState:
        """One question; an early 404 and a state we do not know are waiting."""
        try:
            answer = self.door.read(generation_path(job.poll_id))
        except NotFound:
            return JobState("running", "not visible yet", missing=True)
        said = text_of(answer, "status")
        object_id = job.ids.get("taskId") or text_of(answer, "id")
        if said == "ready":
            return JobState("ready", said, object_id)
        if said == "failed":
            error = self.door.redactor.clean(text_of(answer, "error"), ERROR_LIMIT)
            return JobState("failed", error or said, object_id)
        return JobState("running", said or "generating", object_id)

    def exists(self, job: Job) -> bool:
        """Whether the service still knows the generation."""
        try:
            self.door.read(generation_path(job.poll_id))
        except NotFound:
            return False
        return True

    def ended(self, job: Job) -> str:
        """Its id, if it is in flight no more; empty while it is, or not seen."""
        return job.poll_id if self.poll(job).status in ("ready", "failed") else ""

    def recover(
        self, job: Job, after: Resource, tasks: Sequence[Observed]
    ) -> Job | None:
        """Found by its name, if exactly one has it: a start is under a new name."""
        name = job.name or after.name
        named = [task.id for task in tasks if task.name == name]
        return job.found(named[0]) if len(named) == 1 else None


def left_alone(
    wanted: Sequence[Resource], known: Mapping[Address, Record]
) -> list[Job]:
    """Generations in flight that no manifest declares, so that no apply waits."""
    declared = {resource.address for resource in wanted}
    return [
        job
        for address, record in known.items()
        if record.kind == "generated" and address not in declared
        for job in (record.job, record.next)
        if job is not None and job.status == "running" and job.poll_id
    ]


def _names_other(error: Refused) -> bool:
    return error.status == 400 and any(
        word in error.summary for word in ("taskPrompt", "taskName")
    )


def generate_body(
    name: str, after: Resource, shape: GenerateApi
) -> tuple[dict[str, object], tuple[str, ...]]:
    """The request in one of its shapes, and the secrets in it."""
    hidden: list[str] = []
    spec = cast("dict[str, object]", revealed(after.spec, hidden))
    spec.pop("language", None)
    configuration = spec.pop(CONFIGURATION, None)
    if configuration:
        spec["task_browser_default_configuration"] = configuration
    spec["name"] = name
    if shape == "taskPrompt":
        for key in ("input_schema", "output_schema"):
            if isinstance(items := spec.get(key), list):
                spec[key] = [_parameter(item) for item in items]
        spec = {TODAY.get(key, key): value for key, value in spec.items()}
    return spec, tuple(hidden)


def _parameter(item: object) -> object:
    """One parameter in today's words; where it has both, today's word counts."""
    if not isinstance(item, dict):
        return item
    renamed = {PARAMETER.get(key, key): value for key, value in item.items()}
    return renamed | {key: item[key] for key in PARAMETER.values() if key in item}
