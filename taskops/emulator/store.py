"""The account on disk: tasks, their versions, runs, and a log of every commit."""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tasks (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL,
    name TEXT NOT NULL, deleted INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS tasks_by_name ON tasks (name);
CREATE TABLE IF NOT EXISTS versions (
    task TEXT NOT NULL, version TEXT NOT NULL, doc TEXT NOT NULL,
    PRIMARY KEY (task, version));
CREATE TABLE IF NOT EXISTS things (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL,
    doc TEXT NOT NULL, UNIQUE (kind, id));
CREATE TABLE IF NOT EXISTS commits (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, doc TEXT NOT NULL);
"""

Doc = dict[str, Any]


def now() -> str:
    """The moment in the form that the services use."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Store:
    """One SQLite file; every request is one transaction."""

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._database = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=30
        )
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.executescript(SCHEMA)
        self.team = self._meta("team", str(uuid.uuid4()))

    @property
    def form(self) -> int:
        """The stamp in the file; 0 where there is none."""
        return int(self._rows("PRAGMA user_version")[0][0])

    @form.setter
    def form(self, number: int) -> None:
        with self._lock:
            self._database.execute(f"PRAGMA user_version={number:d}")

    def lacks(self, kind: str, field: str) -> bool:
        """Whether something of that kind has no such field."""
        rows = self._rows(
            "SELECT 1 FROM things WHERE kind=? AND json_type(doc, ?) IS NULL LIMIT 1",
            kind,
            f"$.{field}",
        )
        return bool(rows)

    def close(self) -> None:
        """Leave the file; nothing is lost."""
        with self._lock:
            self._database.close()

    def _meta(self, key: str, default: str) -> str:
        self._database.execute(
            "INSERT OR IGNORE INTO meta VALUES (?, ?)", (key, default)
        )
        row = self._database.execute("SELECT value FROM meta WHERE key=?", (key,))
        return str(row.fetchone()[0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, one at a time."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(query, values).fetchall()

    def reset(self) -> None:
        """An empty account of the same team."""
        with self.transaction():
            for table in ("tasks", "versions", "things", "commits"):
                self._database.execute(f"DELETE FROM {table}")  # noqa: S608  # a fixed list

    def task(self, task_id: str) -> Doc | None:
        """One task, deleted or not."""
        rows = self._rows("SELECT doc FROM tasks WHERE id=?", task_id)
        return json.loads(rows[0][0]) if rows else None

    def named(self, name: str) -> list[Doc]:
        """Every task of that name, deleted ones too, in order."""
        rows = self._rows("SELECT doc FROM tasks WHERE name=? ORDER BY seq", name)
        return [json.loads(row[0]) for row in rows]

    def tasks(self, *, deleted: bool, limit: int, offset: int) -> list[Doc]:
        """A page of tasks in the order of their making."""
        rows = self._rows(
            "SELECT doc FROM tasks WHERE deleted<=? ORDER BY seq LIMIT ? OFFSET ?",
            int(deleted),
            limit,
            offset,
        )
        return [json.loads(row[0]) for row in rows]

    def count(self, *, deleted: bool) -> int:
        """How many tasks a listing has."""
        return int(
            self._rows("SELECT count(*) FROM tasks WHERE deleted<=?", int(deleted))[0][
                0
            ]
        )

    def put_task(self, task: Doc) -> None:
        """Write a task; its place in the order stays."""
        self._database.execute(
            "INSERT INTO tasks (id, name, deleted, doc) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET name=excluded.name, "
            "deleted=excluded.deleted, doc=excluded.doc",
            (task["id"], task["name"], int(task["deleted"]), json.dumps(task)),
        )

    def versions(self, task_id: str) -> dict[str, Doc]:
        """All versions by their number; `draft` is one of them."""
        rows = self._rows(
            "SELECT version, doc FROM versions WHERE task=? "
            "ORDER BY version<>'draft', CAST(version AS INTEGER)",
            task_id,
        )
        return {row[0]: json.loads(row[1]) for row in rows}

    def version(self, task_id: str, number: str) -> Doc | None:
        """One version by its number."""
        rows = self._rows(
            "SELECT doc FROM versions WHERE task=? AND version=?", task_id, number
        )
        return json.loads(rows[0][0]) if rows else None

    def latest(self, task_id: str) -> Doc | None:
        """The published version with the greatest number that was not deleted."""
        rows = self._rows(
            "SELECT doc FROM versions WHERE task=? AND version<>'draft' "
            "AND NOT json_extract(doc, '$.deleted') "
            "ORDER BY CAST(version AS INTEGER) DESC LIMIT 1",
            task_id,
        )
        return json.loads(rows[0][0]) if rows else None

    def put_version(self, task_id: str, number: str, version: Doc) -> None:
        """Write one version."""
        self._database.execute(
            "INSERT OR REPLACE INTO versions VALUES (?, ?, ?)",
            (task_id, number, json.dumps(version)),
        )

    def thing(self, kind: str, thing_id: str) -> Doc | None:
        """A generation, a run, an execution."""
        rows = self._rows(
            "SELECT doc FROM things WHERE kind=? AND id=?", kind, thing_id
        )
        return json.loads(rows[0][0]) if rows else None

    def things(self, kind: str) -> list[Doc]:
        """All of one kind in the order of their making."""
        rows = self._rows("SELECT doc FROM things WHERE kind=? ORDER BY seq", kind)
        return [json.loads(row[0]) for row in rows]

    def put_thing(self, kind: str, thing_id: str, doc: Doc) -> None:
        """Write one."""
        self._database.execute(
            "INSERT INTO things (kind, id, doc) VALUES (?, ?, ?) "
            "ON CONFLICT (kind, id) DO UPDATE SET doc=excluded.doc",
            (kind, thing_id, json.dumps(doc)),
        )

    def log(self, **what: object) -> None:
        """Remember a commit, in the transaction that made it."""
        self._database.execute(
            "INSERT INTO commits (doc) VALUES (?)", (json.dumps(what),)
        )

    def commits(self) -> list[Doc]:
        """Everything that was ever written, in order."""
        rows = self._rows("SELECT seq, doc FROM commits ORDER BY seq")
        return [{"seq": row[0], **json.loads(row[1])} for row in rows]
