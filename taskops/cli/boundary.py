"""The one place where an error becomes words and an exit code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from taskops.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code, whatever happens."""
    import click

    from taskops.cli.app import taskops
    from taskops.errors import InvalidManifests, TaskopsError

    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = taskops.main(given, prog_name="taskops", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (KeyboardInterrupt, click.exceptions.Abort):
        tell("interrupted")
        return Exit.INTERRUPTED
    except click.UsageError as error:
        return _usage(error)
    except InvalidManifests as error:
        return _invalid(error)
    except TaskopsError as error:
        return _failed(error)
    except BrokenPipeError:
        return Exit.FAILED
    except OSError as error:
        tell(f"error: {error.strerror or error}: {error.filename or 'standard output'}")
        return Exit.FAILED
    except Exception as error:  # noqa: BLE001  # a bug must not show a traceback
        return _bug(error, "--debug" in given)
    return int(code or 0)


def tell(text: str) -> None:
    """Talk to the person; where nobody can listen, say nothing."""
    from taskops.cli.streams import Out

    Out(sys.stderr).write(text + "\n")


def _usage(error: object) -> int:
    import click

    if not isinstance(error, click.UsageError):
        return Exit.USAGE
    tell(f"error: {error.format_message().rstrip('.')}")
    if error.ctx is not None:
        tell(f"    {error.ctx.command_path} --help tells how it is used")
    return Exit.USAGE


def _invalid(error: object) -> int:
    from taskops.errors import InvalidManifests
    from taskops.render.problems import problems_text

    if isinstance(error, InvalidManifests):
        tell(problems_text(error.problems).rstrip("\n"))
        number = sum(p.severity == "error" for p in error.problems)
        tell(
            f"{number} problem{'' if number == 1 else 's'}; nothing was read or written"
        )
    return Exit.INVALID


def _failed(error: object) -> int:
    from taskops.errors import TaskopsError
    from taskops.render.errors import error_text

    if not isinstance(error, TaskopsError):
        return Exit.FAILED
    tell(error_text(error).rstrip("\n"))
    return error.exit


def _bug(error: Exception, debug: bool) -> int:
    tell(f"error: taskops has a bug: {type(error).__name__}")
    if debug:
        import traceback

        # Frames only: the message or a local value could hold a secret.
        for frame in traceback.extract_tb(error.__traceback__):
            tell(f"    {frame.filename}:{frame.lineno} in {frame.name}")
    else:
        tell("    run it again with --debug, and report what it prints")
    return Exit.BUG


def leave(code: int) -> None:
    """End the process with this code, though a thread may still hang in a request."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            code = code or Exit.FAILED
    os._exit(code)
