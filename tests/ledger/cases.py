"""Records, openings, clocks and repositories that the ledger's tests start from."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import uuid4

from taskops.ledger import FileLedger, GitLedger
from taskops.model.record import Closing, Intent, Opening, Record
from taskops.model.resource import Address, Target
from taskops.model.values import Code, Secret, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SECRET = "hunter2-do-not-store"
TOKEN = "ghs_abcdefgh12345678"


@dataclass
class Clock:
    """A clock that stands still."""

    now: float = 1_800_000_000.0

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.now

    def uuid(self) -> str:
        return str(uuid4())


def no_bytes() -> bytes:
    raise LookupError


def record(name: str = "price-watch", number: int = 1) -> Record:
    spec = {
        "description": f"number {number} — ünïcode",
        "inputs": {"password": Secret(SECRET), "limit": number},
        "code": Code("ab" * 32, 12, no_bytes),
    }
    return Record(
        Address("anchor", name),
        "code",
        f"id-{re.sub('[^a-z0-9]', '-', name, flags=re.IGNORECASE)}",
        name,
        draft="d" * 64,
        live="e" * 64,
        version=str(number),
        spec=frozen(spec),
    )


def records(*given: Record) -> Mapping[Address, Record | None]:
    return {one.address: one for one in given}


def opening(apply: str = "", started: float = 1000.0, **told: str) -> Opening:
    return Opening(
        apply=apply or str(uuid4()),
        plan="p" * 64,
        actor=told.get("actor", "ada"),
        host=told.get("host", "laptop"),
        run=told.get("run", "https://ci.example/run/7"),
        started=started,
        expires=started + 2100,
        intents=(Intent(Address("anchor", "price-watch"), "update", "t" * 64, "i"),),
    )


def closing(
    *given: Record, team: str = "team-1", dropped: tuple[str, ...] = ()
) -> Closing:
    return Closing(
        records={
            **records(*given),
            **{Address("anchor", name): None for name in dropped},
        },
        targets={"anchor": Target("https://api.example", team)},
        message="apply: 1 created",
        trailers=MappingProxyType(
            {"Taskops-Apply": "", "Taskops-Commit": "3f2c1ab", "Taskops-Run": "r"}
        ),
    )


def closing_of(one: Opening, *given: Record, team: str = "team-1") -> Closing:
    end = closing(*given, team=team)
    return replace(end, trailers={**end.trailers, "Taskops-Apply": one.apply})


def file_ledger(folder: Path, environment: str = "production") -> FileLedger:
    path = folder / ".taskops" / "ledger" / f"{environment}.json"
    return FileLedger(path, "shop", environment, clock=Clock())


def git_ledger(
    root: Path,
    environment: str = "production",
    *,
    take_over: str = "",
    environ: Mapping[str, str] | None = None,
) -> GitLedger:
    return GitLedger(
        root,
        "shop",
        environment,
        environ=plain_environ() | dict(environ or {}),
        clock=Clock(),
        take_over=take_over,
        pauses=(0.0, 0.01, 0.01, 0.02),
    )


def plain_environ() -> dict[str, str]:
    """No settings of the machine's user or of the machine."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }


def git(where: Path, *words: str) -> str:
    """Plain git, as a person would use it."""
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    done = subprocess.run(
        ["git", "-C", str(where), *identity, *words],
        env=plain_environ(),
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def make_remote(folder: Path) -> Path:
    """A bare repository with two commits on `main`."""
    bare, work = folder / "remote.git", folder / "first"
    git(folder, "init", "--quiet", "--bare", "-b", "main", str(bare))
    git(folder, "init", "--quiet", "-b", "main", str(work))
    git(work, "remote", "add", "origin", bare.as_uri())
    for text in ("one", "two"):
        (work / "file").write_text(text)
        git(work, "add", "file")
        git(work, "commit", "--quiet", "-m", text)
    git(work, "push", "--quiet", "origin", "main")
    return bare


def clone(bare: Path, name: str, *words: str) -> Path:
    """A clone beside the bare repository."""
    where = bare.parent / name
    git(bare.parent, "clone", "--quiet", *words, bare.as_uri(), str(where))
    return where
