"""The group of commands; each is imported only when it is used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import click

from taskops import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from click.shell_completion import CompletionItem

# Words for `--help`, so that listing the commands imports none of them.
COMMANDS: Mapping[str, str] = {
    "init": "Write what a new project is missing.",
    "validate": "Check manifests and code, offline.",
    "plan": "Show what apply would do; write nothing.",
    "apply": "Do what the plan says.",
    "show": "Show a saved plan.",
    "drift": "Tell what moved on the service outside git.",
    "status": "Tell what the ledger knows.",
    "rollback": "Apply what a commit said.",
    "pull": "Write what is on the service as manifests and code.",
    "run": "Run deployed tasks and wait.",
    "forget": "Stop managing a task; delete nothing.",
    "doctor": "Check key, endpoint, clock, git and ledger.",
    "emulator": "Serve an account on this machine.",
    "schema": "Print a JSON Schema.",
    "completion": "Print what completes words in bash, zsh or fish.",
}


class LazyGroup(click.Group):
    """Knows its commands by name, and loads one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"taskops.cli.commands.{cmd_name}")
        command = module.command
        assert isinstance(command, click.Command)  # noqa: S101  # one file, one command
        return command

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        names = [name for name in COMMANDS if name.startswith(incomplete)]
        # The options, and none of the commands' modules.
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [CompletionItem(n, help=COMMANDS[n]) for n in names] + options

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, 1) if args else []
            hint = f"; did you mean `{close[0]}`?" if close else ""
            words = f"there is no command `{args[0]}`{hint}"
            raise click.UsageError(words, ctx) from error


EPILOG = """\b
First steps, without a key:
  taskops init
  taskops plan --emulator
  taskops apply --emulator
"""


@click.group(
    cls=LazyGroup,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="taskops", message="%(prog)s %(version)s")
def taskops() -> None:
    """Browser-automation tasks in git: plan, review, apply."""
