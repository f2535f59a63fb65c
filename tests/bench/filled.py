"""
An account and its ledger as an apply of everything leaves them, made in one go.

`python -m bench.filled PROJECT URL`: applying a hundred thousand tasks one by one
would take longer than all that is measured. That the result is what an apply leaves
is checked where it is used: a plan finds no change and asks for the listing alone.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from taskops.cli.services import canonical
from taskops.emulator import tasks, versions
from taskops.emulator.app import Emulator
from taskops.emulator.wire import Request
from taskops.ledger.document import Document
from taskops.manifests.project import load_project
from taskops.manifests.resolve import load_resources
from taskops.model.record import Record, Seen, Source
from taskops.model.resource import Target
from taskops.providers.anchor.convert import request_body
from taskops.providers.anchor.provider import open_anchor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskops.model.resource import Observed, Resource


def main() -> None:
    root, url = Path(sys.argv[1]), sys.argv[2]
    project = load_project(root, None)
    loaded = load_resources(project, environ={}, canonical=canonical, check_code=False)
    emulator = Emulator(str(root / ".taskops" / "service.db"))
    _write(emulator, loaded.resources)
    listing = open_anchor({}, writable=False, wsgi=emulator).read((), {})
    rows = {row.name: row for row in listing.objects}
    ledger = Document(
        project.name,
        project.environment.name,
        {r.address: _record(r, rows[r.name]) for r in loaded.resources},
        {"anchor": Target(url, listing.target.team)},
    )
    place = root / ".taskops" / "ledger" / f"{project.environment.name}.json"
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(ledger.to_bytes())


def _write(emulator: Emulator, resources: Sequence[Resource]) -> None:
    account = emulator.account
    with account.store.transaction():
        for resource in resources:
            body, _ = request_body(resource.name, resource.spec, None)
            made = tasks.upsert(account, _posted("/v1/task", body))
            task = json.loads(made.body)["data"]["id"]
            if resource.publish:
                path = f"/v1/task/{task}/deploy"
                versions.deploy(account, _posted(path, body), task)


def _posted(path: str, body: object) -> Request:
    return Request("POST", path, {}, {}, json.dumps(body).encode())


def _record(resource: Resource, row: Observed) -> Record:
    live = resource.digest if resource.publish else None
    return Record(
        resource.address,
        resource.kind,
        row.id,
        resource.name,
        resource.digest,
        live,
        "1",
        resource.content,
        seen=Seen(row.row, resource.digest, live),
        source=Source(resource.manifest),
    )


if __name__ == "__main__":
    main()
