"""The ledger as a ref of the repository's own remote, taken by compare-and-swap."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from taskops.errors import TaskopsError
from taskops.ledger.claims import locked, moved
from taskops.ledger.document import Document, require_names
from taskops.ledger.git_log import entries_of, message_of
from taskops.ledger.log import opening_words
from taskops.ledger.plumbing import Git
from taskops.ledger.remote import PAUSES, Remote, Signature
from taskops.ledger.tips import Tip, load_tip, write_files
from taskops.ledger.unrecorded import keep_unrecorded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from taskops.ledger.log import Entry
    from taskops.model.ports import Clock
    from taskops.model.record import Closing, LedgerState, Opening, Record
    from taskops.model.resource import Address

TRIES = 5


class GitLedger:
    """
    One commit per write on `refs/taskops/<project>/<environment>`.

    Only objects are written into the clone, and a ref of our own; no work tree,
    index, HEAD, branch or setting is touched.
    """

    def __init__(
        self,
        root: Path,
        project: str,
        environment: str,
        *,
        environ: Mapping[str, str],
        clock: Clock,
        take_over: str = "",
        pauses: Sequence[float] = PAUSES,
        ends: Callable[[], float] = lambda: math.inf,
    ) -> None:
        require_names(project, environment)
        self._root = root
        self._project = project
        self._environment = environment
        self._clock = clock
        self._take_over = take_over
        self._remote = Remote(Git(root, environ, ends), project, pauses)
        self._ref = self._remote.ref(environment)
        self._known: dict[str, Tip] = {}
        self._tip: Tip | None = None
        self._opening: Opening | None = None

    def describe(self) -> str:
        """What it is, for the header of a plan."""
        return f"git {self._ref}"

    def read(self) -> LedgerState:
        """Everything, at this moment; a failed read raises."""
        tips = {
            environment: self._load(environment, commit)
            for environment, commit in self._remote.fetched().items()
        }
        ours = tips.pop(self._environment, self._empty())
        others = [tips[environment].document for environment in sorted(tips)]
        return ours.document.state(ours.commit, others)

    def _empty(self) -> Tip:
        return Tip("", Document(self._project, self._environment))

    def _load(self, environment: str, commit: str) -> Tip:
        if commit not in self._known:
            git, ref = self._remote.git, self._remote.ref(environment)
            self._known[commit] = load_tip(git, ref, commit)
        return self._known[commit]

    def _current(self) -> Tip:
        commit = self._remote.fetched().get(self._environment, "")
        return self._load(self._environment, commit) if commit else self._empty()

    def open(self, opening: Opening, revision: str) -> None:
        """Take it; raises Locked or LedgerMoved."""
        tip = self._known.get(revision) if revision else self._empty()
        if tip is None:
            tip = self._current()
        held = tip.document.open
        if held is not None and not self._may_take(held, opening):
            raise locked(held, _take_over_hint(held))
        if tip.commit != revision:
            raise moved()
        document = replace(tip.document, open=opening)
        message = message_of(opening_words(opening), {}, opening)
        after = self._push(tip, document, message, 3)
        if after is None:
            raise self._refusal(opening)
        self._tip, self._opening = after, opening

    def _may_take(self, held: Opening, opening: Opening) -> bool:
        """Both times are the service's: no machine's clock has a say."""
        return self._take_over == held.apply or opening.started >= held.expires

    def _refusal(self, opening: Opening) -> TaskopsError:
        held = self._current().document.open
        if held is not None and not self._may_take(held, opening):
            return locked(held, _take_over_hint(held))
        return moved()

    def flush(self, records: Mapping[Address, Record | None]) -> None:
        """Write records while it is open."""
        first, *rest = sorted(map(str, records)) or ["nothing"]
        message = f"flush: {first}" + (f" and {len(rest)} more" if rest else "")
        self._advance(lambda now: now.with_records(records), message, {})

    def close(self, closing: Closing) -> str:
        """Give it back; returns where the records were kept if that failed."""
        try:
            self._advance(
                lambda now: now.closed(closing), closing.message, closing.trailers
            )
        except Exception:  # noqa: BLE001  # whatever it was, the records are kept
            apply = closing.trailers.get("Taskops-Apply", "")
            return keep_unrecorded(
                self._root / ".taskops",
                self._project,
                self._environment,
                apply or (self._opening.apply if self._opening else ""),
                closing,
            )
        else:
            return ""
        finally:
            self._tip = self._opening = None

    def _advance(
        self,
        change: Callable[[Document], Document],
        message: str,
        trailers: Mapping[str, str],
    ) -> None:
        """Write on top of our own opening, wherever the ref is by now."""
        if self._tip is None or self._opening is None:
            raise TaskopsError("the ledger is not open")
        text = message_of(message, trailers, self._opening)
        for _ in range(TRIES):
            after = self._push(self._tip, change(self._tip.document), text, TRIES)
            if after is not None:
                self._tip = after
                return
            tip = self._current()
            held = tip.document.open
            if held is None or held.apply != self._opening.apply:
                raise TaskopsError(
                    "the ledger was taken over by another apply",
                    f"{self._ref}: {held.apply if held else 'nobody holds it'}",
                    "look at what both did with `taskops status --log`, and plan again",
                )
            self._tip = tip
        raise TaskopsError("the ledger moved again and again", self._ref, "plan again")

    def _push(
        self, base: Tip, document: Document, message: str, tries: int
    ) -> Tip | None:
        remote = self._remote
        name, email = remote.identity()
        files = write_files(remote.git, base, document)
        by = Signature(name, email, self._clock.wall())
        commit = remote.commit(files, base.commit, message, by)
        if not remote.swap(self._environment, base.commit, commit, tries):
            return None
        return Tip(commit, document, files)

    def history(self) -> tuple[Entry, ...]:
        """Every apply that the ref remembers, the last one first."""
        remote = self._remote
        commit = remote.fetched().get(self._environment, "")
        if not commit:
            return ()
        if remote.git.is_shallow():
            remote.fetch((self._environment,), depth=1000)
        return entries_of(remote.git, commit)


def _take_over_hint(held: Opening) -> str:
    return (
        f"wait for it; once you know that it is dead: "
        f"`taskops apply --take-over {held.apply}`"
    )
