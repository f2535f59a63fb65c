"""An account on a socket and a client of a few lines that believes nothing."""

from __future__ import annotations

import base64
import json
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

from taskops.emulator.app import Emulator
from taskops.emulator.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KEYS = {
    "anchor-api-key": "k",
    "X-Browser-Use-API-Key": "k",
    "Authorization": "Bearer k",
}


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


CODE = base64_of("export default async () => 1\n")


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: status, headers in lower case, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        assert self.status == 200, self.body
        return self.json["data"]


@dataclass(frozen=True, slots=True)
class Client:
    """One connection for each request; `emulator` is the same account from inside."""

    emulator: Emulator
    port: int

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Said:
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body)
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request(method, path, sent, {**KEYS, **headers})
            answer = connection.getresponse()
            said = {key.lower(): value for key, value in answer.getheaders()}
            return Said(answer.status, said, answer.read())
        finally:
            connection.close()

    def raw(self, data: bytes) -> bytes:
        """Everything that comes back until the other side ends it."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as plug:
            plug.sendall(data)
            parts = []
            while part := plug.recv(65536):
                parts.append(part)
            return b"".join(parts)

    def make(self, name: str = "t", **fields: object) -> str:
        """Upsert a task; its id."""
        body = {"name": name, "language": "typescript", "code": CODE, **fields}
        said = self.ask("POST", "/v1/task", body)
        assert said.status == 200, said.body
        return str(said.json.get("data", said.json)["id"])

    def deploy(self, number: str, **fields: object) -> str:
        """Publish; the number of the new version."""
        said = self.ask("POST", f"/v1/task/{number}/deploy", fields)
        return str(said.data["version"])

    def draft(self, number: str) -> Any:
        return self.ask("GET", f"/v1/task/{number}/draft").data

    def listed(self, query: str = "") -> Any:
        return self.ask("GET", f"/v1/task{query}").data["tasks"]


@contextmanager
def account(**behaviours: str) -> Iterator[Client]:
    """A fresh account on a socket until the block ends."""
    emulator = Emulator(behaviours=behaviours)
    server = serve(emulator)
    try:
        yield Client(emulator, server.port)
    finally:
        emulator.close()
        server.close()
