"""Whether a job came too late: the default branch has moved on since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.cli.github import event_of, in_actions
from taskops.cli.services import without_keys
from taskops.errors import Guarded, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def superseded_by(home: Path, environ: Mapping[str, str]) -> str:
    """
    The newer commit of the default branch, when this job came too late for it.

    Empty at the tip, and outside of a job. Raises Guarded where the checkout is
    not of the default branch: nobody has merged that.
    """
    if not in_actions(environ):
        return ""
    from taskops.ledger.plumbing import Git

    git = Git(home, without_keys(environ))
    try:
        git.check()
        remote = git.remote()
    except UsageError as error:
        raise Guarded(
            "it cannot be told whether this is the tip of the default branch",
            error.detail,
            "check the repository out, as the apply workflow does",
        ) from None
    words = ("ls-remote", "--symref", remote, "HEAD")
    answer = git.must("ls-remote", git.ask_remote(git.url(remote), *words))
    event = event_of(environ)
    branch, tip = _head(answer.text)
    branch = branch or event.default_branch
    if not tip:
        raise Guarded(
            "it cannot be told whether this is the tip of the default branch",
            f"the remote `{remote}` has no default branch",
            "push the branch, or say which commit to apply with --at COMMIT",
        )
    here = git.run("rev-parse", "--verify", "HEAD").text
    if here == tip:
        return ""
    if branch and event.branch == branch:
        return tip
    raise Guarded(
        "this is not the default branch",
        f"checked out is {here[:12]}, and the tip of `{branch}` is {tip[:12]}",
        "merge it first, or say which commit to apply with --at COMMIT",
    )


def _head(listing: str) -> tuple[str, str]:
    """The default branch and its commit, as `git ls-remote --symref` lists them."""
    branch = tip = ""
    for line in listing.splitlines():
        value, _, name = line.partition("\t")
        if name == "HEAD" and value.startswith("ref: refs/heads/"):
            branch = value.removeprefix("ref: refs/heads/")
        elif name == "HEAD":
            tip = value
    return branch, tip
