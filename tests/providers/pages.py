"""A service that lists what a test tells it, page by page."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from taskops.providers.http.door import Door

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Row = dict[str, Any]


def row(number: int, **fields: Any) -> Row:
    """One row of a listing."""
    return {"id": f"id-{number:04}", "name": f"task-{number}", "teamId": "t", **fields}


@dataclass
class Pages:
    """
    A listing as a WSGI application.

    `cap` is the most rows on a page, `told` the limit that it claims; `moves` is
    called with the rows before each answer; `answer` replaces what is answered.
    """

    rows: list[Row]
    cap: int = 100
    told: int | None = None
    total: int | None = None
    refuses_over_cap: bool = False
    moves: Callable[[list[Row]], None] | None = None
    answer: Mapping[str, Any] | None = None
    asked: list[dict[str, str]] = field(default_factory=list)

    def door(self) -> Door:
        """The way to it."""
        return Door("Anchor", "http://pages", {}, "THE_KEY", wsgi=self)

    def __call__(
        self, environ: Mapping[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        query = {k: v[0] for k, v in parse_qs(environ["QUERY_STRING"]).items()}
        self.asked.append(query)
        if self.moves is not None:
            self.moves(self.rows)
        limit, page = int(query["limit"]), int(query["page"])
        if self.refuses_over_cap and limit > self.cap:
            start_response("400 Bad Request", [])
            return [b'{"error":{"message":"limit"}}']
        size = min(limit, self.cap)
        data = {
            "tasks": self.rows[(page - 1) * size : page * size],
            "total": len(self.rows) if self.total is None else self.total,
            "page": page,
            "limit": size if self.told is None else self.told,
        }
        start_response("200 OK", [])
        return [json.dumps(self.answer or {"data": data}).encode()]
