"""Anchor as a provider, against the emulated account over a socket."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from account import Account, generated, task
from simulated import code

from taskops.applying.lanes import Lanes
from taskops.emulator.app import Emulator
from taskops.emulator.server import serve
from taskops.errors import (
    AuthenticationFailed,
    NameTaken,
    OutcomeUnknown,
    Refused,
    TaskopsError,
    UsageError,
)
from taskops.model.record import Job, Record, Seen
from taskops.model.resource import Address, Identity, Observed, Reading
from taskops.model.step import Begin, Done, Publish, Remove, Rename, Upsert
from taskops.model.values import Secret, Tree, digest, frozen
from taskops.providers.anchor.provider import Anchor, open_anchor
from taskops.providers.http import door as door_module

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from taskops.model.ports import Event
    from taskops.model.resource import Resource
    from taskops.model.step import Step

KEY = "sk-canary-0123456789"
AT = Address("anchor", "a")
ONE = "export default async () => 1\n"
TWO = "export default async () => 2\n"


@dataclass
class Service:
    """An emulated account on a socket, with everything that is opened to it."""

    behaviours: dict[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.emulator = Emulator(api_key=KEY, behaviours=self.behaviours)
        self.server = serve(self.emulator)
        self.lanes = Lanes(4)
        self.opened: list[Anchor] = []

    def anchor(self, *, writable: bool = True, **options: Any) -> Anchor:
        anchor = open_anchor(
            {"ANCHORBROWSER_API_KEY": KEY},
            writable=writable,
            lanes=self.lanes,
            listener=self.events.append,
            base_url=self.server.url,
            **options,
        )
        self.opened.append(anchor)
        return anchor

    def fault(self, **rule: Any) -> None:
        self.emulator.set_faults([rule])

    def writes(self) -> list[str]:
        """What left for the service and was no GET."""
        return [
            f"{r['method']} {r['path'].split('/')[-1]}"
            for r in self.emulator.requests()
            if r["method"] != "GET"
        ]

    def asked(self) -> int:
        return len(self.emulator.requests())

    def close(self) -> None:
        for anchor in self.opened:
            anchor.close()
        self.lanes.close()
        self.server.close()
        self.emulator.close()


@pytest.fixture
def service(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Service]:
    monkeypatch.setattr(door_module, "BACKOFF", 0.001)
    one = Service(getattr(request, "param", {}))
    yield one
    one.close()


def put(anchor: Anchor, resource: Resource, before: Observed | None = None) -> Done:
    version = before.draft if before is not None else None
    name = resource.name
    return anchor.perform(Upsert(resource.address, name, resource.spec, version))


def go_live(anchor: Anchor, resource: Resource, object_id: str) -> Done:
    return anchor.perform(
        Publish(resource.address, object_id, resource.spec, resource.digest)
    )


def look(anchor: Anchor, object_id: str = "", name: str = "") -> Observed:
    found = anchor.look(Identity(AT, object_id, name))
    assert found is not None
    return found


def record(resource: Resource, row: Observed) -> Record:
    assert row.draft is not None
    assert row.latest is not None
    seen = Seen(row.row, row.draft.digest, row.latest.digest)
    return Record(
        resource.address, resource.kind, row.id, row.name, version="1", seen=seen
    )


def only(reading: Reading) -> Observed:
    assert len(reading.objects) == 1
    return reading.objects[0]


def read(anchor: Anchor, *wanted: Resource, known: Sequence[Record] = ()) -> Reading:
    return anchor.read(wanted, {one.address: one for one in known})


def test_an_upsert_and_a_publish_are_what_was_wanted(service: Service) -> None:
    anchor = service.anchor()
    wanted = task("a", description="d", browserConfiguration={"x402": True})

    done = put(anchor, wanted)
    go_live(anchor, wanted, done.id)
    seen = look(anchor, done.id)

    assert done.name == "a"
    assert seen.draft is not None
    assert seen.latest is not None
    assert seen.draft.digest == seen.latest.digest == wanted.digest
    assert seen.version == "1"


def test_what_is_live_already_is_not_deployed_again(service: Service) -> None:
    anchor, wanted = service.anchor(), task("a")
    done = put(anchor, wanted)
    go_live(anchor, wanted, done.id)

    again = go_live(anchor, wanted, done.id)

    assert again.already
    assert service.writes() == ["POST task", "POST deploy"]


def test_a_task_without_any_version_is_read(service: Service) -> None:
    service.emulator.edit(name="a")

    seen = only(read(service.anchor(writable=False), task("a")))

    assert seen.latest is None


def test_a_404_for_what_the_task_says_is_published_is_not_believed(
    service: Service,
) -> None:
    anchor, wanted = service.anchor(), task("a")
    done = put(anchor, wanted)
    go_live(anchor, wanted, done.id)
    service.fault(do="status", status=404, path="latest$")

    listed, looked = only(read(anchor, wanted)), look(anchor, done.id)

    for seen in (listed, looked):
        assert seen.latest is not None
        assert seen.latest.digest == wanted.digest
        assert seen.version == "1"


def test_a_version_that_was_deleted_is_not_live(service: Service) -> None:
    anchor, wanted = service.anchor(), task("a")
    done = put(anchor, wanted)
    go_live(anchor, wanted, done.id)
    httpx.delete(
        f"{service.server.url}/v1/task/{done.id}/1", headers={"anchor-api-key": KEY}
    )

    seen = only(read(anchor, wanted))

    assert seen.latest is None
    assert seen.draft is not None


def test_it_is_found_by_its_name_where_no_id_is_known(service: Service) -> None:
    anchor = service.anchor()
    done = put(anchor, task("a"))
    put(anchor, task("ab"))

    assert look(anchor, name="a").id == done.id
    assert anchor.look(Identity(AT, "", "b")) is None
    assert anchor.look(Identity(AT, "00000000-0000-4000-8000-000000000000", "")) is None


def test_only_what_somebody_wants_is_read_in_full(service: Service) -> None:
    anchor = service.anchor()
    for name in ("a", "b", "c"):
        put(anchor, task(name))
    before = service.asked()

    reading = read(anchor, task("a"))

    assert service.asked() - before == 1 + 2
    assert reading.complete
    full = {o.name for o in reading.objects if o.draft is not None}
    assert full == {"a"}
    assert {o.name for o in reading.objects} == {"a", "b", "c"}
    assert reading.target.team
    assert reading.target.origin == service.server.url


def test_a_row_that_the_ledger_knows_is_not_read_further(service: Service) -> None:
    anchor, wanted = service.anchor(), task("a")
    go_live(anchor, wanted, put(anchor, wanted).id)
    known = record(wanted, only(read(anchor, wanted)))
    before = service.asked()

    seen = only(read(anchor, wanted, known=[known]))

    assert service.asked() - before == 1
    assert seen.vouched
    assert seen.latest is not None
    assert seen.latest.digest == wanted.digest


@pytest.mark.parametrize("case", ["refresh", "other digest", "other row", "no seen"])
def test_whatever_the_ledger_can_not_vouch_for_is_read(
    service: Service, case: str
) -> None:
    anchor, wanted = service.anchor(), task("a")
    go_live(anchor, wanted, put(anchor, wanted).id)
    known = record(wanted, only(read(anchor, wanted)))
    assert known.seen is not None
    if case == "other digest":
        wanted = task("a", TWO)
    if case == "other row":
        service.emulator.edit(name="a", description="by hand")
    if case == "no seen":
        known = replace(known, seen=None)

    reading = anchor.read([wanted], {AT: known}, refresh=case == "refresh")
    seen = only(reading)

    assert not seen.vouched
    assert seen.latest is not None
    assert seen.latest.content is not None


def test_what_we_made_and_is_not_listed_yet_is_found_by_its_id(
    service: Service,
) -> None:
    service.emulator.set_behaviours({"visibility_lag": "2"})
    anchor, wanted = service.anchor(), task("a")
    done = put(anchor, wanted)
    known = Record(AT, "code", done.id, "a")

    assert only(read(anchor, wanted, known=[known])).id == done.id


def test_a_plan_sends_nothing_but_get(service: Service) -> None:
    anchor, wanted = service.anchor(writable=False), task("a")
    steps: list[Step] = [
        Upsert(AT, "a", wanted.spec),
        Publish(AT, "x", wanted.spec, wanted.digest),
        Rename(AT, "x", "b"),
        Remove(AT, "x", "a"),
        Begin(AT, generated("a", "p"), "a", "i"),
    ]

    read(anchor, wanted)
    for step in steps:
        with pytest.raises(RuntimeError, match="must not write"):
            anchor.perform(step)

    assert service.writes() == []


def test_a_rename_keeps_the_id_and_the_code(service: Service) -> None:
    anchor, wanted = service.anchor(), task("a")
    done = put(anchor, wanted)

    renamed = anchor.perform(Rename(AT, done.id, "b"))

    assert renamed.name == "b"
    seen = look(anchor, done.id)
    assert seen.name == "b"
    assert seen.draft is not None
    assert seen.draft.digest == wanted.digest


def test_a_rename_to_a_name_in_use_is_refused(service: Service) -> None:
    anchor = service.anchor()
    done = put(anchor, task("a"))
    put(anchor, task("b"))

    with pytest.raises(NameTaken):
        anchor.perform(Rename(AT, done.id, "b"))


def test_what_is_removed_is_gone_and_removing_it_again_is_done(
    service: Service,
) -> None:
    anchor = service.anchor()
    done = put(anchor, task("a"))

    first = anchor.perform(Remove(AT, done.id, "a"))
    again = anchor.perform(Remove(AT, done.id, "a"))

    assert (first.already, again.already) == (False, True)
    assert anchor.look(Identity(AT, done.id, "a")) is None


@pytest.mark.parametrize("below", ["/1", "/draft", "?force=1", "#x"])
def test_an_id_that_was_made_up_reaches_nothing_but_that_task(
    service: Service, below: str
) -> None:
    anchor, wanted = service.anchor(), task("a")
    done = put(anchor, wanted)
    go_live(anchor, wanted, done.id)

    removed = anchor.perform(Remove(AT, done.id + below, "a"))

    assert removed.already
    assert anchor.look(Identity(AT, done.id + below, "a")) is None
    there = look(anchor, done.id)
    assert there.draft is not None
    assert there.version == "1"


def test_a_delete_whose_first_answer_was_lost_was_ours(service: Service) -> None:
    anchor = service.anchor()
    done = put(anchor, task("a"))
    service.fault(do="reset", method="DELETE", when="after", times=1)

    removed = anchor.perform(Remove(AT, done.id, "a"))

    assert not removed.already


def test_a_delete_whose_every_answer_was_lost_is_reported_as_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "BACKOFF", 0.001)
    account = Account(tmp_path)
    account.apply([task("a"), task("b")])
    lost = {"do": "reset", "method": "DELETE", "when": "after"}
    account.emulator.set_faults([{**lost, "times": door_module.ATTEMPTS}])

    report = account.apply([task("a")], prune=True)

    account.close()
    (outcome,) = [o for o in report.outcomes if o.address.name == "b"]
    assert (outcome.status, outcome.wrote) == ("applied", True)


def test_an_upsert_whose_answer_was_lost_is_sent_again(service: Service) -> None:
    anchor, wanted = service.anchor(), task("a")
    service.fault(do="reset", method="POST", when="after", times=1)

    done = put(anchor, wanted)

    assert look(anchor, done.id).name == "a"
    assert service.writes() == ["POST task", "POST task"]
    assert len(read(anchor).objects) == 1


@pytest.mark.parametrize("path", ["/[0-9a-f-]+$", "/draft$", "/latest$", "task$"])
def test_a_read_that_was_cut_at_valid_json_is_asked_again(
    service: Service, path: str
) -> None:
    anchor = service.anchor()
    wanted = task("a", ONE)
    done = put(anchor, wanted)
    go_live(anchor, wanted, done.id)
    before = read(anchor, wanted)

    rule = {"method": "GET", "path": path, "do": "cut", "times": 2}
    service.emulator.set_faults([rule])

    assert read(anchor, wanted).objects == before.objects
    assert look(anchor, done.id).latest == only(before).latest


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_answer_to_a_write_that_was_cut_says_nothing(
    service: Service, method: str
) -> None:
    anchor = service.anchor()
    done = put(anchor, task("a", ONE))
    service.emulator.set_faults([{"method": method, "do": "cut"}])
    steps: dict[str, Step] = {
        "PUT": Rename(AT, done.id, "b"),
        "DELETE": Remove(AT, done.id, "a"),
    }

    with pytest.raises(OutcomeUnknown):
        anchor.perform(steps[method])


@pytest.mark.parametrize("do", ["reset", "html", "truncated", "status", "cut"])
def test_a_deploy_without_a_usable_answer_is_unknown_and_sent_once(
    service: Service, do: str
) -> None:
    anchor, wanted = service.anchor(), task("a")
    done = put(anchor, wanted)
    service.fault(do=do, method="POST", status=502, when="after")

    with pytest.raises(OutcomeUnknown):
        go_live(anchor, wanted, done.id)
    assert service.writes().count("POST deploy") == 1


@pytest.mark.parametrize(
    "service",
    [
        {"configuration": configuration, "omitted_fields": omitted, **more}
        for configuration in ("replaced", "merged")
        for omitted in ("kept", "cleared")
        for more in (
            {},
            {"defaults_echoed": "yes"},
            {"null_fields": "null"},
            {"wrapper": "none"},
            {"description_level": "version"},
            {"url_normalised": "yes"},
        )
    ],
    indirect=True,
)
def test_what_is_removed_from_a_manifest_is_removed_from_the_service(
    service: Service,
) -> None:
    anchor = service.anchor()
    full = task(
        "a",
        description="old",
        browserConfiguration={
            "initial_url": "https://a.example",
            "recording": {"active": False},
            "timeout": {"max_duration": 9, "idle_timeout": 8},
            "live_view": {"read_only": True},
            "proxy": {"active": True, "type": "anchor_proxy", "country_code": "no"},
        },
    )
    done = put(anchor, full)
    there = look(anchor, done.id)
    assert there.draft is not None
    assert there.draft.digest == full.digest
    bare = task("a", browserConfiguration={"timeout": {"max_duration": 9}})

    put(anchor, bare, there)
    go_live(anchor, bare, done.id)

    seen = look(anchor, done.id)
    assert seen.draft is not None
    assert seen.latest is not None
    assert seen.draft.digest == seen.latest.digest == bare.digest


def custom(password: str) -> Resource:
    proxy = {
        "active": True,
        "type": "custom",
        "server": Secret("http://h.example:1"),
        "username": Secret("somebody"),
        "password": Secret(password),
    }
    return task("a", browserConfiguration={"proxy": proxy})


@pytest.mark.parametrize(
    ("echo", "known"), [("yes", True), ("no", False), ("masked", False)]
)
def test_a_password_is_sent_and_never_seen(
    service: Service, echo: str, *, known: bool
) -> None:
    service.emulator.set_behaviours({"proxy_password_echo": echo})
    anchor, wanted = service.anchor(), custom("hunter22")

    seen = look(anchor, put(anchor, wanted).id)

    assert seen.draft is not None
    password = seen.draft.value(("browserConfiguration", "proxy", "password"))
    if isinstance(password, Secret):
        assert password.known is known
    else:
        assert echo == "no"
    assert "hunter22" not in repr(seen)


@pytest.mark.parametrize("status", [400, 401, 403, 409, 418, 500, 503])
@pytest.mark.parametrize("secret", [KEY, "hunter22"])
def test_no_error_shows_a_secret(service: Service, status: int, secret: str) -> None:
    anchor, wanted = service.anchor(), custom("hunter22")
    echo = f'{{"error":{{"message":"not with {secret} please"}}}}'
    service.fault(do="status", status=status, body=echo)

    with pytest.raises(TaskopsError) as error:
        put(anchor, wanted)

    told = f"{error.value!r} {error.value.detail} {error.value.hint}"
    told += "".join(event.text for event in service.events)
    assert secret not in told


def start(name: str = "g") -> Begin:
    resource = generated(name, "buy milk", browserConfiguration={"x402": True})
    return Begin(resource.address, resource, name, "intent")


def job(done: Done) -> Job:
    return Job("d", "running", "intent", done.poll_id, done.ids)


@pytest.mark.parametrize("service", [{"generate_polls": "3"}], indirect=True)
def test_a_generation_is_begun_once_and_asked_about(service: Service) -> None:
    anchor = service.anchor()

    done = anchor.perform(start())
    states = [anchor.poll(job(done)).status for _ in range(4)]

    assert states == ["running", "running", "running", "ready"]
    assert service.writes() == ["POST generate"]


@pytest.mark.parametrize(
    ("takes", "api", "posts"),
    [
        ("user_task", "auto", 1),
        ("user_task", "user_task", 1),
        ("taskPrompt", "auto", 2),
        ("taskPrompt", "taskPrompt", 1),
    ],
)
def test_each_shape_of_a_generation_reaches_the_service_that_takes_it(
    service: Service, takes: str, api: str, posts: int
) -> None:
    service.emulator.set_behaviours({"generate_shape": takes})
    anchor = service.anchor(generate_api=api)

    done = anchor.perform(start())
    second = anchor.perform(start("h"))

    assert done.poll_id
    assert ("taskPrompt" in done.note) is (posts == 2)
    assert second.note == ""
    assert len(service.writes()) == posts + 1


@pytest.mark.parametrize(
    ("takes", "api"), [("taskPrompt", "user_task"), ("user_task", "taskPrompt")]
)
def test_a_shape_that_was_chosen_is_never_changed(
    service: Service, takes: str, api: str
) -> None:
    service.emulator.set_behaviours({"generate_shape": takes})
    anchor = service.anchor(generate_api=api)

    with pytest.raises(Refused):
        anchor.perform(start())
    assert len(service.writes()) == 1


@pytest.mark.parametrize("do", ["reset", "html", "truncated", "status", "cut"])
def test_a_start_without_a_usable_answer_is_never_sent_again(
    service: Service, do: str
) -> None:
    anchor = service.anchor()
    service.fault(do=do, method="POST", status=500, when="after")

    with pytest.raises(OutcomeUnknown):
        anchor.perform(start())
    assert service.writes() == ["POST generate"]


def test_a_lost_start_is_found_by_its_name(service: Service) -> None:
    anchor = service.anchor()
    service.fault(do="reset", method="POST", when="after", times=1)
    with pytest.raises(OutcomeUnknown):
        anchor.perform(start())

    lost = Job("d", "unknown", "intent", name="g")
    found = anchor.recover(lost, generated("g", "buy milk"))

    assert found is not None
    assert anchor.poll(found).status in ("running", "ready")
    assert anchor.recover(replace(lost, name="other"), generated("o", "p")) is None


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"do": "status", "status": 404}, "running"),
        ({"do": "status", "status": 200, "body": '{"status":"pondering"}'}, "running"),
        ({"do": "status", "status": 200, "body": "{}"}, "running"),
        ({"do": "status", "status": 200, "body": '{"status":"ready"}'}, "ready"),
        ({"do": "status", "status": 200, "body": '{"status":"failed"}'}, "failed"),
    ],
)
def test_only_ready_and_failed_end_a_generation(
    service: Service, fault: dict[str, Any], status: str
) -> None:
    anchor = service.anchor()
    done = anchor.perform(start())
    service.fault(path="generation-status", **fault)

    assert anchor.poll(job(done)).status == status


def test_what_a_failed_generation_says_is_cut_and_clean(service: Service) -> None:
    anchor = service.anchor()
    done = anchor.perform(start())
    said = "x" * 190 + KEY + "\u001b[31m"
    body = {"status": "failed", "error": said}
    service.fault(do="status", status=200, path="generation-status", body=body)

    state = anchor.poll(job(done))

    assert state.status == "failed"
    assert len(state.detail) <= 200
    assert KEY[:9] not in state.detail
    assert state.detail.isprintable()


def test_a_missing_key_is_named_and_so_is_the_way_out() -> None:
    with pytest.raises(AuthenticationFailed) as error:
        open_anchor({}, writable=False)

    assert "ANCHORBROWSER_API_KEY" in error.value.detail
    assert "ANCHORBROWSER_API_KEY" in error.value.hint


def test_a_wrong_key_is_told_by_its_variable(service: Service) -> None:
    wrong = "sk-wrong-0123456789"
    anchor = open_anchor(
        {"ANCHORBROWSER_API_KEY": wrong}, writable=False, base_url=service.server.url
    )

    with pytest.raises(AuthenticationFailed) as error:
        read(anchor, task("a"))
    anchor.close()
    assert "ANCHORBROWSER_API_KEY" in error.value.hint
    assert wrong not in f"{error.value.summary}{error.value.detail}{error.value.hint}"


def test_the_address_comes_from_the_environment_and_must_be_safe() -> None:
    key = {"ANCHORBROWSER_API_KEY": KEY}
    elsewhere = {**key, "ANCHORBROWSER_BASE_URL": "https://proxy.example/anchor/"}

    assert open_anchor(key, writable=False).door.origin == (
        "https://api.anchorbrowser.io"
    )
    assert open_anchor(elsewhere, writable=False).door.origin == (
        "https://proxy.example/anchor"
    )
    with pytest.raises(UsageError):
        open_anchor({**key, "ANCHORBROWSER_BASE_URL": "http://h"}, writable=False)


def test_the_clock_of_the_service_is_known_after_the_first_answer(
    service: Service,
) -> None:
    anchor = service.anchor()
    before = anchor.date()

    read(anchor)

    assert before is None
    assert (anchor.date() or 0) > 1_700_000_000


def test_reading_tells_how_far_it_is(service: Service) -> None:
    anchor = service.anchor()
    wanted = [task(f"t{number}") for number in range(3)]
    for one in wanted:
        put(anchor, one)
    service.events.clear()

    read(anchor, *wanted)

    told = [(e.done, e.total) for e in service.events if e.text == "tasks read"]
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_canonical_is_the_same_with_and_without_a_service(service: Service) -> None:
    spec: Tree = frozen({"code": code(ONE), "browserConfiguration": {"x402": False}})

    there = service.anchor().canonical("code", spec)

    assert digest(there) == task("a", ONE).digest
