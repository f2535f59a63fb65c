"""`taskops init`: what is missing is written, nothing is overwritten."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from taskops.cli import options

EPILOG = """\b
Examples:
  taskops init --project shop
  taskops init --github
"""


@click.command(epilog=EPILOG)
@options.directory("Where to write; it is made where it is missing.")
@click.option(
    "--project",
    metavar="NAME",
    help="The project's name, in small letters, digits and dashes; else the folder's.",
)
@click.option(
    "--existing",
    is_flag=True,
    help="For an account that has tasks already: no example, `pull` comes next.",
)
@click.option(
    "--github", is_flag=True, help="Also the workflows: plan, apply and drift."
)
@click.option(
    "--action",
    default="",
    metavar="OWNER/REPO@COMMIT",
    help="The action that the workflows use; a release knows its own.",
)
def command(
    directory: str, project: str | None, existing: bool, github: bool, action: str
) -> None:
    """Write what a new project is missing."""
    from taskops.cli.streams import interactive
    from taskops.manifests.project import FILE
    from taskops.manifests.starter import project_slug, starter_files

    root = Path(directory)
    # A project that is there already has tasks of its own.
    fresh = not (root / FILE).exists()
    if fresh:
        _require_outside(root.resolve())
    root.mkdir(parents=True, exist_ok=True)
    name = project or project_slug(root.resolve().name)
    if fresh and interactive():
        name, existing = _asked(name, given=bool(project), existing=existing)
    files = starter_files(name, example=fresh and not existing)
    if github:
        # Runners forget their disks: what was applied has to live in git.
        files[FILE] += "\nledger: git\n"
    for relative, text in files.items():
        click.echo(f"  {_write(root / relative, text)} {relative}")
    if github:
        _write_workflows(root, action)
    click.echo("")
    here = "" if directory == "." else f" -C {shlex.quote(directory)}"
    if existing:
        click.echo("Next, with ANCHORBROWSER_API_KEY set:")
        click.echo(f"  taskops pull{here}")
        click.echo(f"  taskops plan{here}")
        return
    click.echo("Next, without any key:")
    click.echo(f"  taskops plan{here} --emulator")
    click.echo(f"  taskops apply{here} --emulator")
    click.echo("\nThe same without --emulator is for the account of your key.")


def _require_outside(root: Path) -> None:
    """A project among the manifests of another would be read as some of them."""
    from taskops.errors import InvalidManifests, UsageError
    from taskops.manifests.globs import matches
    from taskops.manifests.project import FILE, manifest_globs

    above = next((each for each in root.parents if (each / FILE).is_file()), None)
    if above is None:
        return
    try:
        patterns = manifest_globs(above)
    except InvalidManifests:
        return
    if matches((root / FILE).relative_to(above).as_posix(), patterns):
        raise UsageError(
            "this folder holds manifests of another project",
            f"it is in {above}",
            "go there, or choose another folder with -C",
        )


def _asked(name: str, *, given: bool, existing: bool) -> tuple[str, bool]:
    """What a person says who is there to be asked; Enter takes what is offered."""
    if not given:
        question = "Name of the project"
        name = click.prompt(question, default=name, value_proc=_name, err=True)
    if not existing:
        question = "Does the account have tasks already, to be brought into git?"
        existing = click.confirm(question, default=False, err=True)
    return name, existing


def _name(said: str) -> str:
    """What is allowed of a name; lines that are pasted together answer questions."""
    from taskops.manifests.starter import project_slug

    if said.startswith("taskops "):
        raise click.BadParameter("that is a command; Enter takes the name in brackets")
    return project_slug(said)


def _write_workflows(root: Path, action: str) -> None:
    from taskops.cli.workflows import settings_text, workflow_files
    from taskops.cli.workflows.place import directory_named, workflows_of
    from taskops.manifests.project import FILE, load_project

    top, project = workflows_of(root, action)
    for relative, text in workflow_files(project).items():
        click.echo(f"  {_write(top / relative, text)} {relative}")
        if directory_named(top / relative) != project.directory:
            click.echo("      left as it is, and not for this project: rename it first")
    if load_project(root, project.environments[0]).ledger != "git":
        click.echo(f"\nWrite `ledger: git` into {FILE}: runners forget their disks.")
    click.echo(f"\n{settings_text(project).rstrip()}")


def _write(path: Path, text: str) -> str:
    """The sign of what was done: `+` written, `=` there already."""
    from taskops.cli.whole_files import write_file

    if os.path.lexists(path):
        return "="
    write_file(path, text.encode())
    return "+"
