"""Remote tasks become files that say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml
from simulated import code

from taskops.manifests.pull import LeftOut, Pulled, pull_task
from taskops.model.project import Environment, Project
from taskops.model.resource import Address, Observed, Resource, Version
from taskops.model.values import Secret, Tree, frozen

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = """\
# why this exists
name: price-watch   # the name
code: watch.ts
description: old
browserConfiguration:
  proxy: {active: true, country_code: us}   # near the shop
  timeout:
    max_duration: 10 # minutes
"""


def content(**fields: object) -> Tree:
    return frozen({"code": code("export default async () => 1\n"), **fields})


def remote(name: str = "price-watch", **fields: object) -> Observed:
    version = Version.of(content(**fields))
    return Observed("anchor", "id0", name, draft=version, latest=version)


def project(root: Path, **settings: str) -> Project:
    return Project(str(root), "p", Environment(**settings), ("default",))  # type: ignore[arg-type]  # names


def pulled(result: Pulled | LeftOut) -> Pulled:
    assert isinstance(result, Pulled)
    return result


def test_an_unknown_task_becomes_a_manifest_and_its_code(tmp_path: Path) -> None:
    proxy = {"active": True, "type": "anchor_proxy", "country_code": "no"}

    result = pulled(
        pull_task(
            project(tmp_path),
            remote(browserConfiguration={"proxy": proxy}),
            None,
        )
    )

    assert result.files["tasks/price-watch.ts"] == b"export default async () => 1\n"
    text = result.files["tasks/price-watch.yaml"].decode()
    assert 'country_code: "no"' in text
    assert yaml.safe_load(text)["code"] == "price-watch.ts"


def test_a_task_that_is_only_a_draft_is_not_published(tmp_path: Path) -> None:
    draft = Observed("anchor", "i", "t", draft=Version.of(content()))

    result = pulled(pull_task(project(tmp_path), draft, None))

    assert b"publish: false" in result.files["tasks/t.yaml"]


def test_a_password_becomes_a_variable(tmp_path: Path) -> None:
    secrets = ("server", "username", "password")
    proxy = dict.fromkeys(secrets, Secret("hush")) | {"active": True, "type": "custom"}

    result = pulled(
        pull_task(
            project(tmp_path), remote(browserConfiguration={"proxy": proxy}), None
        )
    )

    assert result.variables == tuple(
        f"PRICE_WATCH_PROXY_{secret.upper()}" for secret in secrets
    )
    assert not any(b"hush" in data for data in result.files.values())


def test_an_existing_manifest_keeps_its_comments(tmp_path: Path) -> None:
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks/a.yaml").write_text(MANIFEST)
    (tmp_path / "tasks/watch.ts").write_text("export default async () => 1\n")
    proxy = {"active": True, "type": "anchor_proxy"}
    old = content(
        description="old",
        browserConfiguration={"proxy": proxy, "timeout": {"max_duration": 10}},
    )
    declared = Resource(
        Address("anchor", "price-watch"),
        "code",
        "price-watch",
        old,
        old,
        manifest="tasks/a.yaml",
    )
    now = remote(browserConfiguration={"proxy": {**proxy, "country_code": "no"}})

    result = pulled(pull_task(project(tmp_path), now, declared))

    assert list(result.files) == ["tasks/a.yaml"]
    text = result.files["tasks/a.yaml"].decode()
    assert "# why this exists" in text
    assert "# near the shop" in text
    assert 'country_code: "no"' in text
    assert "description" not in text
    assert "max_duration" not in text


COMMENTED = """\
# Ask growth before you change this.
---
name: price-watch
code: watch.ts
browserConfiguration:
    # four spaces, and a list that is set in
    tags:
      - "one"   # the first
      - two
      # more to come
    timeout: {max_duration: 10}
---
name: other
code: watch.ts
# the end
"""


def test_everything_but_the_change_keeps_its_form(tmp_path: Path) -> None:
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "all.yaml").write_text(COMMENTED)
    old = {"tags": ("one", "two"), "timeout": {"max_duration": 10}}
    declared = Resource(
        Address("anchor", "price-watch"),
        "code",
        "price-watch",
        frozen({}),
        content(browserConfiguration=old),
        manifest="tasks/all.yaml",
    )
    new = {"tags": ("one", "three"), "timeout": {"max_duration": 5}}

    result = pulled(
        pull_task(project(tmp_path), remote(browserConfiguration=new), declared)
    )

    changed = COMMENTED.replace("- two", "- three").replace("10}", "5}")
    assert result.files["tasks/all.yaml"].decode() == changed


def test_what_is_the_same_already_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "tasks").mkdir()
    text = "name: price-watch\ncode: watch.ts\n"
    (tmp_path / "tasks/a.yaml").write_text(text)
    (tmp_path / "tasks/watch.ts").write_text("export default async () => 1\n")
    declared = Resource(
        Address("anchor", "price-watch"),
        "code",
        "price-watch",
        content(),
        content(),
        manifest="tasks/a.yaml",
    )

    assert pulled(pull_task(project(tmp_path), remote(), declared)).files == {}


def test_a_prefix_is_taken_off_and_others_are_left_out(tmp_path: Path) -> None:
    staging = project(tmp_path, name_prefix="stg-")

    ours = pull_task(staging, remote("stg-x"), None)
    theirs = pull_task(staging, remote("x"), None)

    assert pulled(ours).name == "x"
    assert isinstance(theirs, LeftOut)


def test_a_workflow_is_left_out(tmp_path: Path) -> None:
    workflow = Observed("anchor", "i", "t", language="workflow")

    assert isinstance(pull_task(project(tmp_path), workflow, None), LeftOut)
