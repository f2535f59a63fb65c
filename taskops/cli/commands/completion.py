"""`taskops completion`: what a shell needs to complete commands and names."""

from __future__ import annotations

import click

EPILOG = """\b
Once, in the file that the shell reads when it starts:
  bash   eval "$(taskops completion bash)"        in ~/.bashrc
  zsh    source <(taskops completion zsh)         in ~/.zshrc, after compinit
  fish   taskops completion fish | source         in ~/.config/fish/config.fish

\b
Example:
  taskops completion zsh > ~/.zfunc/_taskops
"""


@click.command(epilog=EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """
    Print the completion script of a shell.

    It completes commands, options, environments and the names of tasks.
    """
    from taskops.cli.completion import script

    click.echo(script(shell), nl=False)
