"""A repository on GitHub, and a runner for its jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from github.hub import Hub, running
from github.job import Job

from taskops.manifests.starter import starter_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def hub() -> Iterator[Hub]:
    """The repository, on loopback."""
    with running() as hub:
        yield hub


@pytest.fixture
def job(tmp_path: Path, hub: Hub) -> Job:
    """A runner with nothing on it."""
    return Job(tmp_path, hub.url)


@pytest.fixture
def shop(job: Job) -> Path:
    """A new project in the job's checkout."""
    root = job.folder / "shop"
    for name, text in starter_files("shop").items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root
