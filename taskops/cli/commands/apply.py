"""`taskops apply`: what the plan says, after somebody approved it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from taskops.cli import options
from taskops.cli.boundary import tell
from taskops.render.report import report_text
from taskops.render.words import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from taskops.applying.approval import Approval
    from taskops.cli.plan_files import PlanFile
    from taskops.cli.streams import Out
    from taskops.cli.watching import Watch
    from taskops.cli.wiring import Session
    from taskops.model.plan import Plan, Report

EPILOG = """\b
Examples:
  taskops apply --emulator
  taskops apply --yes --env production
  taskops apply plan.json
"""


@click.command(epilog=EPILOG)
@click.argument("plan_file", metavar="[PLAN]", required=False, type=click.Path())
@options.place
@options.starting
@options.shape
@click.option(
    "--yes",
    is_flag=True,
    help="Approve what git changed, and nothing that undoes an edit elsewhere.",
)
@options.expect_digest
@options.parallelism
@click.option(
    "--no-wait", is_flag=True, help="Start generations and runs; the next apply waits."
)
@click.option(
    "--smoke", is_flag=True, help="Then run what was changed and is live; that costs."
)
@click.option(
    "--smoke-rollback",
    is_flag=True,
    help="The same, and deploy the version before where a run fails.",
)
@click.option("--fail-fast", is_flag=True, help="Start nothing after a failure.")
@options.deadline
@click.option(
    "--take-over",
    metavar="ID",
    default="",
    help="Take the ledger from an apply that died; exit 7 names it.",
)
@click.option(
    "--output-dir",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Write what agent runs return, a file for each.",
)
@options.verbose
@options.json_into
@options.talk
def command(**given: Any) -> int:
    """Do what the plan says; ask on a terminal, need an approval without one."""
    return apply(given)


def apply(given: dict[str, Any]) -> int:
    """Plan, ask, carry out, report; the exit code."""
    from taskops.cli.watching import watching

    with watching(given.get("json_into"), given["color"]) as watch:
        from taskops.cli.wiring import session

        saved = _saved(given)
        with session(options.wanted_from(given), watch.listener) as opened:
            if not _superseded(given, opened, watch):
                watch.code = _apply(given, saved, opened, watch)
    return watch.code


def _superseded(given: dict[str, Any], opened: Session, watch: Watch) -> bool:
    """Whether a newer commit is there to be applied, by a job of its own."""
    from taskops.cli.runner_files import write_outputs, write_summary
    from taskops.cli.superseded import superseded_by

    if given["at"] or given["emulator"]:
        return False
    newer = superseded_by(opened.home, opened.environ)
    if newer:
        told = f"superseded by {newer[:12]}, which has a run of its own"
        watch.clear()
        tell(f"{told}; nothing was applied")
        write_outputs(opened.environ, {"result": "ok"})
        write_summary(opened.environ, f"**Nothing was applied**: {told}.")
    return bool(newer)


def _saved(given: dict[str, Any]) -> PlanFile | None:
    if not given.get("plan_file"):
        return None
    from taskops.cli.plan_files import given_file

    return given_file(given)


def _apply(
    given: dict[str, Any], saved: PlanFile | None, opened: Session, watch: Watch
) -> int:
    from taskops.cli.carrying import carry
    from taskops.cli.github_outputs import plan_on_page, refusal_on_page
    from taskops.cli.streams import Out
    from taskops.errors import Exit, NotApproved
    from taskops.render.walk import sheet_of

    out = Out(sys.stdout)

    def planned(before: Plan | None = None) -> Plan:
        plan = opened.plan(options.plan_options(given), writable=True)
        if saved is not None:
            plan = saved.cut(plan)
        watch.clear()
        if before is None or before.digest != plan.digest:
            _show_plan(plan, given, watch, out)
        return plan

    plan = planned()
    if plan.errors:
        plan_on_page(sheet_of(plan), plan.verdict)
        return plan.verdict
    approval = _approval(given, plan)
    if approval is None:
        tell("nothing was applied")
        return Exit.NOT_APPROVED
    try:
        plan = _still(plan, approval, planned)
        report = carry(given, opened, watch, plan, approval, again=planned)
    except NotApproved as refused:
        refusal_on_page(refused, sheet_of(plan))
        raise
    _keep_report(opened, watch, report)
    written = _write_results(given.get("output_dir"), report)
    _show_report(report, given, out)
    code: int = report.exit or (Exit.OK if written and not out.failed else Exit.FAILED)
    if given.get("smoke") or given.get("smoke_rollback"):
        code = code or _smoke(given, opened, report)
    return code


def _show_plan(plan: Plan, given: dict[str, Any], watch: Watch, out: Out) -> None:
    from taskops.cli.forms import rendered
    from taskops.render.walk import sheet_of

    sheet = sheet_of(plan)
    watch.planned(sheet)
    out.write(rendered(sheet, "text", given["color"], verbose=given["verbose"]))


def _still(plan: Plan, approval: Approval, planned: Callable[[Plan], Plan]) -> Plan:
    """Reading takes a while: what a person read must be the plan of now, or Stale."""
    from taskops.errors import Stale

    if not approval.everything:
        return plan
    now = planned(plan)
    if now.digest != plan.digest:
        raise Stale(
            "something moved while the plan was read; nothing was written",
            f"approved {plan.digest[:12]}…, now {now.digest[:12]}…",
            "read the new plan above, and run the same command again",
        )
    return now


def _keep_report(opened: Session, watch: Watch, report: Report) -> None:
    from taskops.cli.reports import keep_report

    watch.clear()
    watch.reported(report)
    if why := keep_report(opened.home, report):
        tell(f"the report of this apply could not be kept: {why}")


def _show_report(report: Report, given: dict[str, Any], out: Out) -> None:
    """What came of it, on the page of a run and on the terminal."""
    from taskops.cli.github import in_actions
    from taskops.cli.github_outputs import applied, plan_on_page
    from taskops.cli.next_command import command_after, resuming
    from taskops.cli.streams import look_of
    from taskops.render.walk import sheet_of

    resume = resuming(report, given)
    if in_actions(os.environ):
        done = (
            applied(
                report_text(report, resume=resume),
                goes_on=bool(resume),
                held=bool(report.unrecorded),
            )
            if report.outcomes
            else ""
        )
        plan_on_page(sheet_of(report.plan), report.exit, first=done)
    if report.outcomes:
        look = look_of(sys.stdout, os.environ, given["color"])
        out.write(f"\n{report_text(report, look, resume=resume)}")
    if not resume and sys.stderr.isatty():
        tell(f"Next: {command_after(report, given)}")


def _write_results(folder: str | None, report: Report) -> bool:
    """Whether all is well; what was returned is in the kept report in any case."""
    if folder is None:
        return True
    from pathlib import Path

    from taskops.cli.results import write_results

    if why := write_results(Path(folder), report):
        tell(f"the results could not be written into `{folder}`: {why}")
    return not why


def _smoke(given: dict[str, Any], opened: Session, report: Report) -> int:
    from taskops.cli.smoke import smoke
    from taskops.cli.stopping import obey_at_once

    obey_at_once(opened.stop)
    back = given["smoke_rollback"]
    deadline = given["deadline"] * 60
    return smoke(opened, report.plan, report, deadline, tell, back=back)


def _approval(given: dict[str, Any], plan: Plan) -> Approval | None:
    """What was approved; None when the person at the prompt said no."""
    from taskops.applying.approval import Approval
    from taskops.cli.streams import interactive

    if given.get("plan_file") or not plan.effective:
        # The file is the approval; and what only the ledger notes needs none.
        return Approval(digest=plan.digest)
    if given["expect_digest"]:
        return Approval(digest=given["expect_digest"])
    if given["yes"]:
        return Approval(yes=True)
    if not interactive():
        return Approval()
    changes = counted(len(plan.effective), "change")
    sys.stderr.write(f"\nApply {changes}? Only `yes` is accepted: ")
    sys.stderr.flush()
    answer = sys.stdin.readline()
    return Approval(everything=True) if answer.strip() == "yes" else None
