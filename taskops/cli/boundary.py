"""The one place where an error becomes words and an exit code."""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from taskops.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    import click

    from taskops.errors import InvalidManifests
    from taskops.render.paint import Look


SELDOM = (100_000, 20, 50)
"""
How many new objects make Python look for reference cycles, and look further.

We make hardly any, and keep every task of the project: with Python's 700 a quarter of
a plan of 10,000 tasks went into looking at the same objects again and again.
"""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code, whatever happens."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        from taskops.cli.missing_streams import open_missing

        signal.signal(signal.SIGTERM, terminate)
        open_missing()
        gc.set_threshold(*SELDOM)
        code = _carried_out(given)
    except BaseException as error:  # noqa: BLE001  # nothing ends the process but `leave`
        if "_TASKOPS_COMPLETE" in os.environ:
            # A shell that asks for words must not be answered with a complaint.
            return Exit.OK
        told = "\n".join(_words(error, debug="--debug" in given))
        tell(told)
        _page(error, told)
        return code_of(error)
    return int(code or 0)


def _carried_out(given: list[str]) -> int | None:
    if given[:1] == ["validate"]:
        from taskops.cli.short_way import plain_paths

        if (paths := plain_paths(given[1:])) is not None:
            from taskops.cli.validating import validated

            return validated(paths)
    from taskops.cli.app import taskops

    code: int | None = taskops.main(given, prog_name="taskops", standalone_mode=False)
    return code


class Terminated(BaseException):
    """Somebody asked the process to end: everything is closed on the way out."""


def terminate(number: int, frame: FrameType | None) -> None:
    """What SIGTERM does, but for an apply under way."""
    del number, frame
    raise Terminated


def code_of(error: BaseException) -> int:
    """The exit code that an error ends the process with."""
    import click

    from taskops.errors import TaskopsError

    match error:
        case TaskopsError():
            return error.exit
        case KeyboardInterrupt() | click.exceptions.Abort():
            return Exit.INTERRUPTED
        case Terminated():
            return Exit.TERMINATED
        case click.ClickException():
            return Exit.USAGE
        # click leaves like this when nobody reads standard output any more.
        case OSError() | SystemExit():
            return Exit.FAILED
        case _:
            return Exit.BUG


def tell(text: str) -> None:
    """Talk to the person; where nobody can listen, say nothing."""
    from taskops.cli.streams import Out

    if text:
        Out(sys.stderr).write(text.rstrip("\n") + "\n")


def _page(error: BaseException, told: str) -> None:
    """The same on the page of a GitHub run; what fails here must hide nothing."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    with suppress(Exception):
        from taskops.cli.github_outputs import failure_on_page

        failure_on_page(code_of(error), told, getattr(error, "plan", ""))


def _words(error: BaseException, *, debug: bool) -> Iterator[str]:
    import click

    from taskops.errors import InvalidManifests, TaskopsError
    from taskops.render.errors import error_text

    match error:
        case InvalidManifests():
            yield from _invalid(error)
        case TaskopsError():
            yield error_text(error, _look()).rstrip("\n")
        case click.exceptions.Abort():
            yield "interrupted"
        case KeyboardInterrupt():
            # Below the ^C of the terminal; click has ended that line itself.
            yield "\ninterrupted"
        case Terminated():
            yield "terminated"
        case click.exceptions.NoArgsIsHelpError():
            # The whole help of the command, which is no sentence of ours to wrap.
            yield error.format_message()
        case click.ClickException():
            yield from _usage(error)
        case BrokenPipeError() | SystemExit():
            pass
        case OSError():
            place = f": {error.filename}" if error.filename else ""
            yield f"error: {error.strerror or type(error).__name__}{place}"
        case _:
            yield from _bug(error, debug=debug)


def _look() -> Look:
    from taskops.cli.streams import look_of

    return look_of(sys.stderr, os.environ, "auto")


def _usage(error: click.ClickException) -> Iterator[str]:
    import click

    from taskops.render.clean import line

    context = getattr(error, "ctx", None)
    meant = ""
    if isinstance(error, click.NoSuchOption):
        from taskops.cli.slips import likely, meant_by

        name, known = error.option_name, likely(error.option_name, error.possibilities)
        error = click.NoSuchOption(name, error.message, known, context)
        meant = meant_by(name, context)
    # click breaks the choices of an argument over lines.
    told = " ".join(error.format_message().split())
    if " extra arg" in told and _selects(context):
        meant = "; `--select NAME` chooses tasks"
    yield f"error: {_as_ours(line(told))}"
    command = "taskops COMMAND" if context is None else context.command_path
    yield f"  hint: `{command} --help` tells how it is used{meant}"


def _selects(context: click.Context | None) -> bool:
    """Whether the command takes names of tasks, and not as arguments."""
    parameters = [] if context is None else context.command.params
    return any(parameter.name == "select" for parameter in parameters)


def _as_ours(sentence: str) -> str:
    """A sentence of click's as ours are: a small letter first, names in backticks."""
    import re

    sentence = re.sub(r"'([^'`]*)'", r"`\1`", sentence.rstrip("."))
    # As older releases of click say it.
    sentence = re.sub(r"^(No such option): (\S+)", r"\1 `\2`", sentence)
    sentence = re.sub(r"^Got (unexpected .*) \((.*)\)$", r"\1 `\2`", sentence)
    return sentence[:1].lower() + sentence[1:]


def _invalid(error: InvalidManifests) -> Iterator[str]:
    from taskops.render.problems import problems_text
    from taskops.render.words import counted

    yield problems_text(error.problems, _look()).rstrip("\n")
    number = sum(problem.severity == "error" for problem in error.problems)
    yield f"{counted(number, 'problem')}; no service was asked or changed"


def _bug(error: BaseException, *, debug: bool) -> Iterator[str]:
    yield f"error: taskops has a bug: {type(error).__name__}"
    if not debug:
        yield "  hint: run it again with --debug, and report what it prints"
        return
    import traceback

    # Frames only: the message or a local value could hold a secret.
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"    {frame.filename}:{frame.lineno} in {frame.name}"


def leave(code: int) -> None:
    """End the process with this code, though a thread may still hang in a request."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            code = code or Exit.FAILED
    os._exit(code)
