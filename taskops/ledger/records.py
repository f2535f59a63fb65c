"""Records and openings as JSON: the shape that both ledgers write."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from taskops.ledger.plain import no_bytes
from taskops.model.record import (
    IN_PATHS,
    Intent,
    Job,
    JobStatus,
    Opening,
    Record,
    Residual,
    Seen,
    Source,
)
from taskops.model.values import (
    EMPTY,
    SENSITIVE,
    Code,
    Secret,
    Tree,
    Value,
    freeze,
    put,
    thaw,
)

if TYPE_CHECKING:
    from taskops.ledger.shapes import Part
    from taskops.model.resource import Kind


def record_to_json(record: Record) -> dict[str, object]:
    """A record as plain data; a secret shows only its place, code its digest."""
    code = record.spec.get("code")
    apart = isinstance(code, Code)
    spec = {key: v for key, v in record.spec.items() if not (apart and key == "code")}
    return {
        "address": str(record.address),
        "kind": record.kind,
        "id": record.id,
        "name": record.name,
        "draft": record.draft,
        "live": record.live,
        "version": record.version,
        "spec": thaw(spec),
        "code": {"sha256": code.sha256, "bytes": code.size}
        if isinstance(code, Code)
        else None,
        "residual": {
            path: {"wanted": field.wanted, "answered": field.answered}
            for path, field in record.residual.items()
        },
        "seen": None
        if record.seen is None
        else {
            "row": record.seen.row,
            "draft": record.seen.draft,
            "live": record.seen.live,
            **({} if record.seen.whole else {"partly": True}),
        },
        "protected": record.protected,
        "job": _job_to_json(record.job),
        "next": _job_to_json(record.next),
        "source": {"path": record.source.path, "commit": record.source.commit},
    }


def _job_to_json(job: Job | None) -> dict[str, object] | None:
    if job is None:
        return None
    return {
        "digest": job.digest,
        "status": job.status,
        "intent": job.intent,
        "poll_id": job.poll_id,
        "ids": dict(job.ids),
        "attempt": job.attempt,
        "error": job.error,
        "result": job.result,
        "name": job.name,
    }


def record_from_json(part: Part) -> Record:
    """The record that the JSON tells of; raises DamagedLedger."""
    source = part.part("source")
    return Record(
        address=part.address("address"),
        kind=cast("Kind", part.choice("kind", "code", "generated", "agent")),
        id=part.identifier("id"),
        name=part.text("name"),
        draft=part.maybe("draft"),
        live=part.maybe("live"),
        version=part.text("version"),
        spec=_spec(part),
        residual=MappingProxyType(
            {
                path: Residual(field.need("wanted"), field.need("answered"))
                for path, field in part.parts("residual")
            }
        ),
        seen=_seen(part.part("seen")),
        protected=part.flag("protected"),
        job=_job(part.part("job")),
        next=_job(part.part("next")),
        source=Source()
        if source.value is None
        else Source(source.text("path"), source.text("commit")),
    )


def _spec(part: Part) -> Tree:
    inner = part.part("spec")
    try:
        spec = EMPTY if inner.value is None else _revived(inner.mapping())
    except RecursionError:
        raise inner.damaged("nests too deeply") from None
    code = part.part("code")
    if code.value is None:
        return spec
    known = Code(code.need("sha256"), code.whole("bytes"), no_bytes)
    return put(spec, ("code",), known)


def _revived(values: Mapping[str, object]) -> Tree:
    return MappingProxyType({key: _value(value) for key, value in values.items()})


def _value(value: object) -> Value:
    match value:
        case Mapping() if value == SENSITIVE:
            return Secret(None)
        case Mapping():
            return _revived(value)
        case list():
            return tuple(_value(item) for item in value)
        case _:
            return freeze(value)


def _seen(part: Part) -> Seen | None:
    if part.value is None:
        return None
    draft, live = part.maybe("draft"), part.maybe("live")
    return Seen(part.need("row"), draft, live, not part.flag("partly"))


def _job(part: Part) -> Job | None:
    if part.value is None:
        return None
    words = ("running", "ready", "failed", "unknown")
    ids = part.part("ids")
    return Job(
        digest=part.text("digest"),
        status=cast("JobStatus", part.choice("status", *words)),
        intent=part.text("intent"),
        poll_id=part.identifier("poll_id"),
        ids=MappingProxyType(
            {
                word: ids.identifier(word) if word in IN_PATHS else ids.text(word)
                for word, _ in part.parts("ids")
            }
        ),
        attempt=part.whole("attempt", 1),
        error=part.text("error"),
        result=part.text("result"),
        name=part.text("name"),
    )


def opening_to_json(opening: Opening) -> dict[str, object]:
    """An opening as plain data."""
    return {
        "apply": opening.apply,
        "plan": opening.plan,
        "actor": opening.actor,
        "host": opening.host,
        "run": opening.run,
        "started": opening.started,
        "expires": opening.expires,
        "intents": [
            {
                "address": str(intent.address),
                "change": intent.change,
                "to": intent.to,
                "intent": intent.intent,
            }
            for intent in opening.intents
        ],
    }


def opening_from_json(part: Part) -> Opening:
    """The opening that the JSON tells of; raises DamagedLedger."""
    return Opening(
        apply=part.need("apply"),
        plan=part.text("plan"),
        actor=part.text("actor"),
        host=part.text("host"),
        run=part.text("run"),
        started=part.seconds("started"),
        expires=part.seconds("expires"),
        intents=tuple(
            Intent(
                intent.address("address"),
                intent.need("change"),
                intent.text("to"),
                intent.text("intent"),
            )
            for intent in part.items("intents")
        ),
    )
