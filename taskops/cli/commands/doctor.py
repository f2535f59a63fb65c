"""`taskops doctor`: what is wrong with this machine, and how to mend it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from taskops.cli import options

if TYPE_CHECKING:
    from taskops.cli.checkup import Finding
    from taskops.render.paint import Look

EPILOG = """\b
Examples:
  taskops doctor
  taskops doctor --env production
"""

COLUMN = 22


@click.command(epilog=EPILOG)
@options.place
@options.service
@options.talk
def command(**given: Any) -> int:
    """Check project, key, endpoint, clock, git and ledger; write nothing."""
    from taskops.cli.checkup import all_well, checkup
    from taskops.cli.streams import Out, look_of
    from taskops.errors import Exit

    look = look_of(sys.stdout, os.environ, given["color"])
    out = Out(sys.stdout)
    findings = []
    for finding in checkup(options.wanted_from(given)):
        findings.append(finding)
        # Each at once: the one that hangs is the one after the last line.
        out.write(_text(finding, look))
    return Exit.OK if all_well(findings) else Exit.FAILED


def _text(finding: Finding, look: Look) -> str:
    from taskops.render.clean import line

    mark = look.paint("ok  ", "blue") if finding.well else look.paint("FAIL", "crimson")
    fix = "" if finding.well else f"; fix: {line(finding.fix)}"
    return look.fit(f"{mark} {finding.what:<{COLUMN}} {line(finding.said)}{fix}") + "\n"
