"""Every story in examples/ does what its README says, on an account of its own."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

EXAMPLES = Path(__file__).parents[2] / "examples"
STORIES = sorted(path.parent.name for path in EXAMPLES.glob("*/taskops.yaml"))
PACKAGES = {"anchorbrowser", "playwright", "zod"}
RESERVED = {"ANCHOR_API_KEY", "ANCHOR_SESSION_ID", "ANCHOR_IDENTITY_ID"}


@dataclass(frozen=True, slots=True)
class Story:
    """A copy of one example that may be changed."""

    root: Path
    secrets: dict[str, str] = field(default_factory=dict)

    def taskops(self, *words: str, exits: int = 0) -> str:
        ran = subprocess.run(
            [sys.executable, "-m", "taskops", *words],
            cwd=self.root,
            env=os.environ | self.secrets,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )
        said = ran.stdout + ran.stderr
        assert ran.returncode == exits, f"taskops {' '.join(words)}\n{said}"
        return said

    def environments(self) -> list[list[str]]:
        settings = yaml.safe_load((self.root / "taskops.yaml").read_text("utf-8"))
        return [["--env", name] for name in settings.get("environments", {})] or [[]]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "project"


def story(name: str, copy: Path) -> Story:
    shutil.copytree(EXAMPLES / name, copy, ignore=shutil.ignore_patterns(".taskops"))
    manifests = "".join(path.read_text("utf-8") for path in copy.rglob("*.yaml"))
    names = set(re.findall(r"\$\{env\.(\w+)\}", manifests))
    return Story(
        copy, {f"TASKOPS_VAR_{name}": "http://made.up.example" for name in names}
    )


def test_there_are_stories() -> None:
    assert len(STORIES) >= 8


@pytest.mark.parametrize("name", STORIES)
def test_a_story_is_valid_without_a_word(name: str, copy: Path) -> None:
    said = story(name, copy).taskops("validate")
    assert "warning" not in said
    assert "hint" not in said


@pytest.mark.parametrize("name", STORIES)
def test_a_story_is_applied_and_then_plans_to_nothing(name: str, copy: Path) -> None:
    told = story(name, copy)
    for environment in told.environments():
        where = ["--emulator", *environment]
        told.taskops("plan", *where, "--detailed-exitcode", exits=2)
        told.taskops("apply", *where, "--yes")
    # Only now: a later environment must not have moved an earlier one.
    for environment in told.environments():
        told.taskops("plan", "--emulator", *environment, "--detailed-exitcode")


@pytest.mark.parametrize("name", STORIES)
def test_a_story_says_what_its_runs_take(name: str) -> None:
    readme = (EXAMPLES / name / "README.md").read_text("utf-8")
    code = "".join(p.read_text("utf-8") for p in (EXAMPLES / name).rglob("*.ts"))
    inputs = set(re.findall(r"process\.env\.(\w+)", code)) - RESERVED
    assert {name for name in inputs if f"`{name}`" not in readme} == set()


@pytest.mark.parametrize("name", STORIES)
def test_a_story_only_knows_example_domains_and_known_packages(name: str) -> None:
    files = [p for p in (EXAMPLES / name).rglob("*") if p.suffix in {".ts", ".yaml"}]
    text = "".join(path.read_text("utf-8") for path in files)
    hosts = set(re.findall(r"\w+://([\w.-]+)", text)) - {"connect.anchorbrowser.io"}
    assert {host for host in hosts if not host.endswith(".example")} == set()
    assert set(re.findall(r'from "([^"]+)"', text)) <= PACKAGES


@pytest.mark.parametrize("name", STORIES)
def test_a_readme_shows_what_one_sees(name: str, copy: Path) -> None:
    told = story(name, copy)
    follow(told, (told.root / "README.md").read_text("utf-8"))


def test_the_readme_of_the_project_tells_a_whole_life(copy: Path) -> None:
    readme = (EXAMPLES.parent / "README.md").read_text("utf-8")
    life = readme.partition("\n## A whole life\n")[2].partition("\n## ")[0]
    follow(story("supplier-desk", copy), life)


def follow(told: Story, readme: str) -> None:
    """Type what a README says, and see what it shows."""
    said, checked = "", 0
    blocks = re.findall(r"```console\n(.*?)```", readme, re.DOTALL)
    for line in "".join(blocks).splitlines():
        if line.startswith("$ "):
            said = ran(told, line[2:])
        elif line.strip():
            # Columns move with the names in them; words do not.
            assert " ".join(line.split()) in " ".join(said.split()), said
            checked += 1
    assert checked


def ran(told: Story, line: str) -> str:
    command, *words = shlex.split(line, comments=True)
    exits = re.search(r"# exit code (\d+)", line)
    match command:
        case "taskops":
            # Nobody sits at the terminal of a test.
            words += ["--yes"] if words[0] == "apply" else []
            return told.taskops(*words, exits=int(exits[1]) if exits else 0)
        case "export":
            told.secrets.update({k: v for k, _, v in (w.partition("=") for w in words)})
        case "cp":
            shutil.copy(told.root / words[0], told.root / words[1])
        case "rm":
            (told.root / words[0]).unlink()
        case _:
            pytest.fail(f"unknown command in a README: {line}")
    return ""


@pytest.mark.skipif(sys.platform == "win32", reason="a script for sh")
@pytest.mark.parametrize("name", ["invoice-portal", "two-environments"])
def test_the_demo_makes_up_what_a_story_asks_for(name: str, tmp_path: Path) -> None:
    program = tmp_path / "taskops"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m taskops "$@"\n', "utf-8")
    program.chmod(0o755)
    ran = subprocess.run(
        ["sh", str(EXAMPLES / "demo.sh"), name],
        env=os.environ | {"BIN": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("1 to update") == 2
    assert ran.stdout.count("1 applied") == 1


def test_a_wrong_country_names_the_proxy_types_that_have_it(copy: Path) -> None:
    told = story("price-watch", copy)
    manifest = told.root / "tasks" / "price-watch.yaml"
    manifest.write_text(manifest.read_text("utf-8").replace(": no}", ": gb}"), "utf-8")
    said = told.taskops("validate", exits=3)
    assert "price-watch.yaml:7" in said
    assert "anchor_residential" in said


def test_secrets_are_shown_nowhere(copy: Path) -> None:
    told = story("invoice-portal", copy)
    told = Story(told.root, dict.fromkeys(told.secrets, "http://hidden-value"))
    said = told.taskops("plan", "--emulator")
    said += told.taskops("apply", "--emulator", "--yes")
    ledger = told.root / ".taskops" / "emulator-ledger"
    kept = "".join(p.read_text("utf-8") for p in ledger.rglob("*") if p.is_file())
    assert kept
    assert "hidden-value" not in said + kept


def test_a_retired_task_leaves_its_environment_only(copy: Path) -> None:
    told = story("two-environments", copy)
    for environment in told.environments():
        told.taskops("apply", "--emulator", *environment, "--yes")
    (told.root / "tasks" / "parcel-tracking.yaml").unlink()
    staging = ["--emulator", "--env", "staging"]
    production = ["--emulator", "--env", "production"]
    assert "1 to delete" in told.taskops("plan", *staging)
    told.taskops("apply", *staging, "--yes")
    told.taskops("plan", *staging, "--detailed-exitcode")
    assert "1 to delete" in told.taskops("plan", *production)


def test_a_renamed_lead_finder_keeps_its_history(copy: Path) -> None:
    told = story("lead-research", copy)
    told.taskops("apply", "--emulator", "--yes")
    renamed = told.root / "renamed" / "lead-finder.yaml"
    shutil.copy(renamed, told.root / "tasks" / "lead-finder.yaml")
    told.taskops("apply", "--emulator", "--yes")
    told.taskops("plan", "--emulator", "--detailed-exitcode")
