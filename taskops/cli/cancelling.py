"""Runs of agents that are stopped, where the service has a way to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.errors import TaskopsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from taskops.cli.wiring import Session
    from taskops.model.record import Record


def cancel(opened: Session, records: Sequence[Record]) -> Iterator[str]:
    """Stop runs, and tell at once what became of each; raises TaskopsError."""
    for record in records:
        yield f"{record.address}: {_cancelled(opened, record)}"


def _cancelled(opened: Session, record: Record) -> str:
    address, job = record.address, record.job
    if address.provider != "browser_use":
        name = {"stablebrowse": "StableBrowse", "anchor": "Anchor"}[address.provider]
        raise TaskopsError(
            f"{name} has no way to stop a run",
            f"`{address}` goes on until it ends",
            "wait for it with `taskops apply`",
        )
    from taskops.providers.browser_use.provider import BrowserUse

    provider = opened.provider(address.provider, writable=True)
    assert isinstance(provider, BrowserUse)  # noqa: S101  # by its name
    if job is not None and job.status == "unknown":
        job = provider.find(address.name, job)
    if job is None or not job.poll_id:
        raise TaskopsError(
            f"no run of `{address}` is known",
            "its start is not recorded, or its answer was lost and it cannot be found",
            "look at the service's dashboard",
        )
    state = provider.cancel(job)
    return state.detail if state.status != "running" else "asked to stop"
