"""What people use for the like: octoDNS, an Ansible loop, curl and jq in parallel."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.ground import LANES, PAGE
from bench.measure import Command

OCTODNS = "octodns==1.22.0"
ANSIBLE = "ansible-core==2.19.4"
VENVS = Path(".bench")
"""Where other people's tools are installed, each by itself; kept for the next run."""


def installed(requirement: str) -> Path | str:
    """The folder of a tool's commands, or why it is not there."""
    venv = VENVS.resolve() / requirement
    if not (venv / "ready").exists():
        shutil.rmtree(venv, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        done = subprocess.run(
            [*pip, requirement], check=False, capture_output=True, text=True
        )
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["pip said nothing"]
            return f"`{requirement}` could not be installed: {said[-1]}"
        (venv / "ready").touch()
    return venv / "bin"


def octodns(root: Path, count: int) -> Command | str:
    """A plan from YAML to YAML, one record in a hundred changed; no network."""
    found = installed(OCTODNS)
    if isinstance(found, str):
        return found
    for side, changed in (("wanted", True), ("there", False)):
        folder = root / side
        folder.mkdir(parents=True)
        records = [
            f"task-{number:06d}:\n"
            f"  ttl: {301 if changed and number % 100 == 0 else 300}\n"
            "  type: A\n"
            f"  values: [192.0.2.{number % 250}, 198.51.100.{number % 250}]\n"
            for number in range(count)
        ]
        (folder / "example.com.yaml").write_text("---\n" + "".join(records))
    provider = "  {0}:\n    class: octodns.provider.yaml.YamlProvider\n"
    config = "manager:\n  max_workers: 1\nproviders:\n"
    for side in ("wanted", "there"):
        config += provider.format(side) + f"    directory: {root / side}\n"
    config += "zones:\n  example.com.:\n    sources: [wanted]\n    targets: [there]\n"
    (root / "config.yaml").write_text(config)
    command = str(found / "octodns-sync")
    return Command([command, "--config-file", str(root / "config.yaml")], root)


def ansible(root: Path, url: str) -> Command | str:
    """The loop over `uri` that one finds in many repositories."""
    found = installed(ANSIBLE)
    if isinstance(found, str):
        return found
    headers = {"anchor-api-key": "any"}
    task = {
        "name": "{{ item.name }}",
        "description": "{{ item.description }}",
        "language": "typescript",
        "code": "{{ lookup('file', item.file, rstrip=false) | b64encode }}",
        "browserConfiguration": "{{ item.browserConfiguration }}",
    }
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "tasks": [
            {"uri": {"url": f"{url}/v1/task?page=1&limit={PAGE}", "headers": headers}},
            {
                "uri": {
                    "url": f"{url}/v1/task",
                    "method": "POST",
                    "headers": headers,
                    "body_format": "json",
                    "body": task,
                },
                "loop": _bodies(root),
                "loop_control": {"label": "{{ item.name }}"},
            },
        ],
    }
    (root / "play.yaml").write_text(json.dumps([play]))
    environ = {**os.environ, "ANSIBLE_LOCALHOST_WARNING": "False", "LC_ALL": "C.UTF-8"}
    own = f"ansible_python_interpreter={found / 'python'}"
    command = str(found / "ansible-playbook")
    words = [command, "-i", "localhost,", "-e", own, "play.yaml"]
    return Command(words, root, environ)


SCRIPT = """\
set -eu
curl --silent --fail -H "$KEY" "$URL/v1/task?page=1&limit=100" | jq .data.total
ls bodies | xargs -P "$LANES" -n 1 sh ./one.sh
"""

ONE = """\
set -eu
code="tasks/$(basename "$1" .json).ts"
jq --rawfile code "$code" '. + {code: ($code | @base64)}' "bodies/$1" |
  curl --silent --fail -H "$KEY" -H 'Content-Type: application/json' \\
    --data-binary @- "$URL/v1/task" > "answers/$1"
curl --silent --fail -H "$KEY" \\
  "$URL/v1/task/$(jq -r .data.id "answers/$1")/draft" > "drafts/$1"
jq --exit-status --rawfile code "$code" '.data.code == ($code | @base64)' "drafts/$1"
"""


def curl(root: Path, url: str) -> Command | str:
    """Sixteen at once; each task is written, read back and compared."""
    for tool in ("sh", "xargs", "curl", "jq"):
        if shutil.which(tool) is None:
            return f"`{tool}` is not installed (on Debian: apt-get install curl jq)"
    for folder in ("bodies", "answers", "drafts"):
        (root / folder).mkdir()
    for body in _bodies(root):
        name = body["name"]
        kept = {key: value for key, value in body.items() if key != "file"}
        text = json.dumps({"language": "typescript", **kept})
        (root / "bodies" / f"{name}.json").write_text(text)
    (root / "write.sh").write_text(SCRIPT)
    (root / "one.sh").write_text(ONE)
    key = "anchor-api-key: any"
    environ = {**os.environ, "URL": url, "KEY": key, "LANES": str(LANES)}
    return Command(["sh", "write.sh"], root, environ)


def _bodies(root: Path) -> list[dict[str, object]]:
    """What is written, as data: reading YAML is not what a shell is good at."""
    import yaml

    bodies = []
    for path in sorted(root.glob("tasks/*.yaml")):
        manifest = yaml.safe_load(path.read_bytes())
        kept = ("name", "description", "browserConfiguration")
        configuration = manifest["browserConfiguration"]
        # YAML 1.1 reads the country as a no.
        configuration["proxy"]["country_code"] = "no"
        body = {key: manifest[key] for key in kept}
        bodies.append({**body, "file": str(path.with_suffix(".ts"))})
    return bodies
