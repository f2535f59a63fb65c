"""Nothing is imported that a command does not need: that is felt at every keystroke."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = frozenset(
    {
        *("httpx", "jsonschema", "deepdiff", "ruamel", "rich", "yaml", "sqlite3"),
        *("subprocess", "ssl", "asyncio", "tree_sitter", "pydantic", "pygments"),
        *("importlib.metadata", "taskops.emulator", "taskops.providers.http"),
        "click",
    }
)

FELT = frozenset(
    {
        *HEAVY,
        *("dataclasses", "inspect", "shutil", "tempfile", "secrets", "copy"),
        *("taskops.cli.app", "taskops.cli.github", "taskops.model.plan"),
        *("taskops.manifests.syntax", "taskops.manifests.quick"),
    }
)
"""What an editor would wait for that checks one plain manifest at every save."""

MANIFEST = """\
name: price-watch
description: Watch one product page.
code: price-watch.ts
browserConfiguration:
  initial_url: https://shop.example/item/4711
  timeout:
    max_duration: 10
"""

TELL = """
import sys
from taskops.cli.boundary import run
code = run(sys.argv[1:])
print()
print(code, *sorted(sys.modules))
"""


def imported(root: Path, *words: str, of: frozenset[str] = HEAVY) -> set[str]:
    """The heavy modules that a command had in the end; it must have ended well."""
    done = subprocess.run(
        [sys.executable, "-c", TELL, *words],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    code, *modules = done.stdout.splitlines()[-1].split()
    assert code == "0", done.stdout + done.stderr
    return set(of & set(modules))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "tasks").mkdir()
    (tmp_path / "taskops.yaml").write_text("version: 1\nproject: shop\n")
    (tmp_path / "tasks" / "price-watch.yaml").write_text(MANIFEST)
    code = "export default async function run() {\n  return 1;\n}\n"
    (tmp_path / "tasks" / "price-watch.ts").write_text(code)
    return tmp_path


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_help_and_version_need_click_alone(tmp_path: Path, word: str) -> None:
    assert imported(tmp_path, word) == {"click"}


def test_a_plain_manifest_and_its_code_are_validated_without_any(project: Path) -> None:
    assert imported(project, "validate", of=FELT) == set()


def test_the_grammar_is_loaded_for_code_that_needs_a_closer_look(project: Path) -> None:
    with (project / "tasks" / "price-watch.ts").open("a") as code:
        code.write("run();\n")

    assert imported(project, "validate") == {"tree_sitter"}


def test_a_plan_against_the_ledger_needs_no_network(project: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "taskops", "apply", "--emulator", "--yes"],
        cwd=project,
        check=True,
        capture_output=True,
    )
    found = imported(project, "plan", "--emulator", "--against", "ledger")

    assert found <= {"click", "subprocess"}


def test_a_plan_needs_neither_schemas_nor_a_diff_nor_a_drawing(project: Path) -> None:
    found = imported(project, "plan", "--emulator")

    assert not found & {"jsonschema", "deepdiff", "ruamel", "rich", "pygments", "yaml"}
