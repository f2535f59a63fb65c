"""One document on its way to a resource: layers, references, schema, spec."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, cast

from taskops.manifests import spec
from taskops.manifests.forms import matches
from taskops.manifests.known import secret_paths
from taskops.manifests.layers import defaults_for, merge, patch
from taskops.manifests.project import project_document
from taskops.manifests.references import References
from taskops.manifests.validate import problems_of, schema_for
from taskops.model.problem import Location, Problem
from taskops.model.resource import Address, Kind, Resource
from taskops.model.values import (
    Path,
    Tree,
    at,
    freeze,
    frozen,
    is_mapping,
    put,
    thaw,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from taskops.manifests.inside import Inside
    from taskops.manifests.load import Document
    from taskops.model.project import Project

_NAME = r"^[a-zA-Z0-9_-]{1,255}$"


class Given:
    """What every manifest of a project is resolved with."""

    def __init__(
        self,
        project: Project,
        files: Inside,
        environ: Mapping[str, str],
        canonical: Callable[[str, Kind, Tree], Tree],
        *,
        need_secrets: bool,
        check_code: bool,
    ) -> None:
        self.project = project
        self.files = files
        self.environ = environ
        self.canonical = canonical
        self.need_secrets = need_secrets
        self.check_code = check_code

    @cached_property
    def defaults(self) -> dict[str, object]:
        """The project's defaults as plain data."""
        return _plain(self.project.defaults)

    @cached_property
    def overrides(self) -> dict[str, object]:
        """The environment's overrides as plain data."""
        patches = self.project.environment.overrides
        return {name: _plain(tree) for name, tree in patches.items()}

    @cached_property
    def text(self) -> str:
        """Defaults and overrides as text, for a glance at what is in them."""
        return json.dumps([self.defaults, self.overrides], ensure_ascii=False)

    @cached_property
    def settings(self) -> Document:
        """taskops.yaml, for the places of what came from there."""
        return project_document(self.files.root)


class Manifest:
    """One document, and everything that is wrong with it."""

    def __init__(self, document: Document, given: Given) -> None:
        self.document = document
        self.given = given
        self.problems: list[Problem] = []
        self.schema = schema_for(document.data)
        self.own: Mapping[str, object] = (
            document.data if is_mapping(document.data) else {}
        )
        self.address = self._address()
        self._override = given.overrides.get(str(self.own.get("name")), {})

    def _address(self) -> Address | None:
        name, provider = self.own.get("name"), self.own.get("provider", "anchor")
        if isinstance(name, str) and isinstance(provider, str) and matches(_NAME, name):
            return Address(provider, name)
        return None

    def resource(self) -> Resource | None:
        """The resource, unless something is wrong."""
        references = References(
            self.given.project.environment,
            self.given.environ,
            secret_paths(self.schema),
            self.given.need_secrets,
        )
        data: object = self.document.data
        if self.own:
            data = layered = self._layered()
            if references.may_be_in(self.document.text + self.given.text):
                data = references.fill(layered)
        for wrong in references.wrong:
            self.note(wrong.path, wrong.text, wrong.hint)
        # What a reference that stands for nothing leaves there is nobody's value.
        unfilled = {problem.where for problem in self.problems}
        self.problems += [
            problem
            for problem in problems_of(data, self.schema, self.locate)
            if problem.where not in unfilled
        ]
        if self.document.broken:
            self._keep_quiet_about_broken_places()
            return None
        filled = cast("dict[str, object]", data)
        if self.problems or self.address is None:
            self._look_further(filled)
            return None
        resource = self._build(filled, references)
        return None if self._failed() else resource

    def _look_further(self, data: object) -> None:
        """What else is wrong, though there will be no resource of it."""
        told = {problem.where.path for problem in self.problems if problem.where}
        fields = data if isinstance(data, dict) else {}
        ignored = fields.get("ignore_changes")
        kind = spec.kind_of(fields)
        named = {"code": ("code",), "generated": (), "agent": spec.RESULT_SCHEMAS}[kind]
        for name in named:
            if isinstance(fields.get(name), str | dict) and f"$.{name}" not in told:
                self._try_sending(fields, kind)
        if isinstance(ignored, list) and "$.ignore_changes" not in told:
            self._ignored({"ignore_changes": [i for i in ignored if type(i) is str]})

    def _try_sending(self, fields: dict[str, object], kind: Kind) -> None:
        try:
            spec.Sent(self.given.files, self.document.file, fields, kind).values()
        except spec.NotSentError as error:
            self.note(error.path, error.text, error.hint)

    def _failed(self) -> bool:
        return any(problem.severity == "error" for problem in self.problems)

    def _layered(self) -> dict[str, object]:
        base = defaults_for(self.given.defaults, self.own)
        merged = merge(base, self.own) if base else dict(self.own)
        if self._override:
            return cast("dict[str, object]", patch(merged, self._override))
        return merged

    def _build(
        self, data: dict[str, object], references: References
    ) -> Resource | None:
        kind = spec.kind_of(data)
        given = self.given
        sent = spec.Sent(given.files, self.document.file, data, kind, given.check_code)
        try:
            values = sent.values()
        except spec.NotSentError as error:
            self.note(error.path, error.text, error.hint)
            return None
        self.problems += sent.warnings
        tree: Tree = frozen(values)
        for path, secret in references.secrets.items():
            tree = put(tree, spec.inside_spec(path, kind), secret)
        return self._resource(data, kind, tree)

    def _resource(
        self, data: dict[str, object], kind: Kind, tree: Tree
    ) -> Resource | None:
        address = cast("Address", self.address)
        environment = self.given.project.environment
        name = environment.name_prefix + address.name + environment.name_suffix
        moved = cast("str | None", data.get("moved_from"))
        if not matches(_NAME, name):
            words = "the name with prefix and suffix has more than 255 characters"
            self.note(("name",), words, "shorten one of them")
        if moved == address.name:
            words = "`moved_from` is the name that the task has"
            self.note(("moved_from",), words, "remove it, or write the old name")
        content = self.given.canonical(address.provider, kind, tree)
        for word in ("run_key", "secret_version"):
            if data.get(word):
                content = put(content, (word,), freeze(data[word]))
        return Resource(
            address=address,
            kind=kind,
            name=name,
            spec=tree,
            content=content,
            publish=bool(data.get("publish", kind == "code")),
            adopt=bool(data.get("adopt", False)),
            protected=bool(data.get("protected", False)),
            moved_from=moved,
            ignore=self._ignored(data),
            attempts=cast("int", data.get("attempts", 1)),
            where=self.document.where,
            manifest=self.document.file,
        )

    def _ignored(self, data: Mapping[str, object]) -> tuple[Path, ...]:
        paths: list[Path] = []
        for index, text in enumerate(cast("list[str]", data.get("ignore_changes", []))):
            path, hint = spec.field_path(text)
            if hint:
                words = f"`ignore_changes[{index}]` is not a field that is compared"
                self.note(("ignore_changes", index), words, hint)
            paths.append(path)
        return tuple(paths)

    def note(self, path: Path, text: str, hint: str) -> None:
        """Something is wrong with the value at a path."""
        self.problems.append(Problem(text, "", self.locate(path, False), hint))

    def locate(self, path: Path, key: bool) -> Location:
        """The place of a value, in whichever file it was written."""
        name = str(self.own.get("name"))
        place = ("environments", self.given.project.environment.name, "overrides", name)
        if path and self._override and at(freeze(self._override), path) is not None:
            return self._in_settings((*place, *path), key)
        if path and not self.document.has(path):
            defaults = defaults_for(self.given.defaults, self.own)
            if at(freeze(defaults), path) is not None:
                return self._in_settings(("defaults", *path), key)
        return self.document.locate(path, key=key)

    def _in_settings(self, path: Path, key: bool) -> Location:
        return self.given.settings.locate(path, key=key)

    def _keep_quiet_about_broken_places(self) -> None:
        places = {self.document.locate(broken).path for broken in self.document.broken}
        self.problems = [
            problem
            for problem in self.problems
            if problem.where is None
            or not any(_at_or_below(problem.where.path, place) for place in places)
        ]


def _at_or_below(path: str, place: str) -> bool:
    return path == place or (
        place != "$" and path.startswith((place + ".", place + "["))
    )


def _plain(tree: Tree) -> dict[str, object]:
    data = thaw(tree)
    return data if isinstance(data, dict) else {}
