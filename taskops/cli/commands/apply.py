"""`taskops apply`: what the plan says, after somebody approved it."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from taskops.cli import options

if TYPE_CHECKING:
    from types import FrameType

    from taskops.applying.approval import Approval
    from taskops.applying.stop import StopFlag
    from taskops.cli.commands.planning import Watch
    from taskops.cli.streams import Out
    from taskops.cli.wiring import Session
    from taskops.model.plan import Plan, Report

EPILOG = """\b
Examples:
  taskops apply --emulator
  taskops apply --yes --env production
  taskops apply plan.json
"""


@click.command(epilog=EPILOG)
@click.argument("plan_file", metavar="[PLAN]", required=False)
@options.place
@options.service
@options.shape
@click.option("--yes", is_flag=True, help="Approve what git changed, and only that.")
@click.option(
    "--expect-digest",
    metavar="DIGEST",
    default="",
    help="Approve exactly the plan of this digest (32 digits or more).",
)
@click.option(
    "--parallelism",
    type=click.IntRange(1, 64),
    default=16,
    show_default=True,
    help="Changes that are carried out at once.",
)
@click.option("--no-wait", is_flag=True, help="Start, and let the next run wait.")
@click.option("--fail-fast", is_flag=True, help="Start nothing after a failure.")
@click.option(
    "--deadline",
    type=click.FloatRange(1, 24 * 60),
    default=30.0,
    show_default=True,
    metavar="MINUTES",
    help="How long the whole apply may take.",
)
@click.option(
    "--take-over", metavar="ID", default="", help="Take the ledger from that apply."
)
@options.json_into
@options.talk
def command(**given: Any) -> int:
    """Do what the plan says; ask on a terminal, need an approval without one."""
    return apply(given)


def apply(given: dict[str, Any]) -> int:
    """Plan, ask, carry out, report; the exit code."""
    from taskops.cli.commands.planning import watching
    from taskops.cli.wiring import session
    from taskops.errors import Exit

    code: int = Exit.FAILED
    with watching(given.get("json_into")) as watch:
        try:
            with session(options.wanted_from(given), watch.listener) as opened:
                code = _apply(given, opened, watch)
        except BaseException as error:
            code = getattr(error, "exit", code)
            raise
        finally:
            watch.end(code)
    return code


def _apply(given: dict[str, Any], opened: Session, watch: Watch) -> int:
    from taskops.cli.streams import Out, look_of
    from taskops.errors import Exit
    from taskops.render.text import plan_text
    from taskops.render.walk import sheet_of

    plan = opened.plan(options.plan_options(given), writable=True)
    if given.get("plan_file"):
        plan = _only_saved(given["plan_file"], plan)
    watch.clear()
    sheet = sheet_of(plan)
    watch.planned(sheet)
    out = Out(sys.stdout)
    out.write(plan_text(sheet, look_of(sys.stdout, os.environ, given["color"])))
    if plan.errors:
        return Exit.GUARDED
    if not plan.effective and not plan.bookkeeping:
        return Exit.OK
    approval = _approval(given, plan)
    if approval is None:
        out.write("Nothing was applied.\n")
        return Exit.NOT_APPROVED
    report = _carry_out(given, opened, watch, plan, approval)
    watch.reported(report)
    _tell(given, report, out)
    return report.exit


def _only_saved(path: str, plan: Plan) -> Plan:
    from taskops.cli.commands.planning import read_sheet, saved_plan
    from taskops.planning.saved import only_saved

    return only_saved(saved_plan(read_sheet(path)), plan)


def _approval(given: dict[str, Any], plan: Plan) -> Approval | None:
    """What was approved; None when the person at the prompt said no."""
    from taskops.applying.approval import Approval
    from taskops.cli.streams import interactive

    if given["expect_digest"]:
        return Approval(digest=given["expect_digest"])
    if given.get("plan_file") or not plan.effective:
        # The file is the approval; and what only the ledger notes needs none.
        return Approval(digest=plan.digest)
    if given["yes"]:
        return Approval(yes=True)
    if not interactive():
        return Approval()
    number = len(plan.effective)
    click.echo("", err=True)
    question = f"Apply {number} change{'s' if number != 1 else ''}? Only `yes` is a yes"
    answer = click.prompt(question, default="", show_default=False, err=True)
    return Approval(everything=True) if answer.strip() == "yes" else None


def _carry_out(
    given: dict[str, Any], opened: Session, watch: Watch, plan: Plan, approval: Approval
) -> Report:
    from taskops.applying.execute import Pace
    from taskops.cli.repository import who
    from taskops.workflow import World, carry_out

    _obey_signals(opened.stop)
    watch.live.expect(len(plan.effective) + len(plan.bookkeeping))
    world = World(
        providers=opened.opened,
        ledger=opened.ledger,
        lanes=opened.lanes,
        clock=opened.clock,
        stop=opened.stop,
        listener=watch.listener,
        pace=Pace(
            given["parallelism"], given["fail_fast"], deadline=given["deadline"] * 60
        ),
        who=replace(who(opened.home, opened.environ), commit=opened.commit),
        wait=not given["no_wait"],
    )
    report = carry_out(plan, world, approval)
    watch.clear()
    return report


def _obey_signals(stop: StopFlag) -> None:
    """The first signal asks for a graceful end, the second ends at once."""

    def handle(number: int, frame: FrameType | None) -> None:
        del frame
        if stop:
            os._exit(128 + number)
        stop.set(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)


def _tell(given: dict[str, Any], report: Report, out: Out) -> None:
    from taskops.cli.commands.plan import place_words
    from taskops.cli.streams import look_of
    from taskops.render.report import report_text

    look = look_of(sys.stdout, os.environ, given["color"])
    going_on = report.exit or report.count("in_progress")
    resume = f"taskops apply{place_words(given)}" if going_on else ""
    out.write("\n" + report_text(report, look, resume=resume))
