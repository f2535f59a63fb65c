"""Which change of a plan a commit of the service's log belongs to."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from soak.runs import KINDS
from taskops.model.change import Create, Delete, Start, Update, Wait

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from soak.trial import Result
    from taskops.model.change import Change
    from taskops.model.record import Record
    from taskops.model.resource import Address

Commit = dict[str, Any]


class Licences:
    """The plan of one apply, held against what it wrote."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.made: dict[str, set[Address]] = defaultdict(set)
        """By id, the addresses for which this apply made it."""
        self.touched: dict[Address, list[Commit]] = defaultdict(list)
        self.unplanned: list[Commit] = []
        self.pairs: list[tuple[int, Commit, Change]] = []
        """Number of the commit in the service's log, the commit, its change."""
        for number, commit in enumerate(result.commits, result.began):
            if commit.get("client") == result.client:
                self._take(number, commit)

    def _take(self, number: int, commit: Commit) -> None:
        change = self._change_of(commit)
        if change is None:
            self.unplanned.append(commit)
            return
        if isinstance(change, Create | Start):
            self.made[commit["id"]].add(change.address)
        self.touched[change.address].append(commit)
        self.pairs.append((number, commit, change))

    def _change_of(self, commit: Commit) -> Change | None:
        plan = self.result.plan
        if plan is None:
            return None
        records = self.result.before.records
        found = [
            change
            for change in plan.effective
            if self._allows(change, commit, records.get(change.address))
        ]
        # A hand may have given one object the name of another one of the plan.
        # Both may write to it then, but each of them only what the plan says.
        same = (change for change in found if _is_of(change, commit))
        return next(same, found[0] if found else None)

    def _allows(self, change: Change, commit: Commit, record: Record | None) -> bool:
        kind, object_id, name = commit["kind"], commit["id"], commit["name"]
        match change:
            case Create(after=after):
                if kind == "upsert":
                    return bool(name == after.name)
                ours = change.address in self.made.get(object_id, ())
                return bool(kind == "deploy" and change.publish and ours)
            case Update(before=before, after=after):
                return bool(
                    (kind == "upsert" and change.put and name == after.name)
                    or (kind == "deploy" and change.publish and object_id == before.id)
                    or (kind == "rename" and change.rename and object_id == before.id)
                )
            case Delete(before=before):
                return bool(kind == "delete" and object_id == before.id)
            case Start(after=after) if after.kind == "agent":
                return bool(kind in KINDS and name == after.spec["task"])
            case Start(after=after):
                names = {after.name, f"{after.name}--{after.digest[:8]}"}
                if kind == "generate":
                    return name in names
                ours = change.address in self.made.get(object_id, ())
                flying = change.awaits.poll_id if change.awaits is not None else ""
                known = ours or object_id in {*_known(record), flying}
                return kind in ("rename", "delete") and known
            case Wait():
                ids = {*_known(record), change.job.poll_id}
                return kind in ("rename", "delete") and object_id in ids
            case _:
                return False


def _is_of(change: Change, commit: Commit) -> bool:
    after = getattr(change, "after", None)
    code = None if after is None else after.code
    return code is not None and code.sha256 == commit.get("code")


def _known(record: Record | None) -> Iterator[str]:
    if record is None:
        return
    yield record.id
    for job in (record.job, record.next):
        if job is not None:
            yield job.poll_id
            yield from job.ids.values()


def history_of(commits: list[Commit], object_id: str) -> Mapping[int, Commit]:
    """Everything that was ever written to one object, by its number in the log."""
    return {n: c for n, c in enumerate(commits) if c["id"] == object_id}
