"""What `taskops init` writes: a project that plans as it stands."""

from __future__ import annotations

import re

_PROJECT = """\
# `taskops schema taskops` prints the schema of this file, for editors.
version: 1
project: {project}

# What `${{var.NAME}}` stands for, and how names differ, may depend on the environment:
# environments:
#   staging: {{name_prefix: staging-}}
#   production: {{}}
"""

_TASK = """\
# `taskops schema task` prints the schema of this file, for editors.
name: hello
description: Open a page and say what its title is.
code: hello.ts
browserConfiguration:
  initial_url: https://example.com
  timeout: {max_duration: 5}
"""

_CODE = """\
import AnchorBrowser from 'anchorbrowser';

// Inputs arrive as process.env.ANCHOR_*; what is returned is the task's output.
export default async function hello() {
  const url = process.env.ANCHOR_URL ?? 'https://example.com';
  const anchor = new AnchorBrowser();
  const browser = await anchor.browser.create();
  try {
    const page = browser.contexts()[0].pages()[0];
    await page.goto(url);
    return { success: true, message: await page.title() };
  } finally {
    await browser.close();
  }
}
"""

_IGNORED = ".taskops/\n"

# Git would give the same code other line ends on another machine.
_ATTRIBUTES = "*.ts text eol=lf\n*.yaml text eol=lf\n"


def starter_files(project_name: str, *, example: bool = True) -> dict[str, str]:
    """The text of every file of a new project, by its path from the root."""
    files = {
        "taskops.yaml": _PROJECT.format(project=project_slug(project_name)),
        ".gitignore": _IGNORED,
        ".gitattributes": _ATTRIBUTES,
    }
    if example:
        files["tasks/hello.yaml"] = _TASK
        files["tasks/hello.ts"] = _CODE
    return files


def project_slug(name: str) -> str:
    """A project name that is allowed, as close to `name` as can be."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:63].rstrip("-")
    return slug or "tasks"
