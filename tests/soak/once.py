"""3: no name is made twice, nothing is deployed twice, nothing is started twice."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from soak.licences import history_of
from soak.runs import KNOBS, run_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from soak.licences import Commit
    from soak.life import Life
    from soak.trial import Result


def once(result: Result, life: Life) -> Iterator[str]:
    """No two living objects of a name, no two deploys or starts of the same."""
    names = Counter(task["name"] for task in life.tasks())
    for name, number in names.items():
        if number > 1 and not _taken_meanwhile(name, result, life):
            yield f"3: {number} objects are named {name}"
    yield from _deployed_once(life)
    yield from _started_once(result, life)
    yield from run_once(result, life)


def _taken_meanwhile(name: str, result: Result, life: Life) -> bool:
    """
    Whether a hand gave one of them the name after the other's maker had looked.

    A start does not look at the listing again, and makes one beside what it did
    not see. Whoever came first must be a hand, and must have come unseen; a listing
    that lags may not show it for long.
    """
    lags = life.service.account.number("visibility_lag") > 0
    log = life.service.commits()
    came = sorted(
        _named_at(log, task["id"], name)
        for task in life.tasks()
        if task["name"] == name
    )
    for number in came[1:]:
        looked = life.service.looked_at.get(number, 0)
        unseen = [n for n in came if n < number and (n >= looked or lags)]
        if not any(log[n].get("by") == "hand" for n in unseen):
            return False
        life.counts.windows += log[number].get("client") == result.client
    return True


def _named_at(log: list[Commit], object_id: str, name: str) -> int:
    """The commit since which the object has the name."""
    at = -1
    for number, commit in history_of(log, object_id).items():
        if commit["name"] != name:
            at = -1
        elif at < 0:
            at = number
    return at


def _deployed_once(life: Life) -> Iterator[str]:
    answers = life.service.account.behaviours
    if {k: v for k, v in answers.items() if k not in KNOBS} != life.faithful:
        # What a service does not keep as sent may have to be sent again.
        return
    last: dict[str, tuple[int, Commit]] = {}
    log = life.service.commits()
    for number, commit in enumerate(log):
        at, before = last.get(commit["id"], (0, commit))
        if (
            before is not commit
            and commit["kind"] == before["kind"] == "deploy"
            and commit["code"] == before["code"]
            and not _edited_unseen(life, at)
        ):
            yield f"3: deployed twice: {before} and {commit}"
        if commit["kind"] == "upsert" and commit["code"] != before.get("code"):
            # Git went elsewhere meanwhile: what is live may be described otherwise.
            last.pop(commit["id"], None)
        elif commit["kind"] not in ("rename", "upsert"):
            last[commit["id"]] = number, commit


def _edited_unseen(life: Life, number: int) -> bool:
    """
    Whether a hand edited the object between the last look and this deploy of it.

    A description that came so is kept by an upsert that has none, and went live
    with this deploy: the code is right, and the content needs another one.
    """
    log = life.service.commits()
    looked = life.service.looked_at.get(number, 0)
    history = history_of(log[:number], log[number]["id"])
    return any(n >= looked and c.get("by") == "hand" for n, c in history.items())


def _started_once(result: Result, life: Life) -> Iterator[str]:
    """
    A start costs money: none while an earlier one of the same is there.

    One that a hand renamed while it was replaced is nobody's since then.
    """
    known = {record.id for record in result.before.records.values()}
    for start in life.service.starts:
        beside = [i for i in start.beside if i in known or not _renamed(i, life)]
        if start.client == result.client and beside:
            yield f"3: started again beside {beside}: {start.name}"


def _renamed(object_id: str, life: Life) -> bool:
    """Whether a hand ever gave it another name."""
    history = list(history_of(life.service.commits(), object_id).values())
    return any(
        after.get("by") == "hand" and after["name"] != before["name"]
        for before, after in pairwise(history)
    )
