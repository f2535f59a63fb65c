"""A project of agent tasks for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from agents import Agents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def agents(tmp_path: Path) -> Iterator[Agents]:
    """Both services end a run at the second question."""
    project = Agents(tmp_path)
    yield project
    project.close()
