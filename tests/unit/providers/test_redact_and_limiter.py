"""Secrets out of texts, and fewer requests after a 429."""

from __future__ import annotations

import base64
import html
import json
import re
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from taskops.providers.http.budget import Budget
from taskops.providers.http.limiter import Limiter
from taskops.providers.http.redact import HIDDEN, Redactor

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = 'p@ss "wörd"/+&'
RAW = SECRET.encode()


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote(SECRET, safe="").lower(),
        quote_plus(SECRET),
        html.escape(SECRET),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        base64.b64encode(RAW).decode(),
        base64.b64encode(RAW).decode().rstrip("="),
        base64.urlsafe_b64encode(RAW).decode(),
        RAW.hex(),
    ],
)
def test_a_secret_is_found_in_every_form(form: str) -> None:
    assert Redactor([SECRET]).clean(f"a {form} z") == f"a {HIDDEN} z"


def numbered(text: str) -> str:
    """For HTML, as Go and most templates do it."""
    return html.escape(text, quote=False).replace("'", "&#39;").replace('"', "&#34;")


def careful(text: str) -> str:
    """For JSON within HTML, as Go does it."""
    told = json.dumps(text, ensure_ascii=False)[1:-1]
    return told.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


ESCAPED: dict[str, Callable[[str], str]] = {
    "encodeURIComponent": lambda text: quote(text, safe="!'()*"),
    "encodeURI": lambda text: quote(text, safe="!'()*;,/?:@&=+$#"),
    "twice in a URL": lambda text: quote(quote(text, safe=""), safe=""),
    "a form": quote_plus,
    "HTML": html.escape,
    "HTML by numbers": numbered,
    "HTML without Unicode": lambda text: text.encode(
        "ascii", "xmlcharrefreplace"
    ).decode(),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON of PHP": lambda text: json.dumps(text)[1:-1].replace("/", r"\/"),
    "JSON of Go": careful,
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "JSON in HTML": lambda text: html.escape(json.dumps(text)[1:-1]),
    "Windows": lambda text: text.replace("\n", "\r\n"),
    "base64 in a URL": lambda text: quote(
        base64.b64encode(text.encode()).decode(), safe=""
    ),
}


@given(
    st.text("aZ9 \n\t'\"\\&<>%+/!(;#xu25öé€𝄞", min_size=4, max_size=24),
    st.sampled_from(sorted(ESCAPED)),
)
def test_a_secret_is_found_however_it_was_escaped(secret: str, way: str) -> None:
    assume(secret == secret.strip())

    cleaned = Redactor([secret]).without(f"<<{ESCAPED[way](secret)}>>")

    assert cleaned == f"<<{HIDDEN}>>"


def test_one_line_of_a_secret_is_as_secret() -> None:
    key = "-----BEGIN KEY-----\nc2VjcmV0LW9mLWxhdW5jaA\n-----END KEY-----\n"

    assert Redactor([key]).clean("bad line: c2VjcmV0LW9mLWxhdW5jaA") == (
        f"bad line: {HIDDEN}"
    )


def test_two_secrets_that_overlap_leave_no_half() -> None:
    cleaned = Redactor(["abcdef", "defghi", "hihihi"]).clean("abcdefghihihihi!")

    assert cleaned == f"{HIDDEN}!"


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("\\\\ \\\\ x", "\\" * 65_536),
        ('""""""""', '\\\\"' * 20_000),
        ("&&&&&&&&", "&" + "amp;" * 16_384),
        ("%%%%%%%%", "%" + "25" * 32_768),
        ("a   b   c", "a" + " " * 65_536),
        ("    x", " " * 65_536),
    ],
)
def test_no_answer_keeps_anybody_busy(secret: str, text: str) -> None:
    began = time.monotonic()

    Redactor([secret]).clean(text)

    assert time.monotonic() - began < 5


def test_a_secret_inside_another_leaves_nothing_of_it() -> None:
    cleaned = Redactor(["hunter", "hunter-and-more"]).clean("x hunter-and-more y")

    assert cleaned == f"x {HIDDEN} y"


@given(
    st.text("xyz1%", min_size=4, max_size=20),
    st.text("xyz1%", max_size=9),
    st.integers(0, 60),
)
def test_a_text_is_cut_only_when_no_secret_is_in_it(
    secret: str, before: str, longest: int
) -> None:
    cleaned = Redactor([secret]).clean(before + secret, longest)

    assert len(cleaned) <= longest
    if secret not in before and secret not in HIDDEN:
        assert secret not in cleaned


def test_secrets_may_be_added_while_other_lanes_clean() -> None:
    redactor, errors = Redactor(), []

    def clean() -> None:
        try:
            for _ in range(200):
                redactor.clean("some text")
        except RuntimeError as error:
            errors.append(error)

    threads = [threading.Thread(target=clean) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(100):
        redactor.add(f"secret-{number}")
    for thread in threads:
        thread.join()

    assert errors == []
    assert redactor.clean("secret-0 secret-99") == f"{HIDDEN} {HIDDEN}"


def test_a_429_halves_what_may_be_in_flight_and_answers_bring_it_back() -> None:
    limiter = Limiter(16)
    for _ in range(3):
        limiter.slow_down(0)
    after = limiter.limit

    for _ in range(200):
        limiter.speed_up()

    assert after == 1
    assert limiter.limit == 16


def test_no_more_are_in_flight_than_may_be() -> None:
    limiter, most, now = Limiter(2), 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal most, now
        for _ in range(50):
            with limiter.slot():
                with lock:
                    now += 1
                    most = max(most, now)
                with lock:
                    now -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 <= most <= 2


def test_retries_run_out_and_good_answers_bring_them_back() -> None:
    budget = Budget(2)

    spent = [budget.spend() for _ in range(3)]
    for _ in range(6):
        budget.earn()

    assert spent == [True, True, False]
    assert budget.spend()


@pytest.mark.parametrize("before", range(4))
def test_a_secret_inside_a_longer_base64_text_is_taken_out(before: int) -> None:
    secret = "canary-0123456789"
    text = base64.b64encode(b"u" * before + secret.encode() + b":rest").decode()
    cleaned = Redactor([secret]).clean(f"Basic {text}")
    # What stands around it shares a letter with it at the most.
    assert re.fullmatch(r"Basic [\w+/]{0,6}\(redacted\)[\w+/=]{0,10}", cleaned)
