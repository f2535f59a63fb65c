"""`taskops init`: what is missing is written, nothing is overwritten."""

from __future__ import annotations

from pathlib import Path

import click

EPILOG = """\b
Example:
  taskops init --project shop
"""


@click.command(epilog=EPILOG)
@click.option("-C", "--directory", default=".", metavar="DIR", help="Where to write.")
@click.option(
    "--project", metavar="NAME", help="The project's name; the folder's is it."
)
@click.option(
    "--existing",
    is_flag=True,
    help="For an account that has tasks already: no example, `pull` comes next.",
)
def command(directory: str, project: str | None, existing: bool) -> None:
    """Write what a new project is missing."""
    from taskops.manifests.project import FILE
    from taskops.manifests.starter import project_slug, starter_files

    root = Path(directory)
    root.mkdir(parents=True, exist_ok=True)
    name = project or project_slug(root.resolve().name)
    # A project that is there already has tasks of its own.
    fresh = not (root / FILE).exists()
    for relative, text in starter_files(name, example=fresh and not existing).items():
        click.echo(f"  {_write(root / relative, text)} {relative}")
    click.echo("")
    if existing:
        click.echo("Next: set ANCHORBROWSER_API_KEY, then run: taskops pull")
        return
    click.echo("Next, without any key:")
    click.echo("  taskops plan --emulator")
    click.echo("  taskops apply --emulator")


def _write(path: Path, text: str) -> str:
    """The sign of what was done: `+` written, `=` there already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return "="
    return "+"
