"""`taskops validate`: every problem of every file at once, offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from taskops.cli import options

if TYPE_CHECKING:
    from taskops.cli.streams import Color

EPILOG = """\b
Examples:
  taskops validate
  taskops validate tasks/price-watch.yaml
  taskops validate --types
  taskops validate --format github

Warnings about code: a comment `// taskops: ignore` silences its line, or the next.
"""


@click.command(epilog=EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH]…", type=click.Path())
@options.of_project
@options.environment("Only this environment; without it, each of them.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="`github` marks each problem at its line of a pull request.",
)
@click.option(
    "--types",
    is_flag=True,
    help="Also check the code against the published types; fetches a compiler once.",
)
@options.talk
def command(
    *,
    paths: tuple[str, ...],
    directory: str,
    environment: str | None,
    form: str,
    types: bool,
    color: Color,
    debug: bool,
) -> int:
    """
    Check manifests and code, offline, for every environment.

    --types is the one part that may need a network, the first time.
    """
    del debug
    from taskops.cli.validating import validated

    return validated(
        paths,
        directory=directory,
        environment=environment,
        form=form,
        types=types,
        color=color,
    )
