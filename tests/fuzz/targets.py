"""What is fed with bytes; each ends well or with an error for people."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from simulated import code
from unit.render import sheets

from taskops.cli.plan_files import saved_plan
from taskops.errors import DamagedLedger, TaskopsError
from taskops.ledger.document import Document, document_from_bytes
from taskops.manifests.load import load_bytes
from taskops.manifests.validate import problems_of, schema_for
from taskops.model.project import Environment, Project
from taskops.model.record import (
    Intent,
    Job,
    LedgerState,
    Opening,
    Record,
    Residual,
    Seen,
)
from taskops.model.resource import Address, Identity, Resource, Target
from taskops.model.step import Begin, Publish, Remove, Rename, Upsert
from taskops.model.values import frozen
from taskops.planning.options import PlanOptions
from taskops.providers.anchor.provider import open_anchor
from taskops.providers.browser_use.provider import open_browser_use
from taskops.providers.stablebrowse.provider import open_stablebrowse
from taskops.render.html import plan_html
from taskops.render.markdown import plan_markdown
from taskops.render.plan_json import plan_json, sheet_from_json
from taskops.render.text import plan_text
from taskops.workflow import make_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from taskops.model.ports import Provider

KEYS = {
    "ANCHORBROWSER_API_KEY": "k",
    "BROWSER_USE_API_KEY": "k",
    "STABLEBROWSE_API_KEY": "k",
}
PROJECT = Project("", "p", Environment(), ("default",))


def manifest(data: bytes) -> None:
    """A manifest, read and held against its schema."""
    for document in load_bytes("a.yaml", data).documents:
        problems_of(document.data, schema_for(document.data), partial(_at, document))


def _at(document: Any, path: Any, key: bool) -> Any:
    return document.locate(path, key=key)


def plan_file(data: bytes) -> None:
    """A saved plan, shown in every format and held against the plan of now."""
    try:
        sheet = sheet_from_json(data.decode("utf-8", "replace"), "plan.json")
    except TaskopsError:
        return
    with suppress(TaskopsError):
        saved_plan(sheet, "plan.json")
    for shown in (plan_text, plan_json, plan_markdown, plan_html):
        cast("Callable[..., str]", shown)(sheet)


def ledger(data: bytes) -> None:
    """A ledger in a file."""
    try:
        document_from_bytes(data, "default.json", "put it back").to_bytes()
    except DamagedLedger:
        return


def answers(data: bytes) -> None:
    """The same answer of a service to everything that it is asked."""
    app = _Says(data)
    for opened, kind in (
        (open_anchor, "code"),
        (open_anchor, "generated"),
        (open_browser_use, "agent"),
        (open_stablebrowse, "agent"),
    ):
        environ = {**KEYS, "STABLEBROWSE_BASE_URL": "https://stablebrowse.example"}
        given = {"owner": "p/default"} if opened is open_browser_use else {}
        provider = cast("Any", opened)(environ, writable=True, wsgi=app, **given)
        try:
            _everything(provider, kind)
        finally:
            provider.close()


def _everything(provider: Provider, kind: Any) -> None:
    spec = frozen({"language": "typescript", "code": code("x")})
    if kind != "code":
        spec = frozen({"description": "d", "user_task": "u", "task": "t"})
    at = Address(provider.name, "a")
    wanted = Resource(at, kind, "a", spec, provider.canonical(kind, spec))
    job = Job("d" * 64, "running", "i", "p")
    digest = wanted.digest
    asked: list[Callable[[], object]] = [
        lambda: make_plan(
            PROJECT, [wanted], {provider.name: provider}, LedgerState(), PlanOptions()
        ),
        lambda: provider.look(Identity(at, "1", "a")),
        lambda: provider.poll(job),
        lambda: provider.recover(job, wanted),
    ]
    if kind == "code":
        asked += [
            lambda: provider.perform(Upsert(at, "a", spec)),
            lambda: provider.perform(Publish(at, "1", spec, digest)),
            lambda: provider.perform(Rename(at, "1", "b")),
            lambda: provider.perform(Remove(at, "1", "a")),
        ]
    else:
        asked.append(lambda: provider.perform(Begin(at, wanted, "a", "i")))
    for ask in asked:
        try:
            ask()
        except TaskopsError:
            continue


class _Says:
    """A service with one status and one body for everybody."""

    def __init__(self, data: bytes) -> None:
        statuses = ("200 OK", "200 OK", "200 OK", "400 Bad", "404 Not", "409 Taken")
        self.status = statuses[data[0] % len(statuses)] if data else "200 OK"
        self.body = data[1:]

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response(self.status, [("Content-Type", "application/json")])
        return [self.body]


TARGETS: dict[str, Callable[[bytes], None]] = {
    "manifest": manifest,
    "plan_file": plan_file,
    "ledger": ledger,
    "answers": answers,
}

PLAN = plan_json(
    sheets.sheet(sheets.create("a"), sheets.update("b", sheets.code("@@ -1 +1 @@")))
)
AT = Address("anchor", "a")
RECORD = Record(
    AT,
    "generated",
    "1",
    "a",
    spec=frozen({"description": "d", "code": code("x")}),
    seen=Seen("row", "d" * 64, None),
    residual=MappingProxyType({"/description": Residual("w", "a")}),
    job=Job("d" * 64, "ready", "i", "p"),
)
SEALED = Document(
    "p",
    "default",
    targets={"anchor": Target("https://x", "t")},
    records={AT: RECORD},
    open=Opening(
        "a", "p", "me", "here", "", 1.0, 2.0, (Intent(AT, "create", "d", "i"),)
    ),
).to_bytes()
# Without the sum of the whole, which would refuse whatever was changed.
LEDGER = {key: value for key, value in json.loads(SEALED).items() if key != "sum"}
ROW = {
    "id": "1",
    "name": "a",
    "teamId": "t",
    "latestVersion": "1",
    "version": "1",
    "code": "eA==",
    "language": "typescript",
    "description": "d",
    "browserConfiguration": {"proxy": {"type": "custom", "password": "p"}},
    "deleted": False,
    "updatedAt": "2026-01-01T00:00:00Z",
    "status": "finished",
    "metadata": {"taskops.id": "p/default/a"},
}
PAGE = {"tasks": [ROW], "total": 1, "page": 1, "limit": 100}
SEEDS: dict[str, list[object]] = {
    "plan_file": [json.loads(PLAN)],
    "ledger": [LEDGER],
    "answers": [
        {"data": PAGE},
        {"data": ROW},
        {**ROW, "items": [ROW], "totalItems": 1, "pageNumber": 1, "pageSize": 100},
        {"sessions": [ROW]},
        {"error": {"message": "no"}},
    ],
}
