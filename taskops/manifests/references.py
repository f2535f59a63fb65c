"""`${var.NAME}` and `${env.NAME}` in the texts of a manifest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

from taskops.manifests.known import ANY
from taskops.manifests.naming import name_of, near
from taskops.manifests.spots import shown
from taskops.model.dataclass import dataclass
from taskops.model.values import Secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskops.model.project import Environment
    from taskops.model.values import Path

PREFIX: Final = "TASKOPS_VAR_"
# An address must be the same in every environment.
FIXED: Final = frozenset({"kind", "provider", "name", "moved_from"})
_REFERENCE: Final = r"\$(\$\{)|\$\{([^}]*)(\}?)"
_NAME: Final = r"(var|env)\.([A-Za-z_][A-Za-z0-9_]*)\Z"


@dataclass(frozen=True, slots=True)
class Wrong:
    """One reference that leads nowhere."""

    path: Path
    text: str
    hint: str


class References:
    """What references stand for in one environment, and what is wrong with them."""

    def __init__(
        self,
        environment: Environment,
        environ: Mapping[str, str],
        secret_paths: Sequence[Path],
        need_secrets: bool = True,
    ) -> None:
        self.name = environment.name
        self.variables = environment.variables
        self.environ = environ
        self.secret_paths = secret_paths
        self.need_secrets = need_secrets
        self.secrets: dict[Path, Secret] = {}
        """The secret fields that were met, by their path."""
        self.wrong: list[Wrong] = []

    def may_be_in(self, text: str) -> bool:
        """Whether a glance at the text leaves anything to be looked for in it."""
        names = _names(tuple(self.secret_paths))
        return "${" in text or "\\" in text or any(name in text for name in names)

    def fill(self, data: Mapping[str, object]) -> dict[str, object]:
        """The manifest with its variables in place; secrets stay references."""
        return {
            key: value if key in FIXED else self._value(value, (key,))
            for key, value in data.items()
        }

    def _value(self, value: object, path: Path) -> object:
        match value:
            case Mapping():
                return {key: self._value(v, (*path, key)) for key, v in value.items()}
            case list():
                return [self._value(v, (*path, n)) for n, v in enumerate(value)]
            case str() if self._is_secret(path):
                return self._secret(value, path)
            case str() if "${" in value:
                return self._text(value, path, secret=False)
            case _:
                return value

    def _is_secret(self, path: Path) -> bool:
        return any(_covers(pattern, path) for pattern in self.secret_paths)

    def _secret(self, text: str, path: Path) -> str:
        if "${env." not in text.replace("$${", ""):
            if text:
                words = f"{name_of(path)} must come from the environment"
                self.wrong.append(Wrong(path, words, f"write `${{env.{_like(path)}}}`"))
            return text
        before = len(self.wrong)
        value = self._text(text, path, secret=True)
        known = len(self.wrong) == before and self.need_secrets
        self.secrets[path] = Secret(value if known else None)
        return text

    def _text(self, text: str, path: Path, *, secret: bool) -> str:
        def stands_for(match: re.Match[str]) -> str:
            return "${" if match[1] else self._one(match, path, secret=secret)

        return re.sub(_REFERENCE, stands_for, text)

    def _one(self, match: re.Match[str], path: Path, *, secret: bool) -> str:
        named = re.match(_NAME, match[2]) if match[3] else None
        if named is None:
            words = f"{name_of(path)} has a `${{` that begins no reference"
            hint = "write `${var.NAME}`, or `$${` for the characters themselves"
            self.wrong.append(Wrong(path, words, hint))
            return ""
        kind, name = named.groups()
        if kind == "var":
            return self._variable(name, path)
        if not secret:
            words = f"`${{env.{shown(name)}}}` is only for fields that are secret"
            hint = f"use `${{var.{shown(name)}}}`, and set it in taskops.yaml"
            self.wrong.append(Wrong(path, words, hint))
            return ""
        return self._environment(name, path)

    def _variable(self, name: str, path: Path) -> str:
        if name in self.variables:
            return self.variables[name]
        words = f"the environment has no variable `{shown(name)}`"
        where = f"environments: {{{self.name}: {{variables: {{{shown(name)}: …}}}}}}"
        hint = near(name, self.variables) or f"add it in taskops.yaml: `{where}`"
        self.wrong.append(Wrong(path, words, hint))
        return ""

    def _environment(self, name: str, path: Path) -> str:
        value = self.environ.get(PREFIX + name, "")
        if not value and self.need_secrets:
            state = "empty" if PREFIX + name in self.environ else "not set"
            words = f"the variable {PREFIX}{shown(name)} is {state}"
            hint = "set it before the command, in a workflow from a secret"
            self.wrong.append(Wrong(path, words, hint))
        elif self.need_secrets and any("\ud800" <= sign <= "\udfff" for sign in value):
            # As Python reads bytes that are none; nothing could send them as JSON.
            words = f"the variable {PREFIX}{shown(name)} is not UTF-8"
            hint = "set it again, in UTF-8 or in letters and digits alone"
            self.wrong.append(Wrong(path, words, hint))
        return value


@cache
def _names(secret_paths: tuple[Path, ...]) -> frozenset[str]:
    """What stands before the value of a secret."""
    return frozenset(
        str(path[-1] if path[-1] != ANY else path[-2]) for path in secret_paths
    )


def _covers(pattern: Path, path: Path) -> bool:
    return len(pattern) == len(path) and all(
        step in (ANY, key) for step, key in zip(pattern, path, strict=True)
    )


def _like(path: Path) -> str:
    """A variable's name that fits the field."""
    words = [str(key) for key in path[-2:]]
    return re.sub(r"\W", "_", "_".join(words)).upper()
