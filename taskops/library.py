"""taskops for other programs: open a project, check it, plan it, apply the plan."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from taskops.applying.execute import Pace
from taskops.cli.services import canonical, offline_problems
from taskops.cli.wiring import Wanted, session
from taskops.cli.world import world_of
from taskops.errors import Stale, UsageError
from taskops.manifests.resolve import load_resources
from taskops.model.ports import deaf
from taskops.planning.options import PlanOptions
from taskops.render.html import plan_html
from taskops.render.markdown import plan_markdown
from taskops.render.plan_json import plan_json
from taskops.render.text import plan_text
from taskops.render.walk import sheet_of
from taskops.workflow import carry_out

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping

    from taskops.applying.approval import Approval
    from taskops.cli.wiring import Session
    from taskops.model.plan import Plan, Report
    from taskops.model.ports import Listener
    from taskops.model.problem import Problem
    from taskops.model.project import Project
    from taskops.render.sheet import Sheet

Form = Literal["text", "json", "markdown", "html"]


@dataclass(frozen=True, slots=True)
class OpenProject:
    """A project in one environment, with its services and its ledger."""

    _session: Session

    @property
    def project(self) -> Project:
        """What taskops.yaml says, seen from the environment."""
        return self._session.project

    def check(self) -> list[Problem]:
        """
        Every problem of manifests and code, offline, as `taskops validate`.

        Raises InvalidManifests only where taskops.yaml was broken since it was opened.
        """
        opened = self._session
        loaded = load_resources(
            opened.project,
            environ=opened.environ,
            canonical=canonical,
            need_secrets=False,
        )
        return [*loaded.problems, *offline_problems(loaded.resources)]

    def plan(self, options: PlanOptions | None = None) -> Plan:
        """
        What apply would do; nothing is written.

        The problems that stop an apply are in `plan.errors`. Raises InvalidManifests;
        UsageError where an option names nothing or the address of a service is not
        safe; AuthenticationFailed or ReadFailed where a service cannot be read; and
        Guarded where the ledger is damaged.
        """
        return self._session.plan(options or PlanOptions(), writable=True)

    def apply(
        self,
        plan: Plan,
        approval: Approval,
        *,
        wait: bool = True,
        fail_fast: bool = False,
        deadline: float = 1800.0,
    ) -> Report:
        """
        Do what a plan of this project says; every change has an outcome.

        `Approval(digest=plan.digest)` approves exactly this plan,
        `Approval(yes=True)` only what git changed. A plan that was made with
        `against="ledger"` is refused. `deadline` is in seconds.
        Raises Guarded, NotApproved, Stale or Locked, or another TaskopsError where
        the ledger cannot be opened; then nothing was written.
        """
        opened = self._session
        _require_place(opened, plan)
        pace = Pace(opened.wanted.parallelism, fail_fast, deadline=deadline)
        return carry_out(plan, world_of(opened, pace, wait=wait), approval)


def _require_place(opened: Session, plan: Plan) -> None:
    """Raise Stale unless the plan is for what is open; it may be of an earlier one."""
    here = opened.project
    # What saw only the ledger was made for no account, and is refused for that.
    seen = plan.targets if plan.against == "service" else {}
    pairs = [
        ("project", plan.project, here.name),
        ("environment", plan.environment, here.environment.name),
        *(("account", to.origin, opened.origin(name)) for name, to in seen.items()),
    ]
    for what, then, now in pairs:
        if then != now:
            raise Stale(
                f"the plan is for another {what}; nothing was written",
                f"the plan says {then}, this is {now}",
                "make a plan of the project that is open, and apply that one",
            )


@contextmanager
def open_project(
    directory: str | os.PathLike[str] = ".",
    *,
    environment: str | None = None,
    emulator: bool = False,
    at: str = "",
    parallelism: int = 16,
    listener: Listener = deaf,
) -> Iterator[OpenProject]:
    """
    The project in a folder or above it, closed when the block ends.

    Keys and addresses come from the process environment, as on the command
    line; `emulator` needs neither. `at` is a commit to read manifests and code
    from, `parallelism` how many changes are carried out at once, at least 1.
    `listener` hears of every event, from any thread. Raises UsageError where there
    is no project, no such environment or no such commit, and InvalidManifests
    where taskops.yaml is invalid.
    """
    if parallelism < 1:
        raise UsageError(
            "`parallelism` must be at least 1",
            f"it is {parallelism}",
            "leave it out for 16",
        )
    wanted = Wanted(
        directory=str(Path(directory)),
        environment=environment,
        emulator=emulator,
        at=at,
        parallelism=parallelism,
    )
    with session(wanted, listener) as opened:
        yield OpenProject(opened)


def show(plan: Plan, form: Form = "text") -> str:
    """
    The plan as `taskops plan --format` prints it, without colours.

    Raises UsageError for a form that there is not.
    """
    written = _FORMS.get(form)
    if written is None:
        hint = f"use one of {', '.join(_FORMS)}"
        raise UsageError(f"a plan has no form `{form}`", "", hint)
    return written(sheet_of(plan))


_FORMS: Mapping[str, Callable[[Sheet], str]] = {
    "text": plan_text,
    "json": plan_json,
    "markdown": plan_markdown,
    "html": plan_html,
}
