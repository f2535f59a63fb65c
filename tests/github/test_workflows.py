"""Every workflow, ours and those for users: pinned, without rights, without holes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from taskops.cli.workflows import Project, settings_text, workflow_files

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
ACTION = f"acme/taskops@{'0' * 40} # v1.0.0"
USERS = Project(("staging", "production"), ACTION, directory="automations")
OURS = Project(
    ("staging", "production"),
    "./",
    directory="examples/two-environments",
    condition="vars.TASKOPS_EXAMPLES == 'live'",
)


def texts() -> dict[str, str]:
    """Every workflow and the action, by name."""
    found = {
        path.name: path.read_text("utf-8")
        for path in (ROOT / ".github" / "workflows").glob("*.yml")
    }
    found["action.yml"] = (ROOT / "action.yml").read_text("utf-8")
    alone = Project(("default",), ACTION)
    for kind, project in (("users", USERS), ("one", alone)):
        for path, text in workflow_files(project).items():
            found[f"{kind} {path}"] = text
    return found


TEXTS = texts()
WORKFLOWS = {name: text for name, text in TEXTS.items() if name != "action.yml"}

every_text = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
every_workflow = pytest.mark.parametrize(
    "text", WORKFLOWS.values(), ids=WORKFLOWS.keys()
)


def read(text: str) -> dict[str | bool, Any]:
    """The document; the reader of YAML takes the key `on` for true."""
    document = yaml.safe_load(text)
    assert isinstance(document, dict)
    return document


def steps(text: str) -> Iterator[dict[str, Any]]:
    """Every step of every job."""
    document = read(text)
    for job in document.get("jobs", {"": document.get("runs")}).values():
        yield from job["steps"]


def jobs(text: str) -> dict[str, dict[str, Any]]:
    """The jobs by name."""
    found: dict[str, dict[str, Any]] = read(text)["jobs"]
    return found


@every_text
def test_every_action_is_pinned_and_says_its_version(text: str) -> None:
    for line in re.findall(r"uses: (.*)", text):
        assert line == "./" or re.fullmatch(
            r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line
        )


@every_text
def test_nothing_is_put_into_a_script(text: str) -> None:
    for step in steps(text):
        assert "${{" not in step.get("run", "")


@every_workflow
def test_nothing_is_granted_but_to_a_job(text: str) -> None:
    assert read(text)["permissions"] == {}
    for name, job in jobs(text).items():
        assert "permissions" in job, name
        assert job["timeout-minutes"] <= 60, name


@every_text
def test_a_checkout_leaves_no_token_behind(text: str) -> None:
    for step in steps(text):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@every_workflow
def test_no_workflow_trusts_a_pull_request(text: str) -> None:
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(
        read(text)[True]
    )


@every_workflow
def test_a_key_is_only_where_an_environment_is(text: str) -> None:
    for name, job in jobs(text).items():
        if "secrets." in str(job):
            assert "environment" in job, name


@every_workflow
def test_what_runs_on_a_pull_request_has_no_key(text: str) -> None:
    if "pull_request" in read(text)[True]:
        assert "secrets." not in text


@pytest.mark.parametrize("project", [USERS, OURS])
def test_apply_goes_through_the_environments_in_order(project: Project) -> None:
    found = jobs(workflow_files(project)[".github/workflows/apply.yml"])

    assert [(name, job.get("needs")) for name, job in found.items()] == [
        ("plan-staging", None),
        ("apply-staging", "plan-staging"),
        ("plan-production", "apply-staging"),
        ("apply-production", "plan-production"),
    ]


def test_only_the_job_that_writes_is_alone_and_is_never_cancelled() -> None:
    text = workflow_files(USERS)[".github/workflows/apply.yml"]

    assert "concurrency" not in read(text)
    for name, job in jobs(text).items():
        if name.startswith("apply-"):
            environment = name.removeprefix("apply-")
            group = f"taskops-apply-{environment}"
            expected = {"group": group, "cancel-in-progress": False}
            assert job["concurrency"] == expected
        else:
            assert "concurrency" not in job
            assert "write" not in job["permissions"].values()


def test_ours_are_what_users_get() -> None:
    for path, text in workflow_files(OURS).items():
        assert (ROOT / path).read_text("utf-8") == text


def test_no_place_in_a_template_stays_empty() -> None:
    for text in (*workflow_files(USERS).values(), settings_text(USERS)):
        assert "__" not in text


@pytest.mark.parametrize("name", ["a b", "x: y", "${{ x }}", "-x", "a\nb", "", "a'b"])
def test_a_name_that_yaml_could_misread_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        Project((name,), ACTION)


def test_the_settings_name_what_a_person_has_to_click() -> None:
    told = settings_text(USERS)

    for word in ("`production`, `production-read`", "ANCHORBROWSER_API_KEY", "`main`"):
        assert word in told


def test_every_script_of_the_action_can_be_run() -> None:
    for path in (ROOT / ".github" / "action").glob("*.sh"):
        assert path.stat().st_mode & 0o111, path
        assert subprocess.run(["bash", "-n", str(path)], check=False).returncode == 0


def test_all_dependencies_are_locked_by_hash() -> None:
    from tomllib import loads

    project = loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    folder = ROOT / ".github" / "action"
    asked = (folder / "requirements.in").read_text("utf-8").splitlines()
    locked = (folder / "requirements.txt").read_text("utf-8")

    assert set(project["dependencies"]) <= set(asked)
    for requirement in re.split(r"\n(?=[a-z])", locked.partition("\n\n")[2] or locked):
        if "==" in requirement:
            assert "--hash=sha256:" in requirement


def linter(name: str) -> list[str]:
    """The program beside this Python or on the path; nothing where it is not there."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    return [found] if found else []


if ZIZMOR := linter("zizmor"):

    def test_zizmor_finds_nothing(tmp_path: Path) -> None:
        for path, text in workflow_files(USERS).items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        words = [*ZIZMOR, "--pedantic", "--offline", "--quiet"]

        for folder in (ROOT, tmp_path):
            ran = subprocess.run([*words, str(folder)], check=False, stdout=-1)
            assert ran.returncode == 0, ran.stdout.decode()


if ACTIONLINT := linter("actionlint"):

    def test_actionlint_finds_nothing(tmp_path: Path) -> None:
        files = [str(path) for path in (ROOT / ".github/workflows").glob("*.yml")]
        for path, text in workflow_files(USERS).items():
            file = tmp_path / Path(path).name
            file.write_text(text, "utf-8")
            files.append(str(file))

        ran = subprocess.run([*ACTIONLINT, *files], check=False, stdout=-1, cwd=ROOT)

        assert ran.returncode == 0, ran.stdout.decode()


if SHELLCHECK := linter("shellcheck"):

    def test_shellcheck_finds_nothing() -> None:
        scripts = [str(path) for path in (ROOT / ".github/action").glob("*.sh")]

        ran = subprocess.run([*SHELLCHECK, *scripts], check=False, stdout=-1)

        assert ran.returncode == 0, ran.stdout.decode()
