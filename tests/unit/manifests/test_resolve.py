from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from taskops.errors import InvalidManifests, Stale, UsageError
from taskops.manifests.project import find_project, load_project
from taskops.manifests.resolve import Loaded, load_resources
from taskops.manifests.starter import starter_files
from taskops.model.resource import Address, Kind, Resource
from taskops.model.values import Secret, Tree, at

CODE = "export default async function run() {}\n"
TASK = "name: one\ncode: one.ts\n"


def _as_it_is(provider: str, kind: Kind, spec: Tree) -> Tree:
    return spec


def _write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8", newline="")


def _project(root: Path, task: str, settings: str = "", code: str = CODE) -> None:
    head = "version: 1\nproject: shop\n"
    files = {"taskops.yaml": head + settings, "tasks/one.yaml": task}
    _write(root, {**files, "tasks/one.ts": code})


def _load(
    root: Path,
    env: str | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    paths: tuple[Path, ...] = (),
    need_secrets: bool = True,
) -> Loaded:
    return load_resources(
        load_project(root, env),
        environ=environ or {},
        canonical=_as_it_is,
        paths=paths,
        need_secrets=need_secrets,
    )


def _one(loaded: Loaded) -> Resource:
    assert [p.summary for p in loaded.problems] == []
    (resource,) = loaded.resources
    return resource


def test_a_code_task_becomes_a_resource(tmp_path: Path) -> None:
    _project(tmp_path, TASK + "browserConfiguration: {timeout: {max_duration: 3}}\n")

    task = _one(_load(tmp_path))

    assert task.address == Address("anchor", "one")
    assert (task.kind, task.name, task.publish) == ("code", "one", True)
    assert task.manifest == "tasks/one.yaml"
    assert str(task.where) == "tasks/one.yaml:1:1"
    assert set(task.spec) == {"language", "code", "browserConfiguration"}
    assert task.code is not None
    assert task.code.load() == CODE.encode()


def test_crlf_and_lf_are_the_same_code(tmp_path: Path) -> None:
    _project(tmp_path, TASK)
    before = _one(_load(tmp_path)).digest

    _project(tmp_path, TASK, code=CODE.replace("\n", "\r\n"))

    assert _one(_load(tmp_path)).digest == before


def test_code_that_changed_since_it_was_read_is_not_sent(tmp_path: Path) -> None:
    _project(tmp_path, TASK)
    code = _one(_load(tmp_path)).code
    assert code is not None

    (tmp_path / "tasks/one.ts").write_text("export default async () => {}\n")

    with pytest.raises(Stale):
        code.load()


def test_environment_defaults_overrides_and_variables_meet(tmp_path: Path) -> None:
    settings = """\
defaults: {protected: true, browserConfiguration: {timeout: {max_duration: 5}}}
environments:
  staging:
    variables: {SHOP: test}
    name_prefix: s-
    name_suffix: -x
    overrides:
      one: {publish: false, browserConfiguration: {timeout: {idle_timeout: 1}}}
  production: {}
"""
    task = TASK + "description: ${var.SHOP} $${var.SHOP}\nmoved_from: zero\n"
    _project(tmp_path, task, settings)

    one = _one(_load(tmp_path, "staging"))

    assert (one.name, one.moved_from) == ("s-one-x", "zero")
    assert (one.publish, one.protected) == (False, True)
    assert one.spec["description"] == "test ${var.SHOP}"
    assert at(one.spec, ("browserConfiguration", "timeout")) == {
        "max_duration": 5,
        "idle_timeout": 1,
    }


def test_defaults_that_a_generated_task_has_no_use_for_stay_away(
    tmp_path: Path,
) -> None:
    task = "name: g\ndescription: d\ngenerate: {user_task: Do it., async: true}\n"
    _project(tmp_path, task, "defaults: {publish: false, language: typescript}\n")

    generated = _one(_load(tmp_path))

    assert generated.kind == "generated"
    assert dict(generated.spec) == {
        "description": "d",
        "user_task": "Do it.",
        "async": True,
    }


def test_a_manifest_takes_a_default_away_with_null(tmp_path: Path) -> None:
    task = TASK + "browserConfiguration: {recording: null}\n"
    settings = "defaults: {browserConfiguration: {recording: {active: false}}}\n"
    _project(tmp_path, task, settings)

    assert _one(_load(tmp_path)).spec["browserConfiguration"] == {}


def test_a_proxy_of_another_type_replaces_the_default_one(tmp_path: Path) -> None:
    task = TASK + (
        "browserConfiguration: {proxy: {active: true, type: custom, "
        'server: "${env.S}", username: "${env.S}", password: "${env.S}"}}\n'
    )
    settings = (
        "defaults: {browserConfiguration: {proxy: {active: true, country_code: no}}}\n"
    )
    _project(tmp_path, task, settings)

    one = _one(_load(tmp_path, environ={"TASKOPS_VAR_S": "hunter2"}))

    proxy = at(one.spec, ("browserConfiguration", "proxy"))
    assert isinstance(proxy, Mapping)
    assert "country_code" not in proxy
    assert isinstance(proxy["password"], Secret)
    assert proxy["password"].reveal() == "hunter2"
    assert "hunter2" not in repr(one)


SECRET = (
    "kind: AgentTask\nprovider: browser_use\nname: a\ntask: t\n"
    'secrets: {shop: "${env.SHOP}"}\n'
)


def test_a_secret_comes_from_its_one_variable_and_enters_no_digest(
    tmp_path: Path,
) -> None:
    _project(tmp_path, SECRET)

    first = _one(_load(tmp_path, environ={"TASKOPS_VAR_SHOP": "hunter2"}))
    second = _one(_load(tmp_path, environ={"TASKOPS_VAR_SHOP": "other"}))
    unknown = _one(_load(tmp_path, need_secrets=False))
    missing = _load(tmp_path, environ={"SHOP": "hunter2"})

    assert first.digest == second.digest == unknown.digest
    secret = at(unknown.spec, ("secrets", "shop"))
    assert isinstance(secret, Secret)
    assert not secret.known
    assert [p.summary for p in missing.problems] == [
        "the variable TASKOPS_VAR_SHOP is not set"
    ]


def test_run_key_and_secret_version_are_digested_and_not_sent(tmp_path: Path) -> None:
    _project(tmp_path, SECRET)
    before = _one(_load(tmp_path, need_secrets=False))
    _project(tmp_path, SECRET + "run_key: '2'\nsecret_version: '3'\nattempts: 2\n")

    after = _one(_load(tmp_path, need_secrets=False))

    assert after.spec == before.spec
    assert after.digest != before.digest
    assert (after.content["run_key"], after.attempts) == ("2", 2)


def test_a_literal_with_an_escaped_name_is_still_a_secret(tmp_path: Path) -> None:
    _project(
        tmp_path,
        SECRET.replace('"${env.SHOP}"', "hunter2").replace("secrets", '"\\x73ecrets"'),
    )

    (problem,) = _load(tmp_path).problems

    assert problem.summary == "`shop` must come from the environment"


def test_a_problem_of_a_default_is_told_where_it_was_written(tmp_path: Path) -> None:
    settings = "environments:\n  a:\n    overrides:\n      one: {code: two.ts}\n"
    _project(tmp_path, TASK, settings)

    (problem,) = _load(tmp_path).problems

    assert str(problem.where) == "taskops.yaml:6:19"
    assert problem.address == "anchor/one"


def test_an_environment_must_be_chosen_where_there_are_several(tmp_path: Path) -> None:
    _project(tmp_path, TASK, "environments: {staging: {}, production: }\n")

    with pytest.raises(UsageError, match="more than one environment"):
        load_project(tmp_path, None)
    with pytest.raises(UsageError) as unknown:
        load_project(tmp_path, "prodution")
    assert unknown.value.hint == "did you mean `production`?"
    assert load_project(tmp_path, "production").environments == (
        "staging",
        "production",
    )


def test_a_project_is_found_from_below_and_init_is_named_where_there_is_none(
    tmp_path: Path,
) -> None:
    _project(tmp_path / "p", TASK)

    assert find_project(tmp_path / "p" / "tasks") == (tmp_path / "p").resolve()
    with pytest.raises(UsageError) as error:
        find_project(tmp_path)
    assert "taskops init" in error.value.hint


def test_paths_choose_files_and_folders(tmp_path: Path) -> None:
    _project(tmp_path, TASK)
    _write(tmp_path, {"tasks/sub/two.yaml": "name: two\ncode: ../one.ts\n"})

    everything = _load(tmp_path)
    folder = _load(tmp_path, paths=(tmp_path / "tasks/sub",))
    file = _load(tmp_path, paths=(tmp_path / "tasks/one.yaml",))

    assert (everything.files, everything.documents) == (2, 2)
    assert [r.address.name for r in folder.resources] == ["two"]
    assert [r.address.name for r in file.resources] == ["one"]
    with pytest.raises(UsageError):
        _load(tmp_path, paths=(tmp_path / "nowhere.yaml",))
    with pytest.raises(UsageError):
        _load(tmp_path, paths=(Path("/etc"),))


def test_the_starter_project_loads_without_a_word(tmp_path: Path) -> None:
    _write(tmp_path, starter_files("My Shop!"))

    project = load_project(tmp_path, None)

    assert project.name == "my-shop"
    assert _one(_load(tmp_path)).address.name == "hello"


@pytest.mark.parametrize(
    "target",
    [
        "/proc/self/environ",
        "/dev/zero",
        "../../outside.ts",
        "/etc/passwd",
        "../.git/config",
    ],
)
def test_a_link_out_of_the_project_is_refused(tmp_path: Path, target: str) -> None:
    root = tmp_path / "p"
    _project(root, TASK)
    _write(tmp_path, {"outside.ts": CODE, "p/.git/config": "token"})
    (root / "tasks/one.ts").unlink()
    (root / "tasks/one.ts").symlink_to(target)

    (problem,) = _load(root).problems

    assert str(problem.where) == "tasks/one.yaml:2:7"
    assert "symbolic link" in problem.summary or "hidden" in problem.summary


def test_a_link_inside_the_project_is_followed(tmp_path: Path) -> None:
    _project(tmp_path, TASK.replace("one.ts", "link.ts"))
    (tmp_path / "tasks/link.ts").symlink_to("one.ts")

    code = _one(_load(tmp_path)).code

    assert code is not None
    assert code.load() == CODE.encode()


def test_a_folder_that_links_out_is_refused_for_code_and_has_no_manifests(
    tmp_path: Path,
) -> None:
    root = tmp_path / "p"
    _project(root, TASK.replace("one.ts", "away/two.ts"))
    _write(
        tmp_path, {"away/two.ts": CODE, "away/two.yaml": "name: two\ncode: two.ts\n"}
    )
    (root / "tasks/away").symlink_to(tmp_path / "away")

    loaded = _load(root)

    assert [p.summary for p in loaded.problems] == [
        "the file that `code` names leads out of the project through a symbolic link"
    ]
    assert loaded.files == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
def test_a_fifo_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    _project(tmp_path, TASK)
    for name in ("tasks/one.ts", "tasks/two.yaml"):
        (tmp_path / name).unlink(missing_ok=True)
        os.mkfifo(tmp_path / name)

    said = [p.summary for p in _load(tmp_path).problems]

    assert said == [
        "the file that `code` names is not a regular file",
        "the manifest is not a regular file",
    ]


def test_large_code_a_circle_of_links_and_a_folder_are_refused(tmp_path: Path) -> None:
    _project(tmp_path, "\n---\n".join(f"name: {n}\ncode: {n}.ts" for n in "abc"))
    (tmp_path / "tasks/a.ts").write_bytes(b"x" * (1024 * 1024 + 1))
    (tmp_path / "tasks/b.ts").symlink_to("b.ts")
    (tmp_path / "tasks/c.ts").mkdir()

    said = [
        p.summary.removeprefix("the file that `code` names ")
        for p in _load(tmp_path).problems
    ]

    assert said == [
        "is larger than 1 MiB",
        "is a symbolic link that leads back to itself",
        "is not a regular file",
    ]


def test_settings_that_are_a_link_out_of_the_project_are_refused(
    tmp_path: Path,
) -> None:
    root = tmp_path / "p"
    _project(root, TASK)
    (root / "taskops.yaml").rename(tmp_path / "elsewhere.yaml")
    (root / "taskops.yaml").symlink_to(tmp_path / "elsewhere.yaml")

    with pytest.raises(InvalidManifests) as error:
        load_project(root, None)

    assert "symbolic link" in error.value.problems[0].summary


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("tasks/*.yaml", ["tasks/a.yaml"]),
        ("tasks/**/*.yaml", ["tasks/a.yaml", "tasks/b/c.yaml", "tasks/b/d/e.yaml"]),
        ("./tasks/**", ["tasks/a.yaml", "tasks/b/c.yaml", "tasks/b/d/e.yaml"]),
        ("**/[a-c].yaml", ["tasks/a.yaml", "tasks/b/c.yaml"]),
        ("tasks/?/c.yaml", ["tasks/b/c.yaml"]),
        ("tasks/[", []),
        ("nowhere/*.yaml", []),
        (".hidden/*.yaml", []),
        ("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", []),
    ],
)
def test_globs_find_files_and_nothing_hidden(
    tmp_path: Path, pattern: str, found: list[str]
) -> None:
    from taskops.manifests import globs

    names = ["tasks/a.yaml", "tasks/b/c.yaml", "tasks/b/d/e.yaml", "a" * 200]
    hidden = ["tasks/.x.yaml", "tasks/.git/a.yaml", ".hidden/a.yaml"]
    _write(tmp_path, dict.fromkeys([*names, *hidden], ""))

    assert globs.find(tmp_path, [pattern]) == found


def test_code_is_not_looked_through_when_nobody_asks(tmp_path: Path) -> None:
    _project(tmp_path, TASK, code="export {};\n")
    project = load_project(tmp_path, None)

    told = load_resources(project, environ={}, canonical=_as_it_is)
    quiet = load_resources(project, environ={}, canonical=_as_it_is, check_code=False)

    assert [p.severity for p in told.problems] == ["warning"]
    assert not quiet.problems
    assert len(told.resources) == len(quiet.resources) == 1
