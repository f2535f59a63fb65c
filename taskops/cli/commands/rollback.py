"""`taskops rollback`: plan and apply what a commit said, by the rules of apply."""

from __future__ import annotations

import sys
from typing import Any

import click

from taskops.cli import options
from taskops.cli.completion import task_names

EPILOG = """\b
Examples:
  taskops rollback HEAD~1 --emulator
  taskops rollback 3f2a1c9 price-watch --yes --env production
"""


@click.command(epilog=EPILOG)
@click.argument("commit")
@click.argument("names", nargs=-1, metavar="[NAME]…", shell_complete=task_names)
@options.place
@options.starting
@click.option("--prune", is_flag=True, help="Delete what that commit did not declare.")
@click.option("--yes", is_flag=True, help="Approve what git changed, and only that.")
@options.expect_digest
@options.parallelism
@options.deadline
@options.verbose
@options.json_into
@options.talk
def command(commit: str, names: tuple[str, ...], **given: Any) -> int:
    """Apply the manifests and code of a commit; all of them without NAME."""
    from taskops.cli.commands.apply import apply
    from taskops.cli.reverting import git_command
    from taskops.cli.streams import Out
    from taskops.errors import Exit

    wanted = given | {"at": commit, "select": names}
    told = git_command(options.wanted_from(wanted), names)
    rest = {"plan_file": None, "no_wait": False, "fail_fast": False, "take_over": ""}
    code = apply(rest | wanted)
    if told and code in (Exit.OK, Exit.PARTIAL):
        Out(sys.stdout).write(
            f"\nThe next apply of this branch would undo it. To make git agree:\n"
            f"  {told}\n"
        )
    return code
