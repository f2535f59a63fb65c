"""The state machine: Hypothesis draws lives, the invariants judge them."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from soak import runs
from soak.chance import (
    CODE_NAMES,
    GENERATED_NAMES,
    behaviours,
    edits,
    trials,
    wanted,
)
from soak.counts import Counts
from soak.invariants import violations
from soak.ledgers import InFile, InGit
from soak.life import Life
from soak.settling import settle

if TYPE_CHECKING:
    from soak.trial import Trial, Wanted


IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""No life is worth a disk that really syncs."""


class Violated(AssertionError):
    """A promise was broken."""


class Account(RuleBasedStateMachine):
    """One account from its first task to its last."""

    counts: ClassVar[Counts] = Counts()
    life: Life
    agents = False
    settled = False
    broken = False

    @initialize(
        answers=behaviours(),
        socket=st.sampled_from([False, False, True]),
        # Git takes some thirty processes for an apply: a few lives, and many others.
        in_git=st.sampled_from([False] * 6 + [True]),
        coded=st.dictionaries(st.sampled_from(CODE_NAMES), wanted("code"), min_size=1),
        agents=st.just({})
        | st.dictionaries(st.sampled_from(runs.NAMES), wanted("agent"), min_size=1),
    )
    def begin(
        self,
        answers: dict[str, str],
        socket: bool,
        in_git: bool,
        coded: dict[str, Wanted],
        agents: dict[str, Wanted],
    ) -> None:
        """A service with these answers to the open questions, and a first commit."""
        self.folder = Path(tempfile.mkdtemp(prefix="soak-", dir=IN_MEMORY))
        place = InGit(self.folder) if in_git else InFile(self.folder)
        self.life = Life(place, self.counts, answers, socket=socket)
        self.life.wanted.update(coded | agents)
        self.agents = bool(agents)
        self.counts.in_git += in_git
        self.counts.with_runs += self.agents

    @rule(name=st.sampled_from(CODE_NAMES), what=wanted("code"))
    def declare(self, name: str, what: Wanted) -> None:
        """Git says this of a task with code."""
        self.life.wanted[name] = what

    @rule(name=st.sampled_from(GENERATED_NAMES), what=wanted("generated"))
    def declare_generated(self, name: str, what: Wanted) -> None:
        """Git says this of a task that the service writes."""
        self.life.wanted[name] = what

    @precondition(lambda self: self.agents)
    @rule(name=st.sampled_from(runs.NAMES), what=wanted("agent"))
    def declare_agent(self, name: str, what: Wanted) -> None:
        """Git says this of an agent's run."""
        self.life.wanted[name] = what

    @rule(name=st.sampled_from((*CODE_NAMES, *GENERATED_NAMES, *runs.NAMES)))
    def undeclare(self, name: str) -> None:
        """Git says nothing of it any more."""
        self.life.wanted.pop(name, None)

    @rule(old=st.sampled_from(CODE_NAMES), new=st.sampled_from(CODE_NAMES))
    def move(self, old: str, new: str) -> None:
        """Git calls it otherwise, and says so."""
        if old in self.life.wanted and new not in self.life.wanted:
            moved = self.life.wanted.pop(old)
            self.life.wanted[new] = replace(moved, moved_from=old)

    @rule(edit=edits())
    def edit(self, edit: dict[str, Any]) -> None:
        """Somebody edits by hand."""
        self.life.edit(edit)

    @rule()
    def review(self) -> None:
        """Somebody looks at the plan."""
        written = len(self.life.service.commits())
        self.life.review()
        if len(self.life.service.commits()) != written:
            self._broken("2: a plan wrote something")

    @rule(trial=trials())
    def apply(self, trial: Trial) -> None:
        """One apply, with everything that happens to it."""
        self.life.apply(replace(trial, retry=self.life.retried(trial.retry)))
        self.settled = False
        self._judge()

    @rule(trial=trials())
    def apply_again(self, trial: Trial) -> None:
        """The same: what goes wrong one after the other is what is of interest."""
        self.apply(trial)

    @precondition(lambda self: not self.settled)
    @rule()
    def settle(self) -> None:
        """Nothing goes wrong for once."""
        self.settled = True
        found = list(settle(self.life))
        self._judge()
        for violation in found:
            self._broken(violation)

    def _judge(self) -> None:
        results, self.life.results = self.life.results, []
        for result in results:
            for violation in violations(result, self.life):
                self._broken(f"{violation}\n  in {result.client}: {result.trial}")

    def _broken(self, words: str) -> None:
        self.broken = True
        self.counts.violations.append(words)
        raise Violated(words)

    def teardown(self) -> None:
        """Whatever happened: in the end everything can be put in place."""
        if not hasattr(self, "life"):
            return
        try:
            if not self.broken:
                self.settle()
        finally:
            self.life.close()
            shutil.rmtree(self.folder, ignore_errors=True)
