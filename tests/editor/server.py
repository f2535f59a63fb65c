"""The YAML language server that editors use, spoken to as an editor does."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HERE = Path(__file__).parents[2] / ".venv" / "editor" / "node_modules"
_SECONDS = 120


def found() -> Path | None:
    """The server's script, where `make editor` has installed it."""
    given = os.environ.get("TASKOPS_YAML_LANGUAGE_SERVER")
    script = _HERE / "yaml-language-server" / "bin" / "yaml-language-server"
    place = Path(given) if given else script
    return place if place.is_file() and shutil.which("node") else None


class Editor:
    """One editor with one server."""

    def __init__(self, script: Path, folder: Path) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            ["node", str(script), "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._asked = 0
        self._answers: dict[int, Any] = {}
        self._said: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        snippets = {"snippetSupport": True, "documentationFormat": ["markdown"]}
        capabilities = {
            "textDocument": {
                "completion": {"completionItem": snippets},
                "hover": {"contentFormat": ["markdown"]},
            },
            "workspace": {"configuration": False},
        }
        folder_uri = folder.as_uri()
        self.ask(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": folder_uri,
                "capabilities": capabilities,
                "workspaceFolders": [{"uri": folder_uri, "name": "project"}],
            },
        )
        self.tell("initialized", {})
        settings = {
            "yaml": {
                "validate": True,
                "hover": True,
                "completion": True,
                "schemaStore": {"enable": False},
                "kubernetesCRDStore": {"enable": False},
                "yamlVersion": "1.2",
            }
        }
        self.tell("workspace/didChangeConfiguration", {"settings": settings})

    def open(self, name: str, text: str) -> str:
        """Open a file; its address."""
        uri = (self.folder / name).as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def diagnostics(self, uri: str) -> list[dict[str, Any]]:
        """What is underlined in a file."""
        while True:
            said = self._said.get(timeout=_SECONDS)
            if said.get("method") != "textDocument/publishDiagnostics":
                continue
            if said["params"]["uri"] == uri:
                found: list[dict[str, Any]] = said["params"]["diagnostics"]
                return found

    def hover(self, uri: str, line: int, column: int) -> str:
        """What is shown where the pointer rests."""
        answer = self._at("textDocument/hover", uri, line, column)
        contents = answer["contents"] if answer else {"value": ""}
        return str(contents["value"] if isinstance(contents, dict) else contents)

    def completion(self, uri: str, line: int, column: int) -> dict[str, Any]:
        """What is offered at a place, by label."""
        answer = self._at("textDocument/completion", uri, line, column)
        items = answer["items"] if isinstance(answer, dict) else answer
        return {item["label"]: item for item in items or []}

    def _at(self, method: str, uri: str, line: int, column: int) -> Any:
        place = {"line": line, "character": column}
        return self.ask(method, {"textDocument": {"uri": uri}, "position": place})

    def ask(self, method: str, params: Mapping[str, object]) -> Any:
        """Send a request; its result."""
        self._asked += 1
        number = self._asked
        self._send({"id": number, "method": method, "params": params})
        while True:
            said = self._said.get(timeout=_SECONDS)
            if said.get("id") == number and "method" not in said:
                return said.get("result")

    def tell(self, method: str, params: Mapping[str, object]) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def close(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def _send(self, message: dict[str, object]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self._process.stdin
        assert stream is not None
        stream.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        stream.flush()

    def _listen(self) -> None:
        for message in self._messages():
            if "method" in message and "id" in message:  # it asks us: nothing special
                self._send({"id": message["id"], "result": None})
            else:
                self._said.put(message)

    def _messages(self) -> Iterator[dict[str, Any]]:
        stream = self._process.stdout
        assert stream is not None
        try:
            while line := stream.readline():
                size = int(line.split(b":")[1])
                while stream.readline().strip():
                    pass
                yield json.loads(stream.read(size))
        except (ValueError, OSError):
            return
