"""Which runs are meant by the names that somebody typed."""

from __future__ import annotations

from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from taskops.cli.running import Attempt
from taskops.errors import UsageError
from taskops.providers.anchor.run import INPUT_PREFIX, Runnable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from taskops.cli.wiring import Session
    from taskops.model.record import Record
    from taskops.model.resource import Address, Kind, Resource

MOST = 5
"""Names that a hint lists."""

_Known: TypeAlias = "tuple[Kind, str, Record | None]"
"""Kind, name on the service, and the record where there is one."""


def runnables(
    opened: Session,
    names: Sequence[str],
    inputs: Mapping[str, str],
    *,
    where: str = "",
) -> list[Attempt]:
    """
    What the names mean; raises UsageError.

    `where` are the options of this command that an apply in its hint needs too.
    """
    resources, _ = opened.load(need_secrets=False)
    known = _known(opened, resources)
    drafts = {r.address.name for r in resources if not r.publish}
    attempts = []
    for name in dict.fromkeys(names):
        if name not in known:
            close = get_close_matches(name, known, 1)
            hint = f"did you mean `{close[0]}`?" if close else _others(known, where)
            if "=" in name:
                hint = f"an input is written `--input {name.partition('=')[0]}=…`"
            raise UsageError(
                f"there is no task `{name}` here",
                "a task is run by the name that its manifest declares",
                hint,
            )
        select = f"taskops apply --select {name}{where}"
        task = _runnable(name, known[name], inputs, select)
        draft = f"write `publish: true` into the manifest of `{name}`, then run "
        deploy = draft if name in drafts else "deploy it with "
        attempts.append(Attempt(name, task, deploy=f"{deploy}`{select}`"))
    return attempts


def _others(known: Collection[str], where: str) -> str:
    """What could be run instead, or how there could be anything."""
    if not known:
        return f"write a manifest, or let `taskops pull{where}` write it"
    first = ", ".join(f"`{name}`" for name in sorted(known)[:MOST])
    rest = f" and {len(known) - MOST} more" if len(known) > MOST else ""
    return f"there are {first}{rest}" if len(known) > 1 else f"there is {first}"


def _known(opened: Session, resources: Sequence[Resource]) -> dict[str, _Known]:
    """All that is declared or ours."""
    records: Mapping[Address, Record] = opened.ledger.read().records
    known: dict[str, _Known] = {
        address.name: (record.kind, record.name, record)
        for address, record in records.items()
    }
    for resource in resources:
        record = records.get(resource.address)
        # Its name there is the one that was applied last.
        remote = record.name if record is not None else resource.name
        known[resource.address.name] = (resource.kind, remote, record)
    return known


def _runnable(
    name: str, known: _Known, inputs: Mapping[str, str], select: str
) -> Runnable:
    kind, remote, record = known
    given = MappingProxyType(dict(inputs))
    match kind:
        case "agent":
            raise UsageError(
                f"`{name}` is an agent task: apply runs it",
                "it has no code that could be run again",
                f"run `{select}`, with --retry {name} to repeat",
            )
        case "code":
            for word in inputs:
                if not word.startswith(INPUT_PREFIX):
                    raise UsageError(
                        f"the input `{word}` must begin with {INPUT_PREFIX}",
                        f"`{name}` reads its inputs from variables of that prefix",
                        f"write --input {INPUT_PREFIX}{word}=…",
                    )
            return Runnable("code", remote, inputs=given)
        case "generated":
            task_id = _generated_id(name, record, select)
            return Runnable("generated", remote, task_id, given)


def _generated_id(name: str, record: Record | None, select: str) -> str:
    job = record.job if record is not None else None
    if record is None or (job is not None and job.status != "ready"):
        said = "is not generated yet" if job is None else f"is {job.status}"
        raise UsageError(
            f"`{name}` {said}, so it cannot be run",
            "a generated task can be run once the service has written it",
            f"run `{select}` first",
        )
    return (job.poll_id if job is not None else "") or record.id
