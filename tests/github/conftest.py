"""A repository on GitHub, and a runner for its jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from github.hub import Hub, running
from github.job import Job

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
