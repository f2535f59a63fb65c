"""Where a record lies in the tree of a ledger's commit."""

from __future__ import annotations

import pytest

from taskops.ledger.tips import path_of
from taskops.model.resource import Address


@pytest.mark.parametrize(
    ("address", "path"),
    [
        (Address("anchor", "price-watch"), "records/anchor/price-watch.json"),
        (Address("browser-use", "a.b_c"), "records/browser-use/a.b_c.json"),
        (Address("anchor", "a/b"), "records/anchor/a%2Fb.json"),
        (Address("..", ".git"), "records/%2E./%2Egit.json"),
        (Address("anchor", "%2E"), "records/anchor/%252E.json"),
    ],
)
def test_no_name_leaves_its_folder(address: Address, path: str) -> None:
    assert path_of(address) == path
