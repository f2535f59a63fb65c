"""What somebody types who has never seen this, and the words that help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cli.shell import edit, project, taskops

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("apply", "--auto-approve"), "here it is `--yes`"),
        (("apply", "-y"), "here it is `--yes`"),
        (("plan", "-target=hello"), "here it is `--select`"),
        (("status", "--json"), "here it is `--format json`"),
        (("apply", "--dry-run"), "`taskops plan` shows what would be done"),
        (("-C", "shop", "plan"), "options stand after the command"),
    ],
)
def test_an_option_of_another_tool_is_answered_with_ours(
    tmp_path: Path, words: tuple[str, ...], hint: str
) -> None:
    said = taskops(tmp_path, *words)
    assert said.code == 64
    assert said.err.endswith(f" --help` tells how it is used; {hint}\n")


def test_a_mistyped_option_is_no_guess_at_one_that_deletes_or_costs(
    tmp_path: Path,
) -> None:
    assert "--prune" not in taskops(tmp_path, "apply", "--dry-run").err
    assert "--retry" not in taskops(tmp_path, "plan", "--target", "hello").err
    assert "`--select`?" in taskops(tmp_path, "plan", "--selct", "hello").err


def test_a_folder_that_is_not_there_is_not_the_project_around_it(
    tmp_path: Path,
) -> None:
    root = project(tmp_path)
    for command in ("plan", "apply", "status", "validate", "pull", "emulator"):
        said = taskops(root, command, "-C", "stagign")
        assert said.code == 64, command
        assert "there is no folder `stagign`" in said.err


def test_an_address_without_tls_is_refused_by_the_name_of_its_variable(
    tmp_path: Path,
) -> None:
    there = {"ANCHORBROWSER_BASE_URL": "http://shop.example"}
    said = taskops(project(tmp_path), "plan", ANCHORBROWSER_API_KEY="k", **there)
    assert said.code == 64
    assert "hint: set ANCHORBROWSER_BASE_URL to an https address" in said.err


def test_a_project_does_not_begin_among_the_manifests_of_another(
    tmp_path: Path,
) -> None:
    root = project(tmp_path)
    said = taskops(root / "tasks", "init")
    assert said.code == 64
    assert "this folder holds manifests of another project" in said.err
    assert taskops(root, "validate").code == 0
    assert taskops(root, "init", "-C", "tasks/checks").code == 64
    assert not (root / "tasks" / "checks").exists()
    assert taskops(root, "init", "-C", "other").code == 0


def test_settings_with_the_other_ending_are_to_be_renamed(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "taskops.yaml").rename(root / "taskops.yml")
    assert "hint: rename `taskops.yml`" in taskops(root, "validate").err


def test_a_manifest_given_for_a_plan_is_never_to_be_overwritten(
    tmp_path: Path,
) -> None:
    root = project(tmp_path)
    (root / "schema.json").write_text('{"type": "object"}\n')
    for path in ("tasks/hello.yaml", "schema.json"):
        for command in ("apply", "show"):
            said = taskops(root, command, path)
            assert said.code == 64
            assert "it is not a plan that taskops saved" in said.err
            assert "hint: `taskops plan --out FILE` makes one" in said.err


def test_a_name_given_for_a_plan_is_answered_with_the_option_for_names(
    tmp_path: Path,
) -> None:
    said = taskops(project(tmp_path), "apply", "hello", "--emulator")
    assert said.code == 1
    assert "`--select NAME` chooses tasks" in said.err


def test_an_input_that_is_taken_for_a_name_is_told_its_option(tmp_path: Path) -> None:
    said = taskops(project(tmp_path), "run", "hello", "ANCHOR_URL=x", "--emulator")
    assert said.code == 64
    assert "hint: an input is written `--input ANCHOR_URL=…`" in said.err


def test_a_folder_cannot_be_a_file_nor_a_file_a_folder(tmp_path: Path) -> None:
    root = project(tmp_path)
    for words in (
        ("plan", "--emulator", "--out", "."),
        ("run", "hello", "--emulator", "--junit", "."),
        ("apply", "--emulator", "--output-dir", "taskops.yaml"),
        ("init", "-C", "taskops.yaml"),
    ):
        said = taskops(root, *words)
        assert said.code == 64, words
        assert "invalid value for" in said.err


def test_validate_reads_the_settings_as_settings(tmp_path: Path) -> None:
    root = project(tmp_path)
    assert taskops(root, "validate", "taskops.yaml").out == "taskops.yaml: valid\n"
    told = taskops(root, "validate", "taskops.yaml", "tasks").out
    assert told == "1 manifest in 1 file: valid\n"
    edit(root, "version: 1", "version: 2", "taskops.yaml")
    assert taskops(root, "validate", "taskops.yaml").code == 3


def test_validate_takes_a_path_and_says_which_was_meant(tmp_path: Path) -> None:
    said = taskops(project(tmp_path), "validate", "hello")
    assert said.code == 64
    assert "hello` is not there\n  hint: did you mean `tasks/hello.yaml`?" in said.err


def test_validate_takes_no_code_for_a_manifest(tmp_path: Path) -> None:
    said = taskops(project(tmp_path), "validate", "tasks/hello.ts")
    assert said.code == 64
    assert "`tasks/hello.ts` is no manifest" in said.err
    assert said.out == ""
