"""What to do about an agent's run: started once for each revision, then waited for."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from taskops.model.change import Keep, Start, Wait
from taskops.model.record import Job
from taskops.planning.context import Context, problem
from taskops.planning.decide import Decision, kind_changed

if TYPE_CHECKING:
    from taskops.model.problem import Problem
    from taskops.model.record import Record
    from taskops.model.resource import Observed, Resource


def outcome_unknown(resource: Resource, job: Job) -> Problem:
    """A start whose answer was lost is never repeated by itself."""
    return problem(
        resource,
        f"whether `{resource.address}` was started is not known",
        f"the answer to the start {job.intent[:8]} was lost and it cannot be found",
        f"look at the service, then run `taskops apply --retry {resource.address.name}`"
        " to start it (again)",
        unknown=True,
    )


def failed(
    resource: Resource, job: Job, before: Observed | None, context: Context
) -> Decision:
    """A start that failed is never billed again by itself."""
    name = resource.address.name
    if job.digest != resource.digest:
        return Start(resource.address, resource, "pending", before, why="it changed")
    if context.retries(resource):
        return Start(resource.address, resource, "pending", before, why="--retry")
    said = f": {job.error}" if job.error else ""
    note = f"failed{said}; start it again with --retry {name}"
    return Keep(resource.address, "failed", note, before, resource)


def decide_agent(
    resource: Resource, record: Record | None, context: Context
) -> Decision:
    """The first row that matches, for an agent's run."""
    if record is not None and record.kind != resource.kind:
        return kind_changed(resource, record)
    if record is None or record.job is None:
        return _run_by_metadata(resource, context)
    job = record.job
    if job.status == "unknown":
        return _unknown_run(resource, job, context)
    if job.digest != resource.digest:
        return _changed(resource, job)
    if job.status == "running":
        return Wait(resource.address, job, resource)
    if job.status == "failed":
        return failed(resource, job, None, context)
    return Keep(resource.address, "same", "", None, resource)


def _changed(resource: Resource, job: Job) -> Start:
    """Another revision is wanted; one that still runs is waited for first."""
    waits = job if job.status == "running" else None
    return Start(resource.address, resource, "pending", awaits=waits, why="it changed")


def _run_by_metadata(resource: Resource, context: Context) -> Decision:
    """Without a record, a service that carries our digest says what ran."""
    runs = [
        run
        for run in context.listing.named(resource.address.name)
        if run.latest is not None and run.latest.digest == resource.digest
    ]
    if not runs:
        return _perhaps_run_before(resource, context)
    run = runs[-1]
    job = Job(resource.digest, "running", "", run.id, MappingProxyType({"id": run.id}))
    if run.status == "running":
        return Wait(resource.address, job, resource, run)
    wrong = context.judge(resource, run.result)[1] if run.status == "ready" else ""
    if run.status == "ready" and not wrong:
        return Keep(resource.address, "adopted", "", run, resource, records=True)
    return failed(resource, replace(job, status="failed", error=wrong), run, context)


def _perhaps_run_before(resource: Resource, context: Context) -> Decision:
    """A run of the same question whose revision the service cannot tell."""
    address = resource.address
    found = [
        run
        for run in context.listing.named(address.name)
        if run.latest is None and not context.owner(address.provider, run.id)
    ]
    if context.retries(resource) or not (found or context.unsearched):
        return Start(address, resource, "new")
    if not found:
        return problem(
            resource,
            f"`{address}` may have run already, before the ledger knew of it",
            context.unsearched,
            f"look at the service, then start it with --retry {address.name}",
        )
    run = found[-1]
    if context.adopts(resource):
        ids = MappingProxyType({"taskId": run.id})
        return Wait(address, Job(resource.digest, "running", "", run.id, ids), resource)
    return problem(
        resource,
        f"`{address}` may have run already, before the ledger knew of it",
        f"run {run.id} of {run.updated_at} has the same prompt and end user",
        f"take that run with --adopt {address.name}, "
        f"or start another one with --retry {address.name}",
    )


def _unknown_run(resource: Resource, job: Job, context: Context) -> Decision:
    found = [run for run in context.listing.by_id.values() if job.intent in run.version]
    if job.intent and len(found) == 1:
        told = job.found(found[0].id)
        if job.digest != resource.digest:
            return _changed(resource, told)
        return Wait(resource.address, told, resource)
    if context.retries(resource):
        return Start(resource.address, resource, "pending", why="--retry")
    return outcome_unknown(resource, job)
