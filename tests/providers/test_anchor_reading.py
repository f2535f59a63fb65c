"""A reading that begins before all that is wanted is known is the same reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from account import Account, task

from taskops.providers.anchor.reading import DroppedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from taskops.model.resource import Resource

COUNT = 120


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    made = Account(tmp_path)
    yield made
    made.close()


def declared() -> list[Resource]:
    return [task(f"t{n:03}") for n in range(COUNT)]


def test_what_is_met_on_the_way_is_read_as_if_it_was_known_before(
    account: Account,
) -> None:
    account.apply(declared())
    wanted = [
        task(f"t{n:03}", description="new") if n % 10 == 0 else one
        for n, one in enumerate(declared())
    ]
    wanted.append(task("never-there"))
    known = account.ledger().read().known_to("anchor")
    del known[wanted[1].address]
    anchor = account.anchor(writable=False)
    before = len(account.emulator.requests())

    reading = anchor.begin(known)
    for one in wanted:
        reading.met(one)
    found = reading.read(wanted)
    asked = len(account.emulator.requests()) - before

    plain = anchor.read(wanted, known)
    assert found == plain
    assert len(account.emulator.requests()) - before == 2 * asked


def test_a_reading_that_nobody_wants_asks_no_more(account: Account) -> None:
    account.apply(declared())
    anchor = account.anchor(writable=False)
    reading = anchor.begin({})
    reading.drop()
    before = len(account.emulator.requests())

    with pytest.raises(DroppedError):
        reading.read(declared())

    # The first page may have been on its way.
    assert len(account.emulator.requests()) - before <= 1
