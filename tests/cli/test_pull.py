from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from cli.service import service
from cli.shell import edit, project, taskops

if TYPE_CHECKING:
    from pathlib import Path

CODE = "export default async () => 1\n"
CUSTOM: dict[str, Any] = {
    "active": True,
    "type": "custom",
    "server": "http://proxy.example:8080",
    "username": "somebody",
    "password": "hush-hush",
}
VARIABLES: dict[str, str] = {
    f"TASKOPS_VAR_SECRET_PROXY_{field.upper()}": CUSTOM[field]
    for field in ("server", "username", "password")
}

SHAPES: dict[str, dict[str, Any]] = {
    "bare": {"latest": {"code": CODE}},
    "draft-only": {"draft": {"code": CODE}, "description": "not yet"},
    "norway": {
        "latest": {
            "code": CODE,
            "browserConfiguration": {
                "proxy": {
                    "active": True,
                    "type": "anchor_proxy",
                    "country_code": "no",
                }
            },
        }
    },
    "secret": {"latest": {"code": CODE, "browserConfiguration": {"proxy": CUSTOM}}},
    "odd-texts": {
        "latest": {"code": "// ${env.NOT} `$`\r\nexport default 1 // ü\u2028"},
        "description": 'yes: "no" # ${var.x} $${y} \\ ü\n  two\n\nlines \t ',
    },
    "emoji": {"latest": {"code": CODE}, "description": "\U0001f600"},
    "1-0": {"latest": {"code": ""}, "description": "0x1f"},
    "both": {"latest": {"code": CODE}, "draft": {"code": "export default 2\n"}},
    "timeouts": {
        "latest": {
            "code": CODE,
            "browserConfiguration": {
                "timeout": {"max_duration": 30, "idle_timeout": 2},
                "recording": {"active": False},
                "initial_url": "https://shop.example/?q=a:b#c",
            },
        }
    },
}


TIMEOUT = "timeout:\n    max_duration: 6  # minutes"


def empty(root: Path) -> Path:
    """A project without tasks."""
    return project(root, tasks=0)


@pytest.mark.parametrize("name", SHAPES)
def test_what_was_pulled_is_what_a_plan_finds(tmp_path: Path, name: str) -> None:
    root = empty(tmp_path)
    with service() as there:
        there.account.edit(name=name, **SHAPES[name])
        pulled = taskops(root, "pull", **there.variables)
        if SHAPES[name].get("latest") == {"code": ""}:
            assert f"left out: {name}: it has no code" in pulled.out
            return
        assert pulled.code == 0, pulled.err
        assert f"+ tasks/{name}.yaml\n" in pulled.out
        assert pulled.out.endswith("\nNext: taskops plan\n")
        planned = taskops(
            root, "plan", "--detailed-exitcode", **there.variables, **VARIABLES
        )
        assert planned.code == 0, planned.out + planned.err
        assert there.written() == []
        again = taskops(root, "pull", **there.variables, **VARIABLES)
        assert "nothing to write" in again.out


def test_secrets_become_variables_that_are_told_without_values(tmp_path: Path) -> None:
    root = empty(tmp_path)
    with service() as there:
        there.account.edit(name="secret", **SHAPES["secret"])
        pulled = taskops(root, "pull", **there.variables)
    for variable, value in VARIABLES.items():
        assert f"  export {variable}=…\n" in pulled.out
        assert value not in pulled.out + pulled.err
        assert value not in (root / "tasks" / "secret.yaml").read_text("utf-8")


@pytest.mark.parametrize("echo", ["no", "masked"])
def test_a_secret_that_the_service_withholds_is_a_variable_all_the_same(
    tmp_path: Path, echo: str
) -> None:
    root = empty(tmp_path)
    with service() as there:
        there.account.set_behaviours({"proxy_password_echo": echo})
        there.account.edit(name="secret", **SHAPES["secret"])
        pulled = taskops(root, "pull", **there.variables)
        planned = taskops(
            root, "plan", "--detailed-exitcode", **there.variables, **VARIABLES
        )
    for variable in VARIABLES:
        assert f"  export {variable}=…\n" in pulled.out
    assert planned.code == 0, planned.out + planned.err


def test_what_a_manifest_may_not_say_is_left_out_and_spoils_nothing(
    tmp_path: Path,
) -> None:
    root = empty(tmp_path)
    proxy = {"active": True, "type": "anchor_proxy", "country_code": "gb"}
    wrong = {"code": CODE, "browserConfiguration": {"proxy": proxy}}
    with service() as there:
        there.account.edit(name="wrong", latest=wrong)
        there.account.edit(name="right", latest={"code": CODE})
        pulled = taskops(root, "pull", **there.variables)
        planned = taskops(root, "plan", "--detailed-exitcode", **there.variables)
    assert "left out: wrong: its manifest would not be valid: `country_code" in (
        pulled.out
    )
    assert "+ tasks/right.yaml\n" in pulled.out
    assert planned.code == 0, planned.out + planned.err


@pytest.mark.parametrize(
    ("code", "why"),
    [(" \n\t\n", "its code is empty"), ("a\0b", "its code is not UTF-8 text")],
)
def test_code_that_no_manifest_may_name_is_left_out(
    tmp_path: Path, code: str, why: str
) -> None:
    root = empty(tmp_path)
    with service() as there:
        there.account.edit(name="odd", latest={"code": code})
        there.account.edit(name="good", latest={"code": CODE})
        pulled = taskops(root, "pull", **there.variables)
        plan = taskops(root, "plan", **there.variables)

    assert f"left out: odd: {why}\n" in pulled.out
    assert not (root / "tasks/odd.yaml").exists()
    assert plan.code == 0, plan.err
    assert "1 adopted as is" in plan.out


def test_a_password_in_an_address_is_told_before_somebody_commits_it(
    tmp_path: Path,
) -> None:
    root = empty(tmp_path)
    address = {"initial_url": "https://somebody:hush-hush@shop.example/"}
    with service() as there:
        fields = {"code": CODE, "browserConfiguration": address}
        there.account.edit(name="shop", latest=fields)
        pulled = taskops(root, "pull", **there.variables)

    assert "note: shop: `initial_url` has a user name or a password in it" in pulled.out
    assert "hush-hush" not in pulled.out + pulled.err


def test_nothing_is_overwritten_without_force(tmp_path: Path) -> None:
    root = project(tmp_path)
    taskops(root, "apply", "--emulator", "--yes")
    edit(root, "const url", "const address", "tasks/hello.ts")
    edit(root, "timeout: {max_duration: 5}", TIMEOUT)
    before = {path: path.read_bytes() for path in (root / "tasks").iterdir()}
    refused = taskops(root, "pull", "hello", "--emulator")
    assert refused.code == 1
    assert "! tasks/hello.ts\n! tasks/hello.yaml\n" in refused.out
    assert refused.out.endswith("taskops pull hello --force --emulator\n")
    assert {p: p.read_bytes() for p in (root / "tasks").iterdir()} == before
    forced = taskops(root, "pull", "hello", "--force", "--emulator")
    assert forced.code == 0
    assert "~ tasks/hello.ts\n~ tasks/hello.yaml\n" in forced.out
    assert "max_duration: 5  # minutes" in (root / "tasks/hello.yaml").read_text()
    planned = taskops(root, "plan", "--emulator", "--detailed-exitcode")
    assert planned.code == 0, planned.out
    again = taskops(root, "pull", "--emulator")
    assert again.code == 0
    assert again.out.startswith("nothing to write")


def test_new_files_are_written_though_others_would_be_overwritten(
    tmp_path: Path,
) -> None:
    root = project(tmp_path)
    with service() as there:
        there.account.edit(name="hello", latest={"code": CODE})
        there.account.edit(name="other", latest={"code": CODE})
        said = taskops(root, "pull", **there.variables)
    assert said.code == 1
    assert "+ tasks/other.ts" in said.out
    assert "! tasks/hello.ts" in said.out
    assert (root / "tasks" / "other.yaml").is_file()


def test_several_tasks_of_one_manifest_are_all_brought_up_to_date(
    tmp_path: Path,
) -> None:
    root = project(tmp_path, tasks=3)
    with service() as there:
        taskops(root, "apply", "--yes", **there.variables)
        for name in ("t0", "t1"):
            there.account.edit(name=name, description=f"{name}, by hand")
        said = taskops(root, "pull", "t0", "t1", "--force", **there.variables)
        assert said.code == 0, said.out
        planned = taskops(root, "plan", "--detailed-exitcode", **there.variables)
    assert planned.code == 0, planned.out


def test_two_tasks_with_one_code_file_cannot_both_be_pulled(tmp_path: Path) -> None:
    root = project(tmp_path, tasks=3)
    with service() as there:
        taskops(root, "apply", "--yes", **there.variables)
        for number, name in enumerate(("t0", "t1")):
            there.account.edit(name=name, latest={"code": f"export default {number}"})
        said = taskops(root, "pull", "t0", "t1", "--force", **there.variables)
    assert said.code == 1
    assert "left out: t1: `tasks/hello.ts` is now the code of `t0`" in said.out


def test_a_prefix_is_left_in_taskops_yaml(tmp_path: Path) -> None:
    root = empty(tmp_path)
    edit(
        root,
        "version: 1",
        "version: 1\nenvironments: {dev: {name_prefix: dev-}}",
        "taskops.yaml",
    )
    with service() as there:
        there.account.edit(name="dev-mine", latest={"code": CODE})
        there.account.edit(name="theirs", latest={"code": CODE})
        said = taskops(root, "pull", "--env", "dev", **there.variables)
        planned = taskops(
            root, "plan", "--env", "dev", "--detailed-exitcode", **there.variables
        )
    assert said.code == 0
    assert "+ tasks/mine.yaml" in said.out
    assert "left out: theirs: its name is not of this environment" in said.out
    assert said.out.endswith("Next: taskops plan --env dev\n")
    assert planned.code == 0, planned.out


def test_what_the_environment_overrides_is_told(tmp_path: Path) -> None:
    root = empty(tmp_path)
    defaults = (
        "version: 1\ndefaults: {browserConfiguration: {timeout: {max_duration: 7}}}"
    )
    edit(root, "version: 1", defaults, "taskops.yaml")
    with service() as there:
        there.account.edit(name="bare", latest={"code": CODE})
        said = taskops(root, "pull", **there.variables)
    assert "bare: `browserConfiguration.timeout.max_duration` will still differ" in (
        said.out
    )


def test_names_that_lead_elsewhere_are_left_out(tmp_path: Path) -> None:
    root = empty(tmp_path / "inner")
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / "tasks").rmdir() if (root / "tasks").exists() else None
    with service() as there:
        for name in ("../../outside/x", ".hidden", "/etc/x", "a\\b"):
            there.account.edit(name=name, latest={"code": CODE})
        said = taskops(root, "pull", **there.variables)
        (root / "tasks").symlink_to(outside)
        there.account.edit(name="fine", latest={"code": CODE})
        linked = taskops(root, "pull", "fine", **there.variables)
    assert said.out.count("left out: ") == 4
    assert linked.code == 1
    assert "leads out of the project" in linked.out
    assert list(outside.iterdir()) == []


def test_twins_and_foreign_languages_are_left_out(tmp_path: Path) -> None:
    root = empty(tmp_path)
    with service() as there:
        there.account.edit(name="twin", latest={"code": CODE})
        there.account.edit(name="twin", new=True, latest={"code": CODE})
        there.account.edit(name="flow", language="workflow", latest={"code": CODE})
        said = taskops(root, "pull", **there.variables)
    assert said.code == 0
    assert said.out.count("left out: twin: several tasks have this name") == 2
    assert "left out: flow: its language is `workflow`" in said.out
    assert not (root / "tasks" / "twin.yaml").exists()


def test_a_name_that_nobody_has_is_a_usage_error(tmp_path: Path) -> None:
    root = project(tmp_path)
    taskops(root, "apply", "--emulator", "--yes")
    said = taskops(root, "pull", "helo", "--emulator")
    assert said.code == 64
    assert "did you mean `hello`?" in said.err


def test_many_tasks_come_in_one_pull(tmp_path: Path) -> None:
    root = empty(tmp_path)
    with service() as there:
        for number in range(130):
            there.account.edit(name=f"t{number}", latest={"code": CODE})
        said = taskops(root, "pull", **there.variables)
        assert said.out.count("+ tasks/") == 260
        planned = taskops(root, "plan", "--detailed-exitcode", **there.variables)
    assert planned.code == 0, planned.out


def test_an_edit_that_was_kept_is_no_conflict_ever_after(tmp_path: Path) -> None:
    root = project(tmp_path)
    with service() as there:
        assert taskops(root, "apply", "--yes", **there.variables).code == 0
        there.account.edit(name="hello", latest={"code": CODE})
        assert taskops(root, "drift", **there.variables).code == 2
        taskops(root, "pull", "hello", "--force", **there.variables)

        kept = taskops(root, "apply", "--yes", **there.variables)
        edit(root, "=> 1", "=> 2", "tasks/hello.ts")
        later = taskops(root, "apply", "--yes", **there.variables)

    assert "Plan: nothing to change" in kept.out
    assert "git now has what was edited on the service" in kept.out
    assert (later.code, "1 applied" in later.out) == (0, True)


def test_a_draft_that_is_pulled_over_a_manifest_plans_to_nothing(
    tmp_path: Path,
) -> None:
    root = project(tmp_path)
    with service() as there:
        there.account.edit(name="hello", draft={"code": "export {}\n"})
        assert taskops(root, "plan", **there.variables).code == 8

        pulled = taskops(root, "pull", "hello", "--force", **there.variables)

        assert pulled.code == 0, pulled.err
        assert "publish: false" in (root / "tasks" / "hello.yaml").read_text()
        assert "nothing of it is live" in pulled.out + pulled.err
        planned = taskops(root, "plan", "--detailed-exitcode", **there.variables)
        assert planned.code == 0, planned.out + planned.err


ANCHOR: dict[str, Any] = {"active": True, "type": "anchor_proxy"}

BROWSERS: dict[str, tuple[str, dict[str, Any]]] = {
    "no proxy any more": ("{proxy: {active: true, country_code: us}}", {}),
    "nor a comment in it": (
        "\n  live_view:\n    # for support\n    read_only: true\n  tags: [a]",
        {"tags": ["b"]},
    ),
    "nothing at all": ("\n  # as the shop wants it\n  tags: [a]", {}),
    "a proxy of one's own": (
        "{proxy: {active: true, type: anchor_proxy, country_code: us}}",
        {"proxy": CUSTOM},
    ),
    "one of the service's": (
        "{proxy: {active: true, type: custom, SECRETS}}",
        {"proxy": ANCHOR},
    ),
    "one that was off": (
        "{proxy: {active: false, type: anchor_gov, country_code: no}}",
        {"proxy": CUSTOM},
    ),
}


@pytest.mark.parametrize("what", BROWSERS)
def test_what_is_left_of_a_manifest_is_valid_and_plans_to_nothing(
    tmp_path: Path, what: str
) -> None:
    root = project(tmp_path)
    declared, there_now = BROWSERS[what]
    secrets = ("server", "username", "password")
    mine = ", ".join(f"{field}: '${{env.A}}'" for field in secrets)
    declared = declared.replace("SECRETS", mine)
    manifest = f"name: secret\ncode: hello.ts\nbrowserConfiguration: {declared}\n"
    (root / "tasks" / "hello.yaml").write_text(manifest, "utf-8")
    latest = {"code": CODE, "browserConfiguration": there_now}
    with service() as there:
        there.account.edit(name="secret", latest=latest)

        pulled = taskops(root, "pull", "--force", **there.variables, **VARIABLES)

        assert pulled.code == 0, pulled.err
        planned = taskops(
            root, "plan", "--detailed-exitcode", **there.variables, **VARIABLES
        )
        assert planned.code == 0, planned.out + planned.err


def test_of_a_task_that_is_not_published_the_draft_is_what_is_kept(
    tmp_path: Path,
) -> None:
    root = project(tmp_path)
    with service() as there:
        taskops(root, "apply", "--yes", **there.variables)
        edit(root, "code:", "publish: false\ncode:")
        taskops(root, "apply", "--yes", **there.variables)
        there.account.edit(name="hello", draft={"code": CODE})
        drift = taskops(root, "drift", **there.variables)
        assert "taskops pull hello --force, then commit it" in drift.out

        taskops(root, "pull", "hello", "--force", **there.variables)

        planned = taskops(root, "plan", "--detailed-exitcode", **there.variables)
        assert planned.code == 0, planned.out
        assert (root / "tasks" / "hello.ts").read_text("utf-8") == CODE


def test_a_task_that_git_has_generated_is_not_declared_a_second_time(
    tmp_path: Path,
) -> None:
    root = empty(tmp_path)
    manifest = "name: hello\ndescription: d\ngenerate: {user_task: Greet.}\n"
    (root / "tasks").mkdir(exist_ok=True)
    (root / "tasks" / "greeting.yaml").write_text(manifest, "utf-8")
    with service() as there:
        there.account.edit(name="hello", latest={"code": CODE})

        pulled = taskops(root, "pull", "--force", **there.variables)

        assert "left out: hello: `tasks/greeting.yaml` declares it" in pulled.out
        assert taskops(root, "validate").code == 0


def test_what_is_live_is_pulled_as_such_where_drafts_are_the_default(
    tmp_path: Path,
) -> None:
    root = empty(tmp_path)
    with (root / "taskops.yaml").open("a", encoding="utf-8") as file:
        file.write("defaults: {publish: false}\n")
    with service() as there:
        there.account.edit(name="both", **SHAPES["both"])
        there.account.edit(name="draft", draft={"code": CODE})

        taskops(root, "pull", **there.variables)

        planned = taskops(root, "plan", "--detailed-exitcode", **there.variables)
        assert planned.code == 0, planned.out
    assert "publish: true" in (root / "tasks" / "both.yaml").read_text("utf-8")
    assert "publish" not in (root / "tasks" / "draft.yaml").read_text("utf-8")


def test_what_a_hand_renamed_gets_no_second_manifest(tmp_path: Path) -> None:
    root = project(tmp_path)
    with service() as there:
        taskops(root, "apply", "--yes", **there.variables)
        there.account.edit(name="hello", rename="greeting")

        pulled = taskops(root, "pull", **there.variables)

        assert "left out: greeting: it is `hello`; to keep this name" in pulled.out
        edit(root, "name: hello", "name: greeting\nmoved_from: hello")
        planned = taskops(root, "plan", "--detailed-exitcode", **there.variables)
        assert planned.code == 0, planned.out
