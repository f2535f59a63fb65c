"""A service in a few lines, to drive courses without a thread or a socket."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from taskops.applying.asks import Flush, Glance, Live, Look, Pause, Perform
from taskops.model.plan import Outcome
from taskops.model.resource import Address, Observed, Resource, Version
from taskops.model.step import Done, Publish, Remove, Rename, Step, Upsert
from taskops.model.values import Code, Tree

if TYPE_CHECKING:
    from taskops.applying.asks import Course

Writes = Literal["draft", "published", "both"]


def code(text: str) -> Code:
    """Task code from a text."""
    data = text.encode()
    return Code(hashlib.sha256(data).hexdigest(), len(data), lambda: data)


def content(text: str) -> Tree:
    """The canonical content of a task whose code is the text."""
    return MappingProxyType({"code": code(text)})


def version(text: str | None) -> Version | None:
    """A version whose code is the text; None for none."""
    return None if text is None else Version.of(content(text))


def task(text: str, name: str = "t", **settings: object) -> Resource:
    """A declared task with code."""
    tree = content(text)
    base = Resource(Address("anchor", "t"), "code", name, tree, tree)
    return replace(base, **settings)  # type: ignore[arg-type]  # settings are fields of Resource


class Killed(Exception):
    """The process died here."""


@dataclass
class Service:
    """Objects by id; an upsert writes what `writes` says."""

    writes: Writes = "draft"
    objects: dict[str, Observed] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def perform(self, step: Step) -> Done:
        """What the service does with one write."""
        self.steps.append(step)
        match step:
            case Upsert():
                return self._upsert(step)
            case Publish():
                return self._publish(step)
            case Rename():
                old = self.objects[step.id]
                self.objects[step.id] = replace(old, name=step.name)
                return Done(step.id)
            case Remove():
                self.objects.pop(step.id, None)
                return Done(step.id)
            case _:
                raise AssertionError(step)

    def _upsert(self, step: Upsert) -> Done:
        there = [o for o in self.objects.values() if o.name == step.name]
        number = f"id{len(self.steps)}"
        old = there[0] if there else Observed("anchor", number, step.name)
        wanted = Version.of(step.spec)
        if self.writes in ("draft", "both"):
            old = replace(old, draft=wanted)
        if self.writes in ("published", "both"):
            old = replace(old, latest=wanted)
        self.objects[old.id] = old
        return Done(old.id)

    def _publish(self, step: Publish) -> Done:
        old = self.objects[step.id]
        if old.latest is not None and old.latest.digest == step.wanted:
            return Done(step.id, already=True)
        self.objects[step.id] = replace(old, latest=Version.of(step.spec))
        return Done(step.id)


def drive(course: Course, service: Service, *, dies_after: int = -1) -> Outcome:
    """Answer a course to its end, or die after so many writes."""
    answer: object = None
    writes = 0
    while True:
        if writes == dies_after:
            raise Killed
        try:
            ask = course.send(answer)
        except StopIteration as ended:
            outcome = ended.value
            break
        answer = None
        match ask:
            case Perform(step):
                answer = service.perform(step)
                writes += 1
            case Look(at):
                answer = service.objects.get(at.id)
            case Live(at):
                answer = service.objects[at.id].latest
            case Pause() | Flush() | Glance():
                pass
            case _:
                raise AssertionError(ask)
    assert isinstance(outcome, Outcome)
    return outcome
