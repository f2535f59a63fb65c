"""Runs the steps of a job, and of our action in them, as the runner does."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import yaml
from github.events import REPOSITORY
from github.expressions import Names, Status, UnknownError, as_text, filled, holds
from github.job import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from github.events import Event
    from github.job import Job

KNOWN = {"name", "id", "if", "uses", "with", "env", "run", "shell"}

# What the documentation says that the runner starts for a script.
SHELLS = {
    "": ("bash", "-e"),
    "bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail"),
}

ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


@dataclass(slots=True)
class Ended:
    """How a list of steps ended."""

    ran: list[str] = field(default_factory=list)
    """Names, those within the action too; what was skipped is not among them."""
    failed: bool = False
    cancelled: bool = False
    code: int = 0
    """Of the first step that failed."""
    log: str = ""
    steps: Names = field(default_factory=Names)

    @property
    def result(self) -> str:
        """The word that `needs` has for it."""
        if self.cancelled:
            return "cancelled"
        return "failure" if self.failed else "success"

    @property
    def status(self) -> Status:
        fine = not (self.failed or self.cancelled)
        return Status(fine, self.failed, self.cancelled)


@dataclass(slots=True)
class Runner:
    """One machine for one job of one event."""

    job: Job
    event: Event
    workspace: Path
    checkout: Callable[[Mapping[str, Any]], None] = lambda _: None
    cancel_at: str = ""
    """The name of the step in which somebody cancels the run."""
    cancel: Callable[[int], None] = lambda _: None
    """Signals the process that this step began with; nothing else gets a signal."""

    def __post_init__(self) -> None:
        self.workspace.mkdir(exist_ok=True)
        path = self.job.folder / "event.json"
        told = {"repository": REPOSITORY, **self.event.payload}
        path.write_text(json.dumps(told), "utf-8")
        self.job.environ |= {
            "GITHUB_EVENT_NAME": self.event.name,
            "GITHUB_EVENT_PATH": str(path),
            "GITHUB_REF": self.event.ref,
            "GITHUB_SHA": self.event.sha,
            "GITHUB_ACTOR": "dev",
            "GITHUB_WORKSPACE": str(self.workspace),
        }

    def run(
        self, steps: list[dict[str, Any]], names: Names, environ: Mapping[str, str]
    ) -> Ended:
        """Every step in order, each as its `if` says."""
        ended = Ended()
        for number, step in enumerate(steps):
            self._one(step, f"step {number}", names, environ, ended)
        return ended

    def action(self, given: Mapping[str, Any], environ: Mapping[str, str]) -> Ended:
        """Our action with these inputs; `environ` is what its caller had as `env`."""
        declared = ACTION["inputs"]
        if strange := given.keys() - declared.keys():
            raise UnknownError(f"the action has no input {', '.join(sorted(strange))}")
        if ACTION["runs"].keys() != {"using", "steps"}:
            raise UnknownError("more than steps in the action")
        inputs = Names()
        for name, about in declared.items():
            if name not in given and about.get("required"):
                raise UnknownError(f"the action needs `{name}`")
            inputs[name] = as_text(given.get(name, about.get("default", "")))
        names = Names(inputs=inputs, github=self.github)
        here = {**environ, "GITHUB_ACTION_PATH": str(ROOT)}
        ended = self.run(ACTION["runs"]["steps"], names, here)
        names["steps"] = ended.steps
        outputs = Names()
        for name, about in ACTION["outputs"].items():
            outputs[name] = as_text(filled(about["value"], names))
        ended.steps = Names({"": Names(outputs=outputs)})
        return ended

    @property
    def github(self) -> Names:
        """The context `github`, as far as a workflow of ours may ask for it."""
        return Names(
            event=self.event.payload,
            event_name=self.event.name,
            ref=self.event.ref,
            sha=self.event.sha,
            token="the-token",  # of the stand-in
        )

    def _one(
        self,
        step: dict[str, Any],
        name: str,
        names: Names,
        environ: Mapping[str, str],
        ended: Ended,
    ) -> None:
        if strange := step.keys() - KNOWN:
            raise UnknownError(f"a step with {', '.join(sorted(strange))}")
        name = step.get("name", step.get("uses", name)).partition("@")[0]
        here = Names({**names, "steps": ended.steps})
        runs = holds(step.get("if"), here, ended.status)
        outputs: Any = {}
        outcome = "skipped"
        if runs:
            own = {k: as_text(filled(v, here)) for k, v in step.get("env", {}).items()}
            ended.ran.append(name)
            before = ended.failed
            ended.failed = False
            outputs = self._carry_out(step, here, {**environ, **own}, ended)
            outcome = ended.result
            ended.failed = ended.failed or before
            ended.cancelled = ended.cancelled or name == self.cancel_at
        if "id" in step:
            ended.steps[step["id"]] = Names(outputs=outputs, outcome=outcome)

    def _carry_out(
        self, step: dict[str, Any], names: Names, environ: dict[str, str], ended: Ended
    ) -> Any:
        """The outputs of the step, whose names nobody declares."""
        given = {k: filled(v, names) for k, v in step.get("with", {}).items()}
        if "run" in step:
            return self._script(step, environ, ended)
        uses = step["uses"].partition("@")[0]
        if uses == "actions/checkout":
            self.checkout(given)
            return {}
        if uses == "actions/setup-python":
            return {"python-path": "/nowhere/python3"}
        if uses not in ("./", "acme/taskops"):
            raise UnknownError(f"nobody has said here what {uses} does")
        inner = self.action(given, environ)
        ended.ran += [f"{step.get('name', uses)}: {name}" for name in inner.ran]
        ended.log += inner.log
        ended.failed, ended.cancelled = inner.failed, inner.cancelled
        ended.code = ended.code or inner.code
        return inner.steps[""]["outputs"]

    def _script(
        self, step: dict[str, Any], environ: dict[str, str], ended: Ended
    ) -> dict[str, str]:
        """Run it from a file, with files of its own for what it tells the runner."""
        folder = Path(mkdtemp(prefix="step", dir=self.job.folder))
        (folder / "script.sh").write_text(step["run"], "utf-8")
        told = {
            f"GITHUB_{name}": str(folder / name.lower())
            for name in ("OUTPUT", "STEP_SUMMARY", "ENV", "PATH", "STATE")
        }
        for path in told.values():
            Path(path).touch()
        running = subprocess.Popen(
            [*SHELLS[step.get("shell", "")], str(folder / "script.sh")],
            env={**self.job.environ, **environ, **told},
            cwd=self.workspace,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        if step.get("name") == self.cancel_at:
            self.cancel(running.pid)
        said, _ = running.communicate(timeout=60)
        ended.log += said.decode()
        ended.failed = running.returncode != 0
        ended.code = ended.code or running.returncode
        for name in ("env", "path", "state"):
            if (folder / name).read_text("utf-8"):
                raise UnknownError(f"a step that writes into GITHUB_{name.upper()}")
        with (self.job.folder / "summary").open("a", encoding="utf-8") as page:
            page.write((folder / "step_summary").read_text("utf-8"))
        return outputs_of((folder / "output").read_text("utf-8"))


def outputs_of(text: str) -> dict[str, str]:
    """What stands in a file of outputs; the last one of a name counts."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, heredoc, end = line.partition("<<")
        if not heredoc:
            raise UnknownError(f"`{line}` among the outputs")
        found[name] = "\n".join(iter(lines.__next__, end))
    return found
