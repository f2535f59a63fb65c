"""The ledger on a git remote, with real repositories."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest
from ledger.cases import (
    SECRET,
    clone,
    closing_of,
    git,
    git_ledger,
    make_remote,
    opening,
    record,
    records,
)

from taskops.errors import DamagedLedger, Locked, Stale, TaskopsError, UsageError
from taskops.ledger import history
from taskops.model.resource import Address
from taskops.model.values import Secret

if TYPE_CHECKING:
    from pathlib import Path

REF = "refs/taskops/shop/production"


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return make_remote(tmp_path)


@pytest.fixture
def here(remote: Path) -> Path:
    return clone(remote, "here")


def filled(root: Path, *names: str) -> None:
    ledger, one = git_ledger(root), opening()
    ledger.open(one, ledger.read().revision)
    assert ledger.close(closing_of(one, *(record(name) for name in names))) == ""


def test_no_ref_is_no_ledger(here: Path) -> None:
    state = git_ledger(here).read()

    assert (state.exists, state.revision, dict(state.records)) == (False, "", {})


def test_what_was_closed_is_read_in_another_clone(here: Path, remote: Path) -> None:
    filled(here, "price-watch", "other")

    state = git_ledger(clone(remote, "there")).read()

    assert state.exists
    assert state.records[Address("anchor", "price-watch")] == record()
    assert len(state.records) == 2
    assert state.targets["anchor"].team == "team-1"
    assert state.open is None


def test_one_blob_per_record(here: Path, remote: Path) -> None:
    filled(here, "price-watch")

    listed = git(remote, "ls-tree", "-r", "--name-only", REF).splitlines()

    assert listed == ["ledger.json", "records/anchor/price-watch.json"]
    told = json.loads(git(remote, "show", f"{REF}:records/anchor/price-watch.json"))
    assert told["code"] == {"sha256": "ab" * 32, "bytes": 12}
    assert told["spec"]["inputs"]["password"] == {"sensitive": True}


def test_while_it_is_open_the_opening_is_there(here: Path, remote: Path) -> None:
    ledger, one = git_ledger(here), opening()

    ledger.open(one, ledger.read().revision)
    ledger.flush(records(record()))

    state = git_ledger(clone(remote, "there")).read()
    assert state.open == one
    assert Address("anchor", "price-watch") in state.records


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--depth=1",),
        ("--filter=blob:none",),
        ("--no-checkout", "--config", "remote.origin.mirror=true"),
    ],
)
def test_every_sort_of_clone_will_do(
    here: Path, remote: Path, words: tuple[str, ...]
) -> None:
    filled(here, "price-watch")
    other = clone(remote, "other", *words)
    shallow = git(other, "rev-parse", "--is-shallow-repository")

    filled(other, "second")

    assert len(git_ledger(here).read().records) == 2
    assert git(other, "rev-parse", "--is-shallow-repository") == shallow
    assert len(history(git_ledger(other))) == 2


def test_nothing_of_the_clone_is_touched(here: Path, remote: Path) -> None:
    git(here, "checkout", "--quiet", "--detach")
    git(here, "config", "--add", "remote.origin.fetch", "+refs/taskops/*:refs/tags/*")
    filled(clone(remote, "there"), "other")
    (here / "file").write_text("in the middle of something")
    (here / "staged").write_text("staged")
    git(here, "add", "staged")
    for name in ("pre-push", "reference-transaction"):
        hook = here / ".git" / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {here}/ran\n")
        hook.chmod(0o755)

    def everything() -> list[object]:
        return [
            git(here, "for-each-ref", "refs/heads", "refs/remotes", "refs/tags"),
            *(
                (here / ".git" / name).read_bytes()
                for name in ("HEAD", "index", "config")
            ),
            (here / "file").read_text(),
            (here / ".git" / "FETCH_HEAD").exists(),
            (here / "ran").exists(),
        ]

    (here / "ran").unlink(missing_ok=True)
    before = everything()
    git_ledger(here).read()
    assert everything() == before

    git(here, "config", "--unset-all", "remote.origin.fetch", "taskops")
    before = everything()
    filled(here, "price-watch")
    assert everything() == before


def test_of_two_who_open_one_gets_it_and_one_hears_who(
    here: Path, remote: Path
) -> None:
    filled(here, "price-watch")
    ours, theirs = git_ledger(here), git_ledger(clone(remote, "there"))
    ours_at, theirs_at = ours.read().revision, theirs.read().revision
    theirs.open(
        one := opening(actor="grace", run="https://ci.example/run/9"), theirs_at
    )

    with pytest.raises(Locked) as refused:
        ours.open(opening(), ours_at)

    assert "grace on laptop since 1970-01-01 00:16:40 UTC" in refused.value.detail
    assert "https://ci.example/run/9" in refused.value.detail
    assert "expires 1970-01-01 00:51:40 UTC" in refused.value.detail
    assert f"--take-over {one.apply}" in refused.value.hint


@pytest.mark.parametrize("start", ["absent", "there"])
@pytest.mark.parametrize("same_clone", [True, False])
def test_of_many_at_once_exactly_one_opens(
    here: Path, remote: Path, start: str, same_clone: bool
) -> None:
    if start == "there":
        filled(here, "price-watch")
    where = [here if same_clone else clone(remote, f"racer{n}") for n in range(4)]
    ledgers = [git_ledger(root) for root in where]
    revisions = [ledger.read().revision for ledger in ledgers]
    gate = threading.Barrier(len(ledgers))
    ends: list[str] = []

    def race(number: int) -> None:
        gate.wait()
        try:
            ledgers[number].open(opening(), revisions[number])
        except Locked:
            ends.append("locked")
        else:
            ends.append("open")

    threads = [threading.Thread(target=race, args=(n,)) for n in range(len(ledgers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ends) == ["locked", "locked", "locked", "open"]


def test_a_ledger_that_merely_moved_is_stale(here: Path, remote: Path) -> None:
    ledger = git_ledger(here)
    before = ledger.read().revision
    filled(clone(remote, "there"), "price-watch")

    with pytest.raises(Stale):
        ledger.open(opening(), before)


def test_a_stale_revision_that_this_process_never_read_is_stale(here: Path) -> None:
    filled(here, "price-watch")
    before = git_ledger(here).read().revision
    filled(here, "other")

    with pytest.raises(Stale):
        git_ledger(here).open(opening(), before)


def test_a_revision_that_this_process_never_read_is_found(here: Path) -> None:
    filled(here, "price-watch")
    revision = git_ledger(here).read().revision

    git_ledger(here).open(opening(), revision)

    with pytest.raises(Locked):
        git_ledger(here).open(opening(), revision)


def crashed(root: Path) -> str:
    ledger, one = git_ledger(root), opening(started=1000.0)
    ledger.open(one, ledger.read().revision)
    return one.apply


def test_a_crashed_holder_is_refused_before_it_expires(here: Path) -> None:
    crashed(here)
    ledger = git_ledger(here)

    with pytest.raises(Locked):
        ledger.open(opening(started=3099.0), ledger.read().revision)


def test_a_crashed_holder_is_taken_over_when_it_has_expired(here: Path) -> None:
    apply = crashed(here)
    ledger = git_ledger(here)
    state = ledger.read()
    assert state.open is not None
    assert (state.open.apply, len(state.open.intents)) == (apply, 1)

    ledger.open(one := opening(started=3100.0), state.revision)

    held = git_ledger(here).read().open
    assert held is not None
    assert held.apply == one.apply


def test_a_holder_is_taken_over_by_its_id_and_no_other(here: Path) -> None:
    apply = crashed(here)
    wrong = git_ledger(here, take_over="another")
    with pytest.raises(Locked):
        wrong.open(opening(), wrong.read().revision)
    ledger = git_ledger(here, take_over=apply)

    ledger.open(opening(), ledger.read().revision)

    assert ledger.close(closing_of(opening(), record())) == ""


def test_who_was_taken_over_writes_nothing_and_loses_nothing(here: Path) -> None:
    slow, one = git_ledger(here), opening()
    slow.open(one, slow.read().revision)
    quick = git_ledger(here, take_over=one.apply)
    quick.open(opening(), quick.read().revision)

    with pytest.raises(TaskopsError, match="taken over"):
        slow.flush(records(record()))
    kept = slow.close(closing_of(one, record()))

    assert kept == str(here / ".taskops" / f"unrecorded-{one.apply}.json")
    told = json.loads((here / ".taskops" / f"unrecorded-{one.apply}.json").read_text())
    assert told["records"][0]["address"] == "anchor/price-watch"
    assert not git_ledger(here).read().records


def test_a_close_on_a_ref_that_moved_under_it_keeps_both(
    here: Path, remote: Path
) -> None:
    ledger, one = git_ledger(here), opening()
    ledger.open(one, ledger.read().revision)
    by_hand = git(remote, "commit-tree", f"{REF}^{{tree}}", "-p", REF, "-m", "by hand")
    git(remote, "update-ref", REF, by_hand)

    assert ledger.close(closing_of(one, record())) == ""

    assert len(git_ledger(here).read().records) == 1
    assert "by hand" in git(remote, "log", "--format=%s", REF)


def test_a_remote_that_refuses_is_tried_five_times(here: Path, remote: Path) -> None:
    ledger, one = git_ledger(here), opening()
    ledger.open(one, ledger.read().revision)
    hook = remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho x >> tries\n[ $(wc -l < tries) -ge 5 ]\n")
    hook.chmod(0o755)

    assert ledger.close(closing_of(one, record())) == ""

    assert (remote / "tries").read_text().count("x") == 5


def test_a_remote_that_never_takes_it_leaves_the_records_beside(
    here: Path, remote: Path
) -> None:
    ledger, one = git_ledger(here), opening()
    ledger.open(one, ledger.read().revision)
    hook = remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)

    kept = ledger.close(closing_of(one, record()))

    assert kept.endswith(f"unrecorded-{one.apply}.json")


def test_a_push_whose_answer_was_lost_counts(here: Path, remote: Path) -> None:
    hook = remote / "hooks" / "post-receive"
    # The ref has moved by then; the client only sees its connection die.
    hook.write_text("#!/bin/sh\nkill -9 $PPID\n")
    hook.chmod(0o755)
    ledger, one = git_ledger(here), opening()

    ledger.open(one, ledger.read().revision)

    assert ledger.close(closing_of(one, record())) == ""
    assert len(git_ledger(here).read().records) == 1


def test_a_remote_that_cannot_be_reached_is_not_no_ledger(
    here: Path, remote: Path
) -> None:
    remote.rename(remote.with_name("gone.git"))

    with pytest.raises(TaskopsError, match="ls-remote failed"):
        git_ledger(here).read()


def test_no_repository_and_no_remote_are_said_plainly(tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    with pytest.raises(UsageError, match="no git repository"):
        git_ledger(alone).read()
    git(alone, "init", "--quiet")
    with pytest.raises(UsageError, match="none named `origin`"):
        git_ledger(alone).read()


def test_the_remote_of_the_branch_stands_in_for_origin(here: Path) -> None:
    filled(here, "price-watch")
    git(here, "remote", "rename", "origin", "upstream")
    git(here, "remote", "add", "another", "https://nowhere.invalid/x.git")

    assert len(git_ledger(here).read().records) == 1


def test_a_missing_git_is_said_plainly(here: Path) -> None:
    with pytest.raises(UsageError, match="there is no `git`"):
        git_ledger(here, environ={"PATH": str(here)}).read()


def test_a_record_is_dropped(here: Path, remote: Path) -> None:
    filled(here, "price-watch", "other")
    ledger, one = git_ledger(here), opening()
    ledger.open(one, ledger.read().revision)

    ledger.flush({Address("anchor", "other"): None})
    ledger.close(closing_of(one))

    assert list(git_ledger(here).read().records) == [Address("anchor", "price-watch")]


def test_names_of_every_sort_have_a_place_of_their_own(here: Path) -> None:
    names = ("a/b", "../x", ".git", "A", "a", "ü b", "x.json", "%2E")
    filled(here, *names)

    found = git_ledger(here).read().records

    assert sorted(address.name for address in found) == sorted(names)


def test_ids_of_other_environments_of_the_same_team_are_known(here: Path) -> None:
    filled(here, "price-watch")
    staging = git_ledger(here, "staging")
    state = staging.read()
    assert dict(state.owned_elsewhere) == {("anchor", "id-price-watch"): "production"}

    one = opening()
    staging.open(one, state.revision)
    staging.close(closing_of(one, record("mine"), team="team-2"))

    assert dict(git_ledger(here, "staging").read().owned_elsewhere) == {}


def test_the_log_is_told_by_plain_git_and_by_history(here: Path, remote: Path) -> None:
    filled(here, "price-watch")
    crashed(here)

    assert git(remote, "log", "--format=%s|%an|%ae|%at", REF).splitlines() == [
        "open: 1 change|taskops|taskops@localhost|1800000000",
        "apply: 1 created|taskops|taskops@localhost|1800000000",
        "open: 1 change|taskops|taskops@localhost|1800000000",
    ]
    dead, done = history(git_ledger(here))
    assert (dead.closed, done.closed) == (False, True)
    assert (done.actor, done.plan, done.commit) == ("ada", "p" * 64, "3f2c1ab")
    assert (done.message, done.when) == ("apply: 1 created", 1_800_000_000)


def test_no_value_can_pose_as_a_trailer(here: Path, remote: Path) -> None:
    ledger = git_ledger(here)
    ledger.open(opening(actor="x\nTaskops-Plan: forged\x00"), ledger.read().revision)

    body = git(remote, "log", "-1", "--format=%B", REF)

    assert "Taskops-Actor: x Taskops-Plan: forged" in body.splitlines()
    assert history(git_ledger(here))[0].plan == "p" * 64


def test_the_identity_of_the_clone_is_kept(here: Path, remote: Path) -> None:
    git(here, "config", "user.name", "Grace")
    git(here, "config", "user.email", "grace@example.org")
    filled(here, "price-watch")

    assert (
        git(remote, "log", "-1", "--format=%an %ce", REF) == "Grace grace@example.org"
    )


def test_no_object_holds_a_secret(here: Path, remote: Path) -> None:
    filled(here, "price-watch")

    listed = git(remote, "cat-file", "--batch-all-objects", "--batch-check")
    for line in listed.splitlines():
        one, sort, _ = line.split()
        if sort != "tree":
            assert SECRET not in git(remote, "cat-file", sort, one)
    back = git_ledger(here).read().records[Address("anchor", "price-watch")]
    assert back.spec["inputs"]["password"] == Secret(None)  # type: ignore[index, call-overload]  # it is a mapping


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("ledger.json", "{", "is not JSON"),
        ("ledger.json", "[]", "must be an object"),
        ("ledger.json", '{"format": 2}', "newer taskops"),
        (
            "ledger.json",
            '{"format": 1, "project": "other", "environment": "production"}',
            "is of `other`",
        ),
        ("records/anchor/x.json", '{"address": "anchor/y", "kind": "code"}', "y"),
        ("records/anchor/x.json", '{"address": 3}', "must be a string"),
        ("open.json", "{}", "is missing"),
    ],
)
def test_a_damaged_ledger_is_refused_with_a_way_out(
    here: Path, remote: Path, path: str, text: str, says: str
) -> None:
    filled(here, "price-watch")
    work = clone(remote, "vandal")
    git(work, "fetch", "--quiet", "origin", REF)
    git(work, "checkout", "--quiet", "FETCH_HEAD")
    (work / path).parent.mkdir(parents=True, exist_ok=True)
    (work / path).write_text(text)
    git(work, "add", "-A")
    git(work, "commit", "--quiet", "-m", "by hand")
    git(work, "push", "--quiet", "origin", f"HEAD:{REF}")

    with pytest.raises(DamagedLedger) as refused:
        git_ledger(here).read()

    assert f"{REF}:{path}" in refused.value.detail
    assert says in refused.value.detail
    assert "git push --force" in refused.value.hint


@pytest.mark.parametrize("kind", ["blob", "tree"])
def test_a_ref_that_is_no_commit_is_damaged(
    here: Path, remote: Path, kind: str
) -> None:
    ledger = git_ledger(here)
    one = opening()
    ledger.open(one, "")
    assert ledger.close(closing_of(one, record())) == ""
    tip = REF if kind == "tree" else f"{REF}:ledger.json"
    found = git(remote, "rev-parse", f"{tip}^{{tree}}" if kind == "tree" else tip)
    git(remote, "update-ref", REF, found)

    with pytest.raises(DamagedLedger, match="damaged") as refused:
        git_ledger(here).read()

    assert f"is a {kind}, and no commit" in refused.value.detail
    assert "push --force" in refused.value.hint


def test_a_branch_with_the_name_of_the_ref_is_not_the_ledger(
    here: Path, remote: Path
) -> None:
    git(here, "push", "--quiet", "origin", f"HEAD:refs/heads/{REF}")

    assert not git_ledger(here).read().exists
