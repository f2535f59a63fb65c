"""Plans made by hand, small enough to be read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from taskops.model.change import (
    Change,
    CodeDifference,
    Create,
    Delete,
    Difference,
    Keep,
    Start,
    Update,
)
from taskops.model.plan import Plan
from taskops.model.resource import Address, Kind, Observed, Resource, Target
from taskops.model.values import EMPTY
from taskops.render.walk import sheet_of

if TYPE_CHECKING:
    from taskops.render.sheet import Sheet

DIGEST = "8c1f0e4b2a91" + "0" * 52


def resource(name: str, kind: Kind = "code") -> Resource:
    """A resource that says nothing but its name."""
    return Resource(Address("anchor", name), kind, name, EMPTY, EMPTY)


def observed(name: str) -> Observed:
    """An object whose id is made from its name."""
    return Observed("anchor", f"id-{name}", name)


def create(name: str) -> Create:
    """A task that is not there yet."""
    return Create(Address("anchor", name), resource(name), publish=True, origin="new")


def update(name: str, *differences: Difference) -> Update:
    """A task that differs."""
    return Update(
        Address("anchor", name),
        observed(name),
        resource(name),
        differences,
        put=True,
        publish=True,
        rename=False,
        adopts=False,
        loses_draft=False,
        origin="pending",
    )


def code(*hunks: str) -> Difference:
    """Code that differs by these lines."""
    added = sum(hunk.startswith("+") for hunk in hunks)
    removed = sum(hunk.startswith("-") for hunk in hunks)
    found = CodeDifference(added, removed, hunks)
    return Difference(("code",), None, None, "pending", found)


TIMEOUT = Difference(
    ("browserConfiguration", "timeout", "max_duration"), 20, 10, "pending"
)

STORY: tuple[Change, ...] = (
    create("price-watch"),
    update("stock-check", code("@@ -1 +1,2 @@", "-a", "+b", "+c"), TIMEOUT),
    Start(Address("anchor", "invoice"), resource("invoice", "generated"), "new"),
    Delete(Address("anchor", "old-report"), observed("old-report"), "pending"),
    *(Keep(Address("anchor", f"kept-{n}"), "same") for n in range(14)),
)


def plan(*changes: Change) -> Plan:
    """A plan for production, at a commit."""
    return Plan(
        project="shop",
        environment="production",
        targets={"anchor": Target("https://api.anchorbrowser.io", "team-1")},
        changes=changes,
        problems=(),
        digest=DIGEST,
        digests={change.address: "d" * 64 for change in changes},
        commit="3f2c1ab" + "0" * 33,
        repository="acme/automations",
    )


def sheet(*changes: Change, **fields: object) -> Sheet:
    """What the plan shows, with some of its fields set otherwise."""
    return replace(sheet_of(plan(*changes)), **fields)  # type: ignore[arg-type]  # fields of Sheet
