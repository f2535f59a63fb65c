"""How a person keeps what the service has: what to do to the files, for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.model.change import Create, Start, Update
from taskops.model.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taskops.model.change import Change


@dataclass(frozen=True, slots=True)
class Ways:
    """What `pull` brings into the files, and what it cannot."""

    pulled: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    """The declared name, and the whole name on the service."""
    deleted: tuple[str, ...]

    def words(self) -> list[str]:
        """Each way as a part of a sentence."""
        told = []
        if self.pulled:
            names = " ".join(self.pulled)
            told.append(
                f"keep what is on the service with `taskops pull {names} --force`"
            )
        told += [
            f"keep the name `{there}` by giving it to the manifest of `{name}`, "
            f"with `moved_from: {name}`"
            for name, there in self.renamed
        ]
        if self.deleted:
            names = ", ".join(f"`{name}`" for name in self.deleted)
            told.append(f"leave {names} deleted by removing the manifest")
        return told

    def lines(self, where: str) -> list[str]:
        """Each way on a line of its own; `where` are the options of the command."""
        told = []
        if self.pulled:
            names = " ".join(self.pulled)
            told.append(
                f"To keep what is on the service: taskops pull {names} --force{where}, "
                "then commit it"
            )
        told += [
            f"To keep the name {there}: give it to the manifest of {name}, "
            f"with moved_from: {name}"
            for name, there in self.renamed
        ]
        if self.deleted:
            names = ", ".join(self.deleted)
            told.append(f"To leave {names} deleted: remove the manifest")
        return told


def ways_to_keep(moved: Iterable[Change]) -> Ways:
    """For each change that would undo what somebody did on the service."""
    pulled, renamed, deleted = [], [], []
    for change in moved:
        name = change.address.name
        gone = isinstance(change, Start) and change.before is None
        if isinstance(change, Create) or gone:
            deleted.append(name)
        elif there := _name_there(change):
            renamed.append((name, there))
        else:
            pulled.append(name)
    return Ways(tuple(pulled), tuple(renamed), tuple(deleted))


def _name_there(change: Change) -> str:
    """The name that a hand gave it; empty where the name is not what moved."""
    if not isinstance(change, Update | Start) or change.before is None:
        return ""
    by_hand = any(
        difference.path == ("name",) and difference.origin in ("drift", "conflict")
        for difference in change.differences
    )
    return change.before.name if by_hand else ""
