"""A job of GitHub Actions, as the action's scripts see one."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / ".github" / "action"
GH = Path(__file__).with_name("gh.py")


@dataclass(slots=True)
class Ran:
    """How a step ended."""

    code: int
    log: str
    """Standard output and standard error, as the log has them."""


@dataclass(slots=True)
class Job:
    """One runner with its folders; every step starts from the same environment."""

    folder: Path
    hub_url: str = ""
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        programs = self.folder / "programs"
        self._program(programs / "gh", f'"{sys.executable}" "{GH}"')
        self._program(
            self.temp / "taskops" / "bin" / "taskops", f'"{sys.executable}" -m taskops'
        )
        self.environ = {
            **os.environ,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUTF8": "1",
            "FAKE_HUB": self.hub_url,
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "acme/automations",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_RUN_ID": "42",
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            **self.environ,
        }

    @property
    def temp(self) -> Path:
        return self.folder / "temp"

    @property
    def said(self) -> Path:
        """What taskops has left for the comment or the issue."""
        return self.temp / "taskops-said" / "text.md"

    def say(self, text: str) -> None:
        """As if taskops had left this text."""
        self.said.parent.mkdir(exist_ok=True)
        self.said.write_text(text, "utf-8")

    def step(self, script: str, **variables: str) -> Ran:
        """Run one of the action's scripts to its end."""
        ran = subprocess.run(
            ["bash", str(SCRIPTS / script)],
            env={**self.environ, **variables},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
        return Ran(ran.returncode, ran.stdout.decode())

    def _program(self, path: Path, command: str) -> None:
        path.parent.mkdir(parents=True)
        path.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        path.chmod(0o755)


def run(job: Job, command: str, **variables: str) -> Ran:
    """Run the step as `action.yml` does, with an account inside the process."""
    given = {"TASKOPS_DIRECTORY": "shop", "TASKOPS_EMULATOR": "1"}
    return job.step("run.sh", **(given | variables), TASKOPS_COMMAND=command)
