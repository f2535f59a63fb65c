"""
Declarative GitOps for browser-automation tasks.

For other programs: `open_project` leads to `check`, `plan` and `apply`, and
`show` renders one. `make_plan`, `carry_out` and `World` are the same for those
who bring their own providers, ledger and clock. Everything that is named in
`__all__` is an interface; the rest may change. Nothing is imported before it is
used.
"""

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from taskops.applying.approval import Approval
    from taskops.errors import (
        AuthenticationFailed,
        Guarded,
        InvalidManifests,
        Locked,
        NotApproved,
        ReadFailed,
        Stale,
        TaskopsError,
        UsageError,
    )
    from taskops.library import OpenProject, open_project, show
    from taskops.model.plan import Outcome, Plan, Report
    from taskops.model.ports import Event
    from taskops.model.problem import Location, Problem
    from taskops.planning.options import PlanOptions
    from taskops.workflow import World, carry_out, make_plan

__all__ = [
    "Approval",
    "AuthenticationFailed",
    "Event",
    "Guarded",
    "InvalidManifests",
    "Location",
    "Locked",
    "NotApproved",
    "OpenProject",
    "Outcome",
    "Plan",
    "PlanOptions",
    "Problem",
    "ReadFailed",
    "Report",
    "Stale",
    "TaskopsError",
    "UsageError",
    "World",
    "__version__",
    "carry_out",
    "make_plan",
    "open_project",
    "show",
]

_HOMES = {
    "taskops.applying.approval": ("Approval",),
    "taskops.errors": (
        "AuthenticationFailed",
        "Guarded",
        "InvalidManifests",
        "Locked",
        "NotApproved",
        "ReadFailed",
        "Stale",
        "TaskopsError",
        "UsageError",
    ),
    "taskops.library": ("OpenProject", "open_project", "show"),
    "taskops.model.plan": ("Outcome", "Plan", "Report"),
    "taskops.model.ports": ("Event",),
    "taskops.model.problem": ("Location", "Problem"),
    "taskops.planning.options": ("PlanOptions",),
    "taskops.workflow": ("World", "carry_out", "make_plan"),
}


if not TYPE_CHECKING:  # with it, every name would be there for a type checker

    def __getattr__(name: str) -> object:
        for home, names in _HOMES.items():
            if name in names:
                from importlib import import_module  # noqa: PLC0415  # start-up is felt

                value: object = getattr(import_module(home), name)
                globals()[name] = value
                return value
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
