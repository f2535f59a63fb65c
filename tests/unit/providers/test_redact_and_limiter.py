"""Secrets out of texts, and fewer requests after a 429."""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskops.providers.http.budget import Budget
from taskops.providers.http.limiter import Limiter
from taskops.providers.http.redact import HIDDEN, Redactor

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
