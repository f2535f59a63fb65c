"""A tag becomes a release only where it, the version and the changelog agree."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from cli.repositories import git
from github.job import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SHA = "0123456789abcdef" * 2 + "01234567"

# Stands for the interpreter and for what a release installs; it writes down its words.
PYTHON = """\
#!/bin/sh
printf '%s\\n' "$(basename "$0") $*" >>"$RUNNER_TEMP/words"
printf '%s\\n' "$SOURCE_DATE_EPOCH" >>"$RUNNER_TEMP/epoch"
[ "$2" != venv ] || { mkdir -p "$3/bin" && cp "$0" "$3/bin/python" &&
  cp "$0" "$3/bin/cyclonedx-py"; }
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the tag points to, with version 1.2.3 and nothing released."""
    root = tmp_path / "checkout"
    (root / "taskops/cli/workflows").mkdir(parents=True)
    shutil.copytree(ROOT / ".github/action", root / ".github/action")
    (root / "taskops/__init__.py").write_text('"""x"""\n__version__ = "1.2.3"\n')
    changelog(root, "## [Unreleased]", "- It is there.")
    (tmp_path / "python3").write_text(PYTHON)
    (tmp_path / "python3").chmod(0o755)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "x", "--date", "2026-01-01T00:00:00Z")
    return root


def changelog(root: Path, *lines: str) -> None:
    text = "\n\n".join(["# Changelog", *lines])
    (root / "CHANGELOG.md").write_text(f"{text}\n", "utf-8")


def release(root: Path, tag: str) -> tuple[int, str, str]:
    """Its code, its log and the page of the run."""
    page = root.parent / "summary"
    ran = subprocess.run(
        [str(root / ".github/action/release.sh")],
        env={
            "PATH": f"{root.parent}{os.pathsep}{os.environ['PATH']}",
            "RUNNER_TEMP": str(root.parent),
            "GITHUB_STEP_SUMMARY": str(page),
            "GITHUB_REPOSITORY": "acme/taskops",
            "GITHUB_SHA": SHA,
            "GITHUB_REF_NAME": tag,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    told = page.read_text("utf-8") if page.exists() else ""
    return ran.returncode, ran.stdout.decode(), told


@pytest.mark.parametrize(
    "lines",
    [
        ("## [Unreleased]", "- It is there."),
        ("## [Unreleased]", "## [1.2.30] - 2026-01-01"),
        ("## [Unreleased]", "## [1.203] - 2026-01-01"),
        ("## [Unreleased]", "- see ## [1.2.3]"),
        ("## [Unreleased]", "### [1.2.3]"),
    ],
)
def test_without_a_section_of_its_own_a_tag_is_refused(
    checkout: Path, lines: tuple[str, ...]
) -> None:
    changelog(checkout, *lines)

    code, log, page = release(checkout, "v1.2.3")

    assert code == 1
    assert log.splitlines() == [
        "error: CHANGELOG.md has no section for 1.2.3",
        (
            "  hint: write `## [1.2.3] - DATE` above what stands under [Unreleased], "
            "and tag that commit"
        ),
    ]
    assert page.startswith("**No release**: CHANGELOG.md has no section for 1.2.3;")
    assert not (checkout.parent / "words").exists()


@pytest.mark.parametrize("tag", ["v1.2.4", "1.2.3", "v1.2.3-rc1", "vx", "$(id)"])
def test_a_tag_that_is_not_the_version_is_refused(checkout: Path, tag: str) -> None:
    changelog(checkout, "## [1.2.3] - 2026-01-01", "## [1.2.4] - 2026-01-02")

    code, log, page = release(checkout, tag)

    assert code == 1
    assert f"error: the tag is {tag}, but the version is 1.2.3\n" in log
    assert "`__version__` in taskops/__init__.py" in page
    assert not (checkout.parent / "words").exists()


@pytest.mark.parametrize("head", ["## [1.2.3] - 2026-01-01", "## [1.2.3]", "## 1.2.3"])
def test_with_a_section_it_is_built_with_locked_tools(
    checkout: Path, head: str
) -> None:
    changelog(checkout, "## [Unreleased]", head, "- It is there.")

    code, log, page = release(checkout, "v1.2.3")

    assert (code, log, page) == (0, "", "")
    words = (checkout.parent / "words").read_text().splitlines()
    assert words[0].startswith("python3 -m venv ")
    assert "--require-hashes --only-binary=:all: -r .github/action/release" in words[1]
    assert words[2] == "python -m build --no-isolation --outdir dist ."
    assert words[3].startswith("cyclonedx-py requirements .github/action/requirements")


def test_the_workflows_of_a_release_name_its_own_commit(checkout: Path) -> None:
    changelog(checkout, "## [1.2.3]")

    release(checkout, "v1.2.3")

    pin = (checkout / "taskops/cli/workflows/action.txt").read_text()
    assert pin == f"acme/taskops@{SHA} # v1.2.3\n"


def test_a_release_has_the_time_of_its_commit(checkout: Path) -> None:
    changelog(checkout, "## [1.2.3]")

    release(checkout, "v1.2.3")

    times = (checkout.parent / "epoch").read_text().splitlines()
    committed = git(checkout, "log", "-1", "--format=%ct")
    assert times == ["", "", committed, committed]
