"""Options that other tools have, and what they are called here."""

from __future__ import annotations

from difflib import SequenceMatcher
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "--auto-approve": "--yes",
        "-y": "--yes",
        "--target": "--select",
        "-t": "--select",
        "--environment": "--env",
        "-e": "--env",
        "-o": "--out",
        "--output": "--out",
        "--json": "--format json",
    }
)
"""By the name that it has there; short ones are also how `-target` is read."""

ALIKE = 0.7
"""How much of two names is the same before one is taken for the other."""


def likely(name: str, known: Iterable[str] | None) -> list[str]:
    """
    Those that may have been meant.

    The dashes alone make `--prune` look like `--dry-run`, and a delete is no guess.
    """
    word = name.lstrip("-")
    return [
        each
        for each in known or ()
        if each.startswith(name)
        or SequenceMatcher(None, word, each.lstrip("-")).ratio() >= ALIKE
    ]


def meant_by(name: str, context: click.Context | None) -> str:
    """The end of the hint for an option that is not there; mostly nothing."""
    if context is None:
        return ""
    if isinstance(context.command, click.Group):
        return "; options stand after the command"
    known = {each for parameter in context.command.params for each in parameter.opts}
    if name == "--dry-run" and "--yes" in known:
        return "; `taskops plan` shows what would be done"
    words = ELSEWHERE.get(name, "")
    return f"; here it is `{words}`" if words.split(" ")[0] in known else ""
