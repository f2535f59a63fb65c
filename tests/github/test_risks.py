"""What deserves a look stands above everything else in the comment."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from taskops.manifests.starter import starter_files

if TYPE_CHECKING:
    from pathlib import Path

    from github.hub import Hub
    from github.job import Job

PROXY = """\
  proxy:
    active: true
    type: anchor_proxy
    country_code: de
"""


def git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@t.example")
    subprocess.run(["git", *who, *words], cwd=root, check=True, stdout=-1)


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "a change")


def step(job: Job, script: str, **variables: str) -> None:
    given = {"TASKOPS_DIRECTORY": "shop", "TASKOPS_EMULATOR": "1"}
    given["GITHUB_EVENT_NAME"] = "pull_request"
    ran = job.step(script, **(given | variables))
    assert ran.code == 0, ran.log


def test_risks_come_before_all_changes(job: Job, hub: Hub) -> None:
    root = job.folder / "shop"
    (root / "tasks").mkdir(parents=True)
    for name, text in starter_files("shop").items():
        (root / name).write_text(text, "utf-8")
    hello = (root / "tasks/hello.yaml").read_text("utf-8")

    def declare(name: str, text: str = hello) -> None:
        path = root / f"tasks/{name}.yaml"
        path.write_text(text.replace("name: hello", f"name: {name}"), "utf-8")

    # One that is on the service, though nothing here knows of it.
    declare("theirs")
    step(job, "run.sh", TASKOPS_COMMAND="apply")
    shutil.rmtree(root / ".taskops/emulator-ledger")
    (root / "tasks/theirs.yaml").unlink()
    for name in ("behind-a-proxy", "harmless", "old"):
        declare(name)
    step(job, "run.sh", TASKOPS_COMMAND="apply")
    git(root, "init", "-q")
    commit(root)

    # The pull request.
    declare("theirs", hello.replace("n: 5", "n: 8"))
    declare("harmless", hello.replace("n: 5", "n: 8"))
    declare("behind-a-proxy", hello + PROXY)
    declare("new-behind-a-proxy", hello + PROXY)
    (root / "tasks/old.yaml").unlink()
    with (root / "taskops.yaml").open("a") as settings:
        settings.write("limits:\n  deletes: 500\n")
    commit(root)
    step(job, "run.sh", TASKOPS_COMMAND="plan", TASKOPS_ARGS="--prune --adopt theirs")
    step(job, "comment.sh", TASKOPS_PULL="7", TASKOPS_COMMIT="0123456789abcdef")

    body = hub.comments[0]["body"]
    above, _, below = body.partition("| | task | what is done |")
    settings_at = above.index("### `taskops.yaml` is changed")
    first = above.index("### Look at these first")
    assert settings_at < above.index("+  deletes: 500") < first
    assert above[first:].split("\n\n")[1].splitlines() == [
        "- `old`: deletes it on the service",
        "- `behind-a-proxy`: changes the proxy",
        "- `new-behind-a-proxy`: uses a proxy",
        "- `theirs`: takes over an object that was not made from here",
    ]
    assert "`harmless`" not in above
    assert "`harmless`" in below


def test_what_is_taken_over_as_it_is_is_told_though_nothing_changes(
    job: Job, hub: Hub
) -> None:
    root = job.folder / "shop"
    (root / "tasks").mkdir(parents=True)
    for name, text in starter_files("shop").items():
        (root / name).write_text(text, "utf-8")
    step(job, "run.sh", TASKOPS_COMMAND="apply")
    shutil.rmtree(root / ".taskops/emulator-ledger")

    step(job, "run.sh", TASKOPS_COMMAND="plan")
    pull = {"TASKOPS_PULL": "7", "TASKOPS_COMMIT": "a" * 40}
    step(job, "comment.sh", TASKOPS_CHANGES="false", **pull)

    [comment] = hub.comments
    assert "**No changes**: 1 adopted as is" in comment["body"]
    assert "- `hello`: taken over as it is" in comment["body"]
