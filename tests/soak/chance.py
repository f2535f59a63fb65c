"""What may happen: wanted states, hand edits, faults, kills, services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from soak import runs
from soak.trial import Trial, Turn, Wanted

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

CODE_NAMES = ("a", "b", "c", "d")
GENERATED_NAMES = ("g", "h")

BEHAVIOURS = (
    "upsert_writes",
    "omitted_fields",
    "configuration",
    "defaults_echoed",
    "deleted_listed",
    "deleted_name",
    "description_level",
    "description_accepted",
    "deploy_description",
    "empty_description",
    "list_code",
    "list_configuration",
    "list_cap",
    "over_limit",
    "proxy_password_echo",
    "url_normalised",
    "wrapper",
    "null_fields",
    "visibility_lag",
    "updated_at_on_draft",
    "generate_shape",
    "generate_ids",
    "generate_404",
    "generate_state",
)


def behaviours() -> SearchStrategy[dict[str, str]]:
    """Mostly as the documents say, otherwise with a few open questions answered."""
    from taskops.emulator.behaviours import KNOBS

    knobs = {name: KNOBS[name].answers for name in BEHAVIOURS} | runs.KNOBS
    one = st.sampled_from([*knobs]).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(knobs[name]))
    )
    return st.just({}) | st.lists(one, max_size=4).map(dict)


def wanted(kind: str) -> SearchStrategy[Wanted]:
    """What git may say of one name."""
    if kind == "agent":
        return st.builds(Wanted, variant=st.integers(0, 2), kind=st.just("agent"))
    if kind == "generated":
        return st.builds(
            Wanted,
            variant=st.integers(0, 2),
            kind=st.just("generated"),
            protected=st.booleans(),
        )
    return st.builds(
        Wanted,
        variant=st.integers(0, 5),
        publish=st.sampled_from([True, True, True, False]),
        protected=st.sampled_from([False, False, True]),
        adopt=st.sampled_from([False, False, True]),
    )


def edits() -> SearchStrategy[dict[str, Any]]:
    """What somebody does by hand, sometimes to what is not there."""
    names = st.sampled_from((*CODE_NAMES, *GENERATED_NAMES))
    code = st.integers(0, 99).map(lambda n: {"code": f"// by hand {n}\n"})
    same = st.integers(0, 5).map(
        lambda n: {"code": f"export default async () => {n}\n"}
    )
    text = {"description": st.sampled_from(["", "by hand"])}
    version = code | same | st.fixed_dictionaries(text)
    return st.one_of(
        st.fixed_dictionaries({"name": names, "draft": version}),
        st.fixed_dictionaries({"name": names, "latest": version}),
        st.fixed_dictionaries(
            {
                "name": st.sampled_from(CODE_NAMES),
                "draft": code | same,
                "latest": code | same,
                "make": st.just(True),  # a value, not a flag
            }
        ),
        st.fixed_dictionaries({"name": names, "delete": st.just(True)}),  # a value
        st.fixed_dictionaries({"name": names, "rename": names | st.just("away")}),
    )


RETRY_AFTER = (
    "0",
    "0.01",
    "-5",
    "soon",
    "99999999999",
    "1e400",
    "Wed, 21 Oct 2015 07:28:00 GMT",
    "Wed, 21 Oct 2099 07:28:00 GMT",
    "",
)

WHERE: tuple[dict[str, str], ...] = (
    {},
    {},
    {"method": "GET"},
    {"method": "POST"},
    {"method": "GET", "path": "^/v1/task$"},
    {"method": "GET", "path": "latest$"},
    {"method": "POST"},
    {"method": "POST", "path": "^/v1/task$"},
    {"method": "POST", "path": "deploy$"},
    {"method": "POST", "path": "generate$"},
    {"method": "GET", "path": "status$"},
    {"method": "PUT"},
    {"method": "DELETE"},
)

RUN = "^/(browser-use/api/v2|stablebrowse/v1)/tasks"
WHERE_RUNS: tuple[dict[str, str], ...] = (
    {"method": "POST", "path": RUN},
    {"method": "POST", "path": RUN},
    {"method": "GET", "path": f"{RUN}$"},
    {"method": "GET", "path": f"{RUN}/"},
    {},
)
"""The same for agents' runs: starts, searches, polls."""

STATUSES = (400, 401, 402, 403, 404, 409, 422, 429, 500, 501, 502, 503, 504)

SURELY_NOT = tuple(s for s in STATUSES if s < 500 or s == 501)
"""What says that nothing was carried out."""


def faults(
    where: tuple[dict[str, str], ...] = WHERE,
) -> SearchStrategy[dict[str, Any]]:
    """One rule of the emulator's script."""
    status = st.fixed_dictionaries(
        {"do": st.just("status"), "status": st.sampled_from(STATUSES)}
    )
    limited = st.fixed_dictionaries(
        {
            "do": st.just("status"),
            "status": st.sampled_from([429, 503]),
            "headers": st.sampled_from(RETRY_AFTER).map(lambda v: {"Retry-After": v}),
        }
    )
    plain = st.fixed_dictionaries(
        {
            "do": st.sampled_from(
                ["html", "redirect", "reset", "reset_in_body", "truncated", "cut"]
            )
        }
    )
    slow = st.fixed_dictionaries(
        {
            "do": st.sampled_from(["delay", "drip_headers", "drip_body"]),
            "seconds": st.just(0.0002),
        }
    )
    hang = st.fixed_dictionaries({"do": st.just("hang"), "seconds": st.just(1.5)})
    edit = st.builds(lambda given: {"do": "edit", "edit": given}, _whole_edits())
    common = st.fixed_dictionaries(
        {
            "where": st.sampled_from(where),
            "nth": st.integers(0, 3),
            "times": st.sampled_from([1, 1, 1, 2, 4, 1000]),
            "when": st.sampled_from(["before", "after"]),
        }
    )
    what = st.one_of(status, limited, plain, plain, plain, slow, edit, status, hang)
    return st.tuples(common, what).map(_rule)


def _rule(drawn: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    common, what = dict(drawn[0]), drawn[1]
    matched: dict[str, Any] = common.pop("where")
    if what["do"] in ("hang", "drip_headers", "drip_body"):
        # One answer that hangs is a fault; all of them would only be a long wait.
        common |= {"times": 1}
    if what.get("status") in SURELY_NOT:
        # A service that says no and does it all the same is beyond all help.
        common |= {"when": "before"}
    return {**matched, **common, **what}


def _whole_edits() -> SearchStrategy[dict[str, Any]]:
    """Edits as a rule of the emulator has them: it makes what is not there."""
    return edits().map(lambda given: {k: v for k, v in given.items() if k != "make"})


LEDGER_MOMENTS = tuple(
    f"{when} {what}"
    for when in ("before", "after")
    for what in ("open", "flush", "close")
)


def turns() -> SearchStrategy[Turn]:
    """A kill, a signal, an edit or a second client at some moment."""
    number = st.integers(1, 30)
    when = st.sampled_from(["before", "after"])
    return st.one_of(
        st.builds(Turn, do=st.just("kill"), number=number, when=when),
        st.builds(Turn, do=st.just("kill"), ledger=st.sampled_from(LEDGER_MOMENTS)),
        st.builds(Turn, do=st.just("away"), ledger=st.sampled_from(LEDGER_MOMENTS)),
        st.builds(Turn, do=st.just("stop"), number=number, when=when),
        st.builds(Turn, do=st.just("edit"), number=number, when=when, edit=edits()),
        st.builds(Turn, do=st.just("other"), number=number, when=when),
    )


def trials() -> SearchStrategy[Trial]:
    """One apply, and all that happens to it."""
    return st.builds(
        Trial,
        prune=st.booleans(),
        adopt_all=st.sampled_from([False, False, True]),
        refresh=st.booleans(),
        retry=st.sampled_from([(), (), (*GENERATED_NAMES, *runs.NAMES)]),
        parallelism=st.sampled_from([1, 1, 4]),
        wait=st.sampled_from([True, True, False]),
        take_over=st.sampled_from([True, True, False]),
        approval=st.sampled_from(["yes", "yes", "everything", "digest", "old"]),
        faults=st.lists(faults() | faults(WHERE_RUNS), min_size=1, max_size=3).map(
            tuple
        ),
        turn=st.none() | turns(),
    )
