"""What an answer must have to be one: a body that was cut may be valid JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.providers.anchor.listing import unwrap

if TYPE_CHECKING:
    from taskops.providers.http.door import Answer


def task(answer: Answer) -> bool:
    """A task, or what is told of one without its code."""
    return isinstance(unwrap(answer).get("id"), str)


def version(answer: Answer) -> bool:
    """A version of a task; one that was saved without code still has a number."""
    data = unwrap(answer)
    return isinstance(data.get("code"), str) or "version" in data


def deleted(answer: Answer) -> bool:
    """A delete that was carried out; some services answer it with nothing."""
    return not answer or unwrap(answer).get("success") is True
