"""`taskops schema`: a JSON Schema as editors and others need it."""

from __future__ import annotations

import click

from taskops.cli.completion import schemas

EPILOG = """\b
Examples:
  taskops schema task > task.v1.json
  taskops schema --path task

In an editor, as the first line of a manifest, with that path or the file's:
  # yaml-language-server: $schema=PATH
"""


@click.command(epilog=EPILOG)
@click.argument("kind", metavar="[KIND]", required=False, shell_complete=schemas)
@click.option("--path", is_flag=True, help="Print where the schema is instead.")
def command(*, kind: str | None, path: bool) -> None:
    """Print a JSON Schema; without KIND, the names of all."""
    from taskops.manifests.schemas import schema_names, schema_path, schema_text

    if kind is None:
        click.echo("\n".join(schema_names()))
        return
    if path:
        click.echo(schema_path(kind))
        return
    click.echo(schema_text(kind), nl=False)
