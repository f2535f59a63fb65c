"""The workflows that `taskops init --github` writes, filled in for one project."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files

CHECKOUT = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2"

FOLDER = ".github/workflows"

KINDS = ("plan", "apply", "drift")


@dataclass(frozen=True, slots=True)
class Project:
    """What the workflows have to know of a project."""

    environments: tuple[str, ...]
    """In the order in which they are applied."""
    action: str
    """What `uses` names: an action with its commit and version, or a folder."""
    directory: str = "."
    branch: str = "main"
    condition: str = ""
    """An expression without which nothing that has a key runs."""
    suffix: str = ""
    """Tells two projects of one repository apart."""

    def __post_init__(self) -> None:
        plain = (*self.environments, self.directory, self.branch)
        for name in plain:
            if not re.fullmatch(r"[A-Za-z0-9_./][A-Za-z0-9_./-]*", name):
                raise ValueError(f"`{name}` cannot be written into a workflow")


def workflow_files(project: Project) -> dict[str, str]:
    """The text of each workflow, by its path from the root of the repository."""
    end = f"{project.suffix}.yml"
    return {
        f"{FOLDER}/plan{end}": _filled("plan.yml", project),
        f"{FOLDER}/apply{end}": _filled("apply.yml", project) + _jobs(project),
        f"{FOLDER}/drift{end}": _filled("drift.yml", project),
    }


def settings_text(project: Project) -> str:
    """What a person has to click once, which no file can do."""
    return _filled("settings.txt", project)


def released_action() -> str:
    """The action that belongs to this release, pinned; empty in a checkout."""
    return _template("action.txt").strip()


def _jobs(project: Project) -> str:
    jobs = []
    before = ""
    for name in project.environments:
        needs, conditions = "", []
        if project.condition:
            conditions.append(project.condition)
        if before:
            needs = f"    needs: apply-{before}\n"
            # An environment that was picked by hand does not wait for the others.
            done = f"needs.apply-{before}.result == 'success'"
            conditions.append("!cancelled() && !failure()")
            conditions.append(f"({done} || inputs.environment == '{name}')")
        lines = "".join(f"      {condition} &&\n" for condition in conditions)
        job = _filled("apply-job.yml", project, NEEDS=needs, CONDITION=lines, NAME=name)
        jobs.append(job)
        before = name
    return "\n".join(jobs)


def _filled(template: str, project: Project, **more: str) -> str:
    names = project.environments
    condition = f"    if: {project.condition}\n" if project.condition else ""
    values = {
        "ACTION": project.action,
        "CHECKOUT": CHECKOUT,
        "DIRECTORY": project.directory,
        "BRANCH": project.branch,
        "SUFFIX": project.suffix,
        "ENVIRONMENTS": f"[{', '.join(names)}]",
        "CHOICES": ", ".join(names),
        "CONDITION": condition,
        "SETTINGS": ", ".join(f"`{name}`, `{name}-read`" for name in names),
        "REVIEWED": ", ".join(f"`{name}`" for name in names),
        **more,
    }
    # One pass, so that no value is read as a place for another.
    return re.sub(r"__([A-Z]+)__", lambda m: values[m[1]], _template(template))


def _template(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
