"""One line of JSON for each thing that happens, for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.model.values import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.model.ports import Event

STREAM = "1.0"
"""A new minor only adds; a new major may take away."""


def event_line(seq: int, kind: str, message: str, data: Mapping[str, object]) -> str:
    """One line; `message` is for those who do not know the type."""
    fields = {"seq": seq, "type": kind, "@message": message, **data}
    return canonical(fields).decode("utf-8", "replace") + "\n"


def event_type(event: Event) -> str:
    """Its type in the stream, where `end` is the last record of all."""
    if event.type in ("start", "progress", "end"):
        return f"change_{event.type}" if event.address is not None else "progress"
    return event.type


def event_data(event: Event) -> dict[str, object]:
    """What happened, without its type."""
    data: dict[str, object] = {"text": event.text}
    if event.address is not None:
        data["address"] = str(event.address)
    if event.detail:
        data["detail"] = event.detail
    if event.total:
        data |= {"done": event.done, "total": event.total}
    if event.seconds:
        data["seconds"] = event.seconds
    return data


def event_message(event: Event) -> str:
    """The same as words."""
    address = f"{event.address}: " if event.address is not None else ""
    numbers = f" {event.done} of {event.total}" if event.total else ""
    return f"{address}{event.text or event.type}{numbers}"
