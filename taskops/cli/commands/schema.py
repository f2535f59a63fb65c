"""`taskops schema`: a JSON Schema as editors and others need it."""

from __future__ import annotations

import click

EPILOG = """\b
Example:
  taskops schema task > task.v1.json
"""


@click.command(epilog=EPILOG)
@click.argument("kind", metavar="KIND", required=False)
def command(kind: str | None) -> None:
    """Print a JSON Schema; without KIND, the names of all."""
    from taskops.manifests.schemas import schema_names, schema_text

    if kind is None:
        click.echo("\n".join(schema_names()))
        return
    click.echo(schema_text(kind), nl=False)
