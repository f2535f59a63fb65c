"""What of a manifest is sent, in the service's own words."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, cast

from taskops.manifests.checks import odd_things
from taskops.manifests.code import read_code
from taskops.manifests.inside import Inside, NotInsideError
from taskops.manifests.known import fields_of, follow
from taskops.manifests.naming import near
from taskops.manifests.schemas import schema
from taskops.manifests.spots import shown
from taskops.model.values import Path, from_pointer

if TYPE_CHECKING:
    from taskops.model.problem import Problem
    from taskops.model.resource import Kind

# taskops' own words: they never reach a service.
OURS: Final = frozenset(
    {"kind", "provider", "name", "run_key", "attempts", "secret_version", "description"}
)
RESULT_SCHEMAS: Final = ("structuredOutput", "schema")
COMPARED: Final = ("description", "code", "browserConfiguration")


class NotSentError(Exception):
    """Something that cannot be sent as it is."""

    def __init__(self, path: Path, text: str, hint: str) -> None:
        super().__init__(text)
        self.path, self.text, self.hint = path, text, hint


def kind_of(data: Mapping[str, object]) -> Kind:
    """The kind of resource that valid data declares."""
    if data.get("kind") == "AgentTask":
        return "agent"
    return "generated" if "generate" in data else "code"


def inside_spec(path: Path, kind: Kind) -> Path:
    """Where the value at a path of the manifest stands in the spec."""
    return path[1:] if kind == "generated" and path[0] == "generate" else path


class Sent:
    """The spec of one manifest, being put together."""

    def __init__(
        self,
        files: Inside,
        file: str,
        data: Mapping[str, object],
        kind: Kind,
        check_code: bool = True,
    ) -> None:
        self.files = files
        self.file = file
        self.data = data
        self.kind = kind
        self.check_code = check_code
        self.warnings: list[Problem] = []

    def values(self) -> dict[str, object]:
        """The fields as they are sent; raises NotSentError."""
        match self.kind:
            case "code":
                return self._code()
            case "generated":
                return self._generated()
            case "agent":
                return self._agent()

    def _code(self) -> dict[str, object]:
        path = str(self.data["code"])
        if "\n" in path:
            words = "`code` is the name of a file, and here are lines of a text"
            hint = "write them into a file beside the manifest, and its name here"
            raise NotSentError(("code",), words, hint)
        try:
            code, file, content = read_code(self.files, self.file, path)
        except NotInsideError as error:
            words = f"the file that `code` names {error.why}"
            hint = self._seen_from_the_root(path) or error.hint
            raise NotSentError(("code",), words, hint) from None
        if self.check_code:
            self.warnings += odd_things(file, content)
        language = self.data.get("language", "typescript")
        return {
            **self._present("description"),
            "language": language,
            "code": code,
            **self._present("browserConfiguration"),
        }

    def _seen_from_the_root(self, path: str) -> str:
        """The fix for a path that starts at the project, where there is one."""
        folder = str(PurePosixPath(self.file).parent)
        outside = path.startswith("/") or ".." in PurePosixPath(path).parts
        if folder == "." or outside or not (self.files.root / path).is_file():
            return ""
        there = posixpath.relpath(path, folder)
        return f"it is relative to the manifest: did you mean `{shown(there)}`?"

    def _generated(self) -> dict[str, object]:
        generate = self.data["generate"]
        fields = generate if isinstance(generate, Mapping) else {}
        twice = "task_browser_default_configuration"
        if twice in fields and "browserConfiguration" in self.data:
            words = f"`{twice}` and `browserConfiguration` say the same thing"
            raise NotSentError(("generate", twice), words, "remove one of them")
        return {
            **self._present("description"),
            **fields,
            **self._present("browserConfiguration"),
        }

    def _agent(self) -> dict[str, object]:
        sent = {key: value for key, value in self.data.items() if key not in OURS}
        for name in RESULT_SCHEMAS:
            if name in sent:
                sent[name] = self._result_schema(name, sent[name])
        return sent

    def _present(self, name: str) -> dict[str, object]:
        return {name: self.data[name]} if name in self.data else {}

    def _result_schema(self, name: str, value: object) -> object:
        if isinstance(value, str):
            value = self._json(name, value)
        import jsonschema  # noqa: PLC0415 - felt at every start, and rarely needed

        try:
            given = cast("dict[str, Any]", value)
            dialect = jsonschema.validators.validator_for(
                given, default=jsonschema.Draft202012Validator
            )
            dialect.check_schema(given)
        except jsonschema.SchemaError as error:
            at = "/".join(str(key) for key in error.absolute_path) or "its top"
            words = f"`{name}` is not a JSON Schema: something is wrong at {at}"
            raise NotSentError((name,), words, "see json-schema.org") from None
        return value

    def _json(self, name: str, path: str) -> object:
        words = f"the file that `{name}` names"
        try:
            text = self.files.read(self.files.beside(self.file, path))
            value = json.loads(text, parse_constant=no_constant)
        except NotInsideError as error:
            raise NotSentError((name,), f"{words} {error.why}", error.hint) from None
        except (ValueError, RecursionError):
            hint = "check it with a JSON reader"
            raise NotSentError((name,), f"{words} is not JSON", hint) from None
        if not isinstance(value, dict):
            hint = "write `{…}` into it"
            raise NotSentError((name,), f"{words} is not a JSON object", hint)
        return value


def no_constant(name: str) -> object:
    """Refuse `NaN` and `Infinity`, which Python reads and JSON does not have."""
    raise ValueError(name)


def field_path(text: str) -> tuple[Path, str]:
    """The path that `ignore_changes` names, and a hint if there is no such field."""
    path = from_pointer(text) if text.startswith("/") else tuple(text.split("."))
    home = schema("task")
    known: Mapping[str, object] = {
        name: part for name, part in fields_of(home).items() if name in COMPARED
    }
    for depth, name in enumerate(path):
        if name not in known:
            before = ".".join(str(key) for key in path[:depth])
            names = [f"{before}.{key}" if before else key for key in known]
            offered = ", ".join(f"`{key}`" for key in names)
            return path, near(text, names) or f"use one of {offered or f'`{before}`'}"
        inner, home = follow(known[str(name)], home)
        known = fields_of(inner)
    return path, ""
