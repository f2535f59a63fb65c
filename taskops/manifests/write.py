"""Manifests as text: what `pull` writes, quoted so that every YAML tool agrees."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import yaml

from taskops.model.values import Code, Secret, Value

if TYPE_CHECKING:
    from taskops.model.values import Path, Tree

# What may stand without quotes: it begins like a word, has nothing that any YAML
# version gives a meaning to, and is not one of their words for truth or nothing.
PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9 _./()-]*(?<! )")
WORDS: Final = frozenset(
    "y n yes no on off true false null nan inf none e".split()  # noqa: SIM905  # a list of words
)


class _Quoting(yaml.SafeDumper):
    """Quotes every text that some YAML tool could read as something else."""

    def ignore_aliases(self, data: object) -> bool:
        """Aliases are refused by the loader, so none is ever written."""
        del data
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if "\n" in text and _block(text):
        style = "|"
    elif not PLAIN.fullmatch(text) or text.lower() in WORDS:
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _block(text: str) -> bool:
    """Whether a text survives as a literal block: plain lines, no odd spaces."""
    lines = text.split("\n")
    return all(
        line.isprintable() and line == line.rstrip() and not line.startswith(" ")
        for line in lines
    ) and not text.endswith("\n\n")


_Quoting.add_representer(str, _text)


def manifest_text(
    name: str,
    spec: Tree,
    settings: Mapping[str, object],
    *,
    code: str,
) -> tuple[str, tuple[str, ...]]:
    """
    A task's manifest, and the variables that its secrets read.

    `settings` are ours (`publish` and the like); `code` is the path of the code
    file beside the manifest. A secret becomes a reference, never a value.
    """
    variables: list[str] = []
    fields: dict[str, object] = {"name": name}
    if description := spec.get("description"):
        fields["description"] = _plain(description, ("description",), name, variables)
    fields |= {"code": code} | dict(settings)
    for key, value in spec.items():
        if key not in fields and not isinstance(value, Code):
            fields[key] = _plain(value, (key,), name, variables)
    body = yaml.dump(
        fields,
        Dumper=_Quoting,
        sort_keys=False,
        allow_unicode=True,
        width=10_000,
        default_flow_style=False,
    )
    return body, tuple(variables)


def _plain(value: Value, path: Path, name: str, variables: list[str]) -> object:
    match value:
        case Secret():
            variable = variable_for(name, path)
            variables.append(variable)
            return f"${{env.{variable}}}"
        case Mapping():
            return {
                key: _plain(item, (*path, key), name, variables)
                for key, item in value.items()
            }
        case tuple():
            return [_plain(item, path, name, variables) for item in value]
        case str():
            # A text that only looks like a reference must stay a text.
            return value.replace("${", "$${")
        case _:
            return value


def variable_for(name: str, path: Path) -> str:
    """The variable of one secret: `PRICE_WATCH_PROXY_PASSWORD`."""
    words = [name, *(str(key) for key in path if key != "browserConfiguration")]
    return re.sub(r"[^A-Z0-9]+", "_", "_".join(words).upper()).strip("_")
