"""What POST /v2/tasks/generate takes: each of the two documents, strictly."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from taskops.emulator.wire import Failure

if TYPE_CHECKING:
    from taskops.emulator.store import Doc

SHAPES = {
    "user_task": ("name", "user_task", "description"),
    "taskPrompt": ("taskName", "taskPrompt"),
}

FLAGS = ("output_file_only", "human_intervention", "async")
TEXTS = ("description", "identity_id", "browser_session_id")
LISTS = ("input_schema", "output_schema")
TYPES = ("string", "number", "boolean", "secret", "file")


def checked(body: Doc, takes: str) -> tuple[str, str]:
    """Name and prompt of a body that is right; raises Failure for another."""
    shape = takes if takes != "both" else _shape_of(body)
    for field in SHAPES[shape]:
        value = body.get(field)
        if not isinstance(value, str) or not value:
            raise Failure(400, f"{field} is required")
    _check_types(body)
    if shape == "taskPrompt":
        for field in LISTS:
            for item in body.get(field, []):
                _check_parameter(item, field)
    name, prompt = SHAPES[shape][:2]
    return body[name], body[prompt]


def _shape_of(body: Doc) -> str:
    return "taskPrompt" if "taskPrompt" in body else "user_task"


def _check_types(body: Doc) -> None:
    for field in FLAGS:
        if not isinstance(body.get(field, False), bool):
            raise Failure(400, f"{field} must be a boolean")
    for field in TEXTS:
        if not isinstance(body.get(field, ""), str):
            raise Failure(400, f"{field} must be a string")
    for field in LISTS:
        items = body.get(field, [])
        if not isinstance(items, list) or not all(isinstance(i, dict) for i in items):
            raise Failure(400, f"{field} must be a list of objects")
    if not isinstance(body.get("task_browser_default_configuration", {}), dict):
        raise Failure(400, "task_browser_default_configuration must be an object")
    if "application_id" in body:
        try:
            uuid.UUID(body["application_id"])
        except (ValueError, TypeError, AttributeError):
            raise Failure(400, "application_id must be a uuid") from None


def _check_parameter(item: Doc, where: str) -> None:
    """TaskParameterV2; the older document leaves a parameter open."""
    if not isinstance(item.get("name"), str):
        raise Failure(400, f"{where}: name is required")
    if item.get("type") not in TYPES:
        raise Failure(400, f"{where}: type must be one of {', '.join(TYPES)}")
    if not isinstance(item.get("required", True), bool):
        raise Failure(400, f"{where}: required must be a boolean")
    if not isinstance(item.get("description"), str | None):
        raise Failure(400, f"{where}: description must be a string")
    options = item.get("options") or []
    if not isinstance(options, list) or not all(isinstance(o, str) for o in options):
        raise Failure(400, f"{where}: options must be a list of strings")
