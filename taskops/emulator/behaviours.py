"""What the vendors do not document: one knob for each open question."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Knob:
    """A question with its possible answers, the likeliest first."""

    question: str
    answers: tuple[str, ...]


KNOBS: Mapping[str, Knob] = MappingProxyType(
    {
        "upsert_writes": Knob(
            "which version POST /v1/task writes", ("draft", "published", "both")
        ),
        "omitted_fields": Knob(
            "what a field left out of an upsert becomes", ("kept", "cleared")
        ),
        "configuration": Knob(
            "what a new browserConfiguration does to the old", ("replaced", "merged")
        ),
        "defaults_echoed": Knob("whether unset fields are filled in", ("no", "yes")),
        "deleted_listed": Knob("whether deleted tasks are listed", ("no", "yes")),
        "deleted_name": Knob(
            "what becomes of a deleted task's name", ("reusable", "reserved", "revived")
        ),
        "description_level": Knob(
            "where a description is kept", ("both", "task", "version")
        ),
        "description_accepted": Knob(
            "whether a description is kept at all", ("yes", "dropped")
        ),
        "deploy_description": Knob(
            "whether a deploy's description is also the task's", ("task", "kept")
        ),
        "empty_description": Knob(
            "what an empty description does", ("cleared", "ignored")
        ),
        "list_code": Knob(
            "which code a listed task shows", ("draft", "latest", "absent")
        ),
        "list_configuration": Knob(
            "whether a listed task shows its configuration", ("yes", "absent")
        ),
        "list_cap": Knob("the most tasks on a page", ("100", "50")),
        "over_limit": Knob("what a limit over the cap does", ("clamped", "refused")),
        "proxy_password_echo": Knob(
            "whether a proxy's password is shown", ("yes", "no", "masked")
        ),
        "url_normalised": Knob(
            "whether an address gets its slash at the end", ("no", "yes")
        ),
        "wrapper": Knob("whether v1 answers are wrapped in data", ("data", "none")),
        "null_fields": Knob("how an empty field is shown", ("absent", "null")),
        "visibility_lag": Knob(
            "after how many listings a new task is listed", ("0", "2")
        ),
        "updated_at_on_draft": Knob(
            "whether writing a draft moves updatedAt", ("yes", "no")
        ),
        "generate_shape": Knob(
            "which body POST /v2/tasks/generate takes",
            ("user_task", "taskPrompt", "both"),
        ),
        "generate_ids": Knob(
            "whether id and taskId are the same", ("same", "different")
        ),
        "generate_polls": Knob(
            "after how many questions a generation is ready", ("1", "0", "3", "1000000")
        ),
        "generate_404": Knob("how many questions answer 404 first", ("0", "3")),
        "generate_state": Knob(
            "what a generation is called meanwhile",
            ("generating", "waiting-for-session"),
        ),
        "generate_result": Knob("how a generation ends", ("ready", "failed")),
        "generated_listed": Knob("whether generated tasks are listed", ("yes", "no")),
        "duplicate_names": Knob(
            "whether two generated tasks may share a name", ("allowed", "refused")
        ),
        "browser_use_shape": Knob(
            "which body POST /tasks takes", ("both", "2025-08", "v2")
        ),
        "browser_use_models": Knob(
            "whether a model that is not known here is taken", ("any", "listed")
        ),
        "browser_use_session": Knob(
            "what becomes of a run that names a session",
            ("active", "stopped", "absent"),
        ),
        "browser_use_credits": Knob(
            "what the account can pay", ("enough", "none", "capped")
        ),
        "browser_use_sessions": Knob(
            "how many sessions may be active at once", ("1000000", "3", "0")
        ),
        "run_polls": Knob(
            "after how many questions a run has ended", ("1", "0", "3", "1000000")
        ),
        "run_result": Knob(
            "how a run ends",
            ("success", "unsuccessful", "failed", "stopped", "unstructured"),
        ),
        "stablebrowse_foreign_session": Knob(
            "what a session of another business is answered with", ("403", "400")
        ),
        "stablebrowse_quota": Knob("how many runs a month", ("1000000", "15", "0")),
    }
)


class UnknownKnobError(ValueError):
    """A behaviour that does not exist, or an answer that it cannot have."""


def checked(behaviours: Mapping[str, str]) -> dict[str, str]:
    """Every knob with its answer; raises UnknownKnobError."""
    for name, value in behaviours.items():
        if name not in KNOBS:
            raise UnknownKnobError(f"there is no behaviour `{name}`")
        if value not in KNOBS[name].answers:
            answers = ", ".join(KNOBS[name].answers)
            raise UnknownKnobError(f"`{name}` is one of {answers}, not `{value}`")
    return {name: knob.answers[0] for name, knob in KNOBS.items()} | dict(behaviours)
