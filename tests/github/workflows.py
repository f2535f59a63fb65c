"""Which jobs of a workflow an event starts, in which order, and with what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml
from github.expressions import Names, Status, UnknownError, as_text, filled, holds

if TYPE_CHECKING:
    from github.events import Event

KNOWN = {
    "name",
    "if",
    "needs",
    "runs-on",
    "timeout-minutes",
    "environment",
    "permissions",
    "concurrency",
    "strategy",
    "env",
    "steps",
}

SECRETS = Names(ANCHORBROWSER_API_KEY="the-key")
"""What every environment has; the repository itself has none."""

NO_SECRETS = Names(ANCHORBROWSER_API_KEY=None)


@dataclass(frozen=True, slots=True)
class Started:
    """One job as it is given to a runner."""

    job: str
    """Its name in the file, which `needs` has."""
    title: str
    environment: str
    group: str
    """Of its concurrency; empty without."""
    cancels: bool
    """Whether the next of its group ends it."""
    rights: Mapping[str, str]
    environ: Mapping[str, str]
    steps: list[dict[str, Any]]
    names: Names

    def given(self, step: str) -> dict[str, Any]:
        """The inputs of one of its steps."""
        found = next(s for s in self.steps if s.get("name") == step)
        return {k: filled(v, self.names) for k, v in found.get("with", {}).items()}


End: TypeAlias = Callable[[Started], str]
"""Says how a job ends: success, failure or cancelled."""


@dataclass(slots=True)
class Run:
    """One run of a workflow: what was started, and how each job ended."""

    started: list[Started]
    results: dict[str, str]
    group: str = ""
    cancels: bool = False

    @property
    def titles(self) -> list[str]:
        return [one.title for one in self.started]


def well(_: Started) -> str:
    """Every job ends well."""
    return "success"


def starts(text: str, event: Event) -> bool:
    """Whether the event starts the workflow at all."""
    wanted = _read(text)[True]
    if event.name not in wanted:
        return False
    about = wanted[event.name] or {}
    if event.name == "push":
        if strange := about.keys() - {"branches", "tags"}:
            raise UnknownError(f"a push with {', '.join(strange)}")
        tag = event.ref.removeprefix("refs/tags/")
        if tag != event.ref:
            return any(_matches(tag, pattern) for pattern in about.get("tags", []))
        return event.branch in about.get("branches", [])
    return True


def play(
    text: str,
    event: Event,
    end: End = well,
    *,
    variables: Mapping[str, str] | None = None,
    limited: bool = True,
) -> Run:
    """
    Every job in the order of its needs, as its `if` says.

    `limited` is whether the environments take only jobs of the default branch, which
    a person has to click.
    """
    document = _read(text)
    run = Run([], {})
    if not starts(text, event):
        return run
    names = _names(document, event, variables or {})
    run.group, run.cancels = _group(document, names)
    for name, job in document["jobs"].items():
        if strange := job.keys() - KNOWN:
            raise UnknownError(f"a job with {', '.join(strange)}")
        needs = _needs(job)
        here = Names(
            {**names, "needs": Names({n: Names(result=run.results[n]) for n in needs})}
        )
        status = _status(document["jobs"], run.results, needs)
        if not holds(job.get("if"), here, status):
            run.results[name] = "skipped"
            continue
        ends: list[str] = []
        for each in _matrix(job, here):
            if "failure" in ends and job["strategy"].get("fail-fast", True):
                break
            one = _started(name, job, each, event)
            if limited and one.environment and event.ref != "refs/heads/main":
                ends.append("failure")
                continue
            run.started.append(one)
            ends.append(end(one))
        run.results[name] = max(ends, key=["success", "cancelled", "failure"].index)
    return run


def queue(groups: list[str]) -> list[str]:
    """
    What becomes of jobs that come one after the other, while the first still runs.

    One of a group runs and one waits; the next to come takes the place of that one.
    """
    ends: list[str] = []
    for at, group in enumerate(groups):
        later = group in groups[at + 1 :]
        first = group not in groups[:at]
        ends.append("runs" if first else "replaced" if later else "waits")
    return ends


def _read(text: str) -> dict[Any, Any]:
    """The document; the reader of YAML takes the key `on` for true."""
    document: dict[Any, Any] = yaml.safe_load(text)
    known = {"name", True, "permissions", "concurrency", "jobs"}
    if strange := document.keys() - known:
        raise UnknownError(f"a workflow with {strange}")
    return document


def _names(
    document: dict[Any, Any], event: Event, variables: Mapping[str, str]
) -> Names:
    """The contexts; `inputs` is empty but for Run workflow."""
    declared = (document[True].get("workflow_dispatch") or {}).get("inputs", {})
    clicked = event.name == "workflow_dispatch"
    inputs = Names()
    given = event.payload.get("inputs", {}) if clicked else {}
    for name, about in declared.items():
        value = given.get(name, about.get("default", "")) if clicked else None
        if clicked and about["type"] == "choice" and value not in about["options"]:
            raise UnknownError(f"`{value}` cannot be picked")
        inputs[name] = value
    if strange := given.keys() - declared.keys():
        raise UnknownError(f"no input {', '.join(strange)}")
    github = Names(
        event=event.payload,
        event_name=event.name,
        ref=event.ref,
        sha=event.sha,
        token="the-token",  # of the stand-in
    )
    return Names(github=github, inputs=inputs, vars=dict(variables))


def _needs(job: dict[str, Any]) -> list[str]:
    needs = job.get("needs", [])
    return [needs] if isinstance(needs, str) else needs


def _status(
    jobs: dict[str, Any], results: Mapping[str, str], needs: list[str]
) -> Status:
    """Over all that came before, also what is needed by what is needed."""
    before = list(needs)
    for name in before:
        before += [n for n in _needs(jobs[name]) if n not in before]
    ends = {results[name] for name in before}
    return Status(success=ends <= {"success"}, failure="failure" in ends)


def _matrix(job: dict[str, Any], names: Names) -> list[Names]:
    """The names for each of its runs, those of `include` last."""
    matrix = dict(job.get("strategy", {}).get("matrix", {}))
    more = matrix.pop("include", [])
    rows = [
        dict(zip(matrix, values, strict=True)) for values in product(*matrix.values())
    ]
    for one in more:
        if not any(key in matrix for key in one):
            raise UnknownError("a matrix that `include` widens")
        rows.append(one)
    return [Names({**names, "matrix": Names(row)}) if row else names for row in rows]


def _started(name: str, job: dict[str, Any], names: Names, event: Event) -> Started:
    where = job.get("environment", "")
    environment = where["name"] if isinstance(where, dict) else where
    secrets = SECRETS if environment and event.trusted else NO_SECRETS
    known = Names({**names, "secrets": secrets})
    group, cancels = _group(job, names)
    rights = job["permissions"] or {}
    return Started(
        job=name,
        title=filled(job["name"], names),
        environment=filled(environment, names),
        group=group,
        cancels=cancels,
        # A token for a fork reads, whatever the workflow asks for.
        rights=rights if event.trusted else dict.fromkeys(rights, "read"),
        environ={k: as_text(filled(v, known)) for k, v in job.get("env", {}).items()},
        steps=job["steps"],
        names=Names({**known, "runner": Names(os="Linux")}),
    )


def _group(part: Mapping[str, Any], names: Names) -> tuple[str, bool]:
    about = part.get("concurrency")
    if about is None:
        return "", False
    return as_text(filled(about["group"], names)), about["cancel-in-progress"]


def _matches(name: str, pattern: str) -> bool:
    if not pattern.endswith("*") or "*" in pattern[:-1]:
        return name == pattern
    return name.startswith(pattern[:-1])
