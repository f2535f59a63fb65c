"""The ledger in a file, with real disks, locks and processes."""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger.cases import (
    SECRET,
    Clock,
    closing,
    closing_of,
    file_ledger,
    opening,
    record,
    records,
)

from taskops.errors import DamagedLedger, Guarded, Locked, Stale, TaskopsError
from taskops.ledger import FileLedger, history
from taskops.model.resource import Address

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parents[1]
OURS = Address("anchor", "price-watch")


def path_in(folder: Path, environment: str = "production") -> Path:
    return folder / ".taskops" / "ledger" / f"{environment}.json"


def filled(folder: Path, *names: str, environment: str = "production") -> None:
    ledger, one = file_ledger(folder, environment), opening()
    ledger.open(one, ledger.read().revision)
    assert ledger.close(closing_of(one, *(record(name) for name in names))) == ""


def start(folder: Path, word: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(TESTS / "ledger" / "writer.py"), str(folder), word],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_no_file_is_no_ledger(tmp_path: Path) -> None:
    state = file_ledger(tmp_path).read()

    assert (state.exists, state.revision) == (False, "")
    assert list(tmp_path.iterdir()) == []


def test_what_was_closed_is_read_again(tmp_path: Path) -> None:
    filled(tmp_path, "price-watch", "other")

    state = file_ledger(tmp_path).read()

    assert state.records[OURS] == record()
    assert state.targets["anchor"].origin == "https://api.example"
    assert (state.open, len(state.records)) == (None, 2)


def test_while_it_is_open_flushes_and_the_opening_are_on_disk(tmp_path: Path) -> None:
    ledger, one = file_ledger(tmp_path), opening()

    ledger.open(one, "")
    ledger.flush(records(record()))

    state = file_ledger(tmp_path).read()
    assert state.open == one
    assert OURS in state.records
    ledger.close(closing(record("x"), dropped=("price-watch",)))
    assert list(file_ledger(tmp_path).read().records) == [Address("anchor", "x")]


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    filled(tmp_path, "price-watch")

    assert path_in(tmp_path).stat().st_mode & 0o777 == 0o600


def test_no_byte_on_disk_is_a_secret(tmp_path: Path) -> None:
    filled(tmp_path, "price-watch")
    ledger = file_ledger(tmp_path)
    ledger.open(opening(), ledger.read().revision)
    path_in(tmp_path).unlink()
    assert ledger.close(closing(record())) != ""

    files = [path for path in tmp_path.rglob("*") if path.is_file()]

    assert len(files) == 3
    assert all(SECRET.encode() not in path.read_bytes() for path in files)


def test_who_comes_second_hears_who_was_first(tmp_path: Path) -> None:
    holder, ledger = file_ledger(tmp_path), file_ledger(tmp_path)
    holder.open(opening(actor="grace"), "")

    with pytest.raises(Locked) as refused:
        ledger.open(opening(), ledger.read().revision)

    assert "grace on laptop since" in refused.value.detail


def test_of_many_at_once_exactly_one_opens(tmp_path: Path) -> None:
    filled(tmp_path, "price-watch")
    ledgers = [file_ledger(tmp_path) for _ in range(8)]
    revision = ledgers[0].read().revision
    gate = threading.Barrier(len(ledgers))
    ends: list[str] = []

    def race(ledger: FileLedger) -> None:
        gate.wait()
        try:
            ledger.open(opening(), revision)
        except Locked:
            ends.append("locked")
        else:
            ends.append("open")

    threads = [threading.Thread(target=race, args=(one,)) for one in ledgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ends) == ["locked"] * 7 + ["open"]


def test_a_ledger_that_merely_moved_is_stale_and_stays_free(tmp_path: Path) -> None:
    ledger = file_ledger(tmp_path)
    before = ledger.read().revision
    filled(tmp_path, "price-watch")

    with pytest.raises(Stale):
        ledger.open(opening(), before)

    ledger.open(opening(), ledger.read().revision)


def test_a_killed_holder_is_taken_over_at_once(tmp_path: Path) -> None:
    process = start(tmp_path, "hold")
    assert told(process) == "open"
    ledger = file_ledger(tmp_path)
    with pytest.raises(Locked):
        ledger.open(opening(), ledger.read().revision)
    process.kill()
    process.communicate()

    state = ledger.read()
    assert state.open is not None
    assert len(state.open.intents) == 1
    ledger.open(opening(), state.revision)


def test_a_lock_file_that_was_removed_locks_no_more_than_one(tmp_path: Path) -> None:
    holder, ledger = file_ledger(tmp_path), file_ledger(tmp_path)
    holder.open(opening(), "")
    path_in(tmp_path).with_suffix(".lock").unlink()
    ledger.open(one := opening(), ledger.read().revision)

    assert holder.close(closing(record())).endswith(".json")

    assert ledger.close(closing_of(one, record("x"))) == ""
    assert list(file_ledger(tmp_path).read().records) == [Address("anchor", "x")]


def test_a_kill_at_any_moment_leaves_a_whole_ledger(tmp_path: Path) -> None:
    chance = random.Random(7)
    for _ in range(12):
        process = start(tmp_path, "write")
        assert told(process) == "ready"
        time.sleep(chance.random() / 50)
        process.kill()
        process.communicate()

        state = file_ledger(tmp_path).read()

        assert OURS in state.records
        assert all(entry.message for entry in history(file_ledger(tmp_path)))


def test_who_reads_while_another_writes_sees_a_whole_ledger(tmp_path: Path) -> None:
    process = start(tmp_path, "write")
    assert told(process) == "ready"

    whole = [OURS in file_ledger(tmp_path).read().records for _ in range(400)]

    process.kill()
    process.communicate()
    assert all(whole)


def test_a_disk_that_is_full_at_any_byte_keeps_the_old_ledger(tmp_path: Path) -> None:
    ledger, one = file_ledger(tmp_path), opening()
    ledger.open(one, "")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = path_in(tmp_path).stat().st_size

    for room in range(0, size, 7):
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
        try:
            with pytest.raises(TaskopsError, match="cannot be written") as refused:
                ledger.flush(records(record()))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert "File too large" in refused.value.detail
        assert file_ledger(tmp_path).read().open == one

    assert ledger.close(closing_of(one, record())) == ""
    assert OURS in file_ledger(tmp_path).read().records


def test_a_ledger_cut_at_any_byte_is_refused_or_whole(tmp_path: Path) -> None:
    filled(tmp_path, "price-watch")
    path = path_in(tmp_path)
    data = path.read_bytes()
    whole = file_ledger(tmp_path).read().records

    # Without its last line break it is still whole.
    path.write_bytes(data[:-1])
    assert file_ledger(tmp_path).read().records == whole
    for length in range(len(data) - 1):
        path.write_bytes(data[:length])
        with pytest.raises(DamagedLedger, match="damaged") as refused:
            file_ledger(tmp_path).read()
        assert str(path) in refused.value.detail
        assert "put a good copy" in refused.value.hint


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_changed_byte_is_taken_for_ours(
    tmp_path: Path, where: int, other: int
) -> None:
    if not path_in(tmp_path).with_suffix(".good").exists():
        filled(tmp_path, "price-watch")
        path_in(tmp_path).rename(path_in(tmp_path).with_suffix(".good"))
    data = path_in(tmp_path).with_suffix(".good").read_bytes()
    path_in(tmp_path).write_bytes(data)
    whole = file_ledger(tmp_path).read()
    where %= len(data)
    changed = bytes([data[where] ^ other])
    path_in(tmp_path).write_bytes(data[:where] + changed + data[where + 1 :])

    with suppress(DamagedLedger):
        read = file_ledger(tmp_path).read()
        assert replace(read, revision="") == replace(whole, revision="")


def test_a_ledger_in_another_form_is_the_same(tmp_path: Path) -> None:
    filled(tmp_path, "price-watch")
    path = path_in(tmp_path)
    whole = json.loads(path.read_bytes())
    for text in (json.dumps(whole), json.dumps(whole, indent=4, sort_keys=True)):
        path.write_text(text, "utf-8")
        assert OURS in file_ledger(tmp_path).read().records


def test_a_ledger_of_before_there_were_sums_is_read(tmp_path: Path) -> None:
    filled(tmp_path, "price-watch")
    path = path_in(tmp_path)
    whole = json.loads(path.read_bytes())
    del whole["sum"]
    path.write_text(json.dumps(whole), "utf-8")

    assert OURS in file_ledger(tmp_path).read().records


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=40), st.integers(0, 2000), st.integers(0, 40))
def test_no_bytes_end_in_a_traceback(
    tmp_path: Path, noise: bytes, where: int, cut: int
) -> None:
    if not path_in(tmp_path).with_suffix(".good").exists():
        filled(tmp_path, "price-watch")
        path_in(tmp_path).rename(path_in(tmp_path).with_suffix(".good"))
    data = path_in(tmp_path).with_suffix(".good").read_bytes()
    where %= len(data)
    path_in(tmp_path).write_bytes(data[:where] + noise + data[where + cut :])

    with suppress(DamagedLedger):
        assert file_ledger(tmp_path).read().exists


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "1e999", "NaN"])
def test_what_python_cannot_follow_is_damage_too(tmp_path: Path, text: str) -> None:
    path_in(tmp_path).parent.mkdir(parents=True)
    path_in(tmp_path).write_text(text)

    with pytest.raises(DamagedLedger):
        file_ledger(tmp_path).read()


def test_a_damaged_ledger_is_never_written_over(tmp_path: Path) -> None:
    path_in(tmp_path).parent.mkdir(parents=True)
    path_in(tmp_path).write_bytes(b"")

    with pytest.raises(DamagedLedger):
        file_ledger(tmp_path).open(opening(), "")

    assert path_in(tmp_path).read_bytes() == b""


def test_the_ledger_of_another_project_is_refused(tmp_path: Path) -> None:
    filled(tmp_path, "price-watch")
    ledger = FileLedger(path_in(tmp_path), "other", "production", clock=Clock())

    with pytest.raises(DamagedLedger, match="another project"):
        ledger.read()


def test_a_hand_edit_while_it_is_open_is_not_written_over(tmp_path: Path) -> None:
    ledger, one = file_ledger(tmp_path), opening()
    ledger.open(one, "")
    edited = path_in(tmp_path).read_bytes() + b"\n"
    path_in(tmp_path).write_bytes(edited)

    with pytest.raises(TaskopsError, match="changed by something else"):
        ledger.flush(records(record()))
    kept = ledger.close(closing_of(one, record()))

    assert path_in(tmp_path).read_bytes() == edited
    assert kept == str(tmp_path / ".taskops" / f"unrecorded-{one.apply}.json")
    assert json.loads(Path(kept).read_bytes())["records"][0]["id"] == "id-price-watch"


def test_on_a_full_disk_the_records_are_shown_at_last(tmp_path: Path) -> None:
    process = start(tmp_path, "full")

    out, error = process.communicate("")

    assert out.strip() == "standard error"
    assert json.loads(error)["records"][0]["address"] == "anchor/price-watch"
    assert process.returncode == 0
    state = file_ledger(tmp_path).read()
    assert state.open is not None
    assert [path.suffix for path in path_in(tmp_path).parent.glob("*.tmp")] == []


@contextmanager
def as_nobody(folder: Path) -> Iterator[None]:
    """Modes mean nothing to root."""
    mode = folder.stat().st_mode
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(mode)


def test_a_read_only_folder_is_said_before_anything_is_written() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with as_nobody(folder):
            ledger = file_ledger(folder)
            assert not ledger.read().exists

            with pytest.raises(TaskopsError, match="cannot be written") as refused:
                ledger.open(opening(), "")

        assert "Permission denied" in refused.value.detail


def test_a_file_in_ci_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = path_in(tmp_path)
    ledger = FileLedger(path, "shop", "production", clock=Clock(), ci=True)
    assert not ledger.read().exists

    with pytest.raises(Guarded) as refused:
        ledger.open(opening(), "")

    assert "`ledger: git`" in refused.value.hint
    assert not path.parent.exists()


def test_ids_of_other_environments_are_known(tmp_path: Path) -> None:
    filled(tmp_path, "price-watch")

    state = file_ledger(tmp_path, "staging").read()

    assert dict(state.owned_elsewhere) == {("anchor", "id-price-watch"): "production"}


def test_an_apply_that_never_ended_is_in_the_log(tmp_path: Path) -> None:
    ledger, one = file_ledger(tmp_path), opening()
    ledger.open(one, "")

    (entry,) = history(file_ledger(tmp_path))

    assert (entry.apply, entry.closed, entry.message) == (
        one.apply,
        False,
        "open: 1 change",
    )


def test_the_log_survives_a_torn_line(tmp_path: Path) -> None:
    filled(tmp_path, "price-watch")
    log = path_in(tmp_path).with_suffix(".log.jsonl")
    log.write_bytes(log.read_bytes() + b'{"when": 3')
    filled(tmp_path, "other")

    last, first = history(file_ledger(tmp_path))
    assert "" not in (last.apply, first.apply)
    assert last.apply != first.apply

    assert (last.actor, last.message, last.commit) == (
        "ada",
        "apply: 1 created",
        "3f2c1ab",
    )
    assert (last.when, first.closed) == (1_800_000_000, True)
