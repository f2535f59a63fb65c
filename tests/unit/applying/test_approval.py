"""Who approved what."""

from __future__ import annotations

from dataclasses import replace

import pytest
from simulated import task

from taskops.applying.approval import Approval, require_approval
from taskops.errors import NotApproved
from taskops.model.change import Create, Origin
from taskops.model.plan import Plan

DIGEST = "0123456789abcdef" * 4


def plan(*origins: Origin) -> Plan:
    wanted = task("x")
    changes = tuple(Create(wanted.address, wanted, True, o) for o in origins)
    return Plan("p", "default", {}, changes, (), DIGEST)


@pytest.mark.parametrize("origin", ["new", "pending", "adopt"])
def test_yes_alone_approves_what_git_changed(origin: Origin) -> None:
    require_approval(plan(origin), Approval(yes=True))


@pytest.mark.parametrize("origin", ["drift", "conflict"])
def test_yes_alone_never_undoes_a_hand_edit(origin: Origin) -> None:
    with pytest.raises(NotApproved) as error:
        require_approval(plan("new", origin), Approval(yes=True))

    # Somebody deleted it on the service, where pull finds nothing any more.
    assert "leave `t` deleted by removing the manifest" in error.value.hint
    assert f"--expect-digest {DIGEST[:32]}" in error.value.hint


def test_a_person_at_the_prompt_approves_everything_shown() -> None:
    require_approval(plan("conflict"), Approval(everything=True))


def test_a_digest_approves_exactly_its_plan() -> None:
    require_approval(plan("conflict"), Approval(digest=DIGEST[:32]))

    with pytest.raises(NotApproved, match="not the one that was approved"):
        require_approval(
            replace(plan("conflict"), digest="f" * 64), Approval(digest=DIGEST)
        )


def test_a_short_digest_approves_nothing() -> None:
    with pytest.raises(NotApproved, match="at least 32 digits"):
        require_approval(plan("new"), Approval(digest=DIGEST[:31]))


def test_a_digest_stands_above_yes() -> None:
    with pytest.raises(NotApproved):
        require_approval(plan("new"), Approval(yes=True, digest="f" * 64))


def test_without_an_approval_nothing_is_written() -> None:
    with pytest.raises(NotApproved, match="nobody approved"):
        require_approval(plan("new"), Approval())
