"""Connections: one client for each lane, certificates always checked."""

from __future__ import annotations

import ssl
import threading
from typing import TYPE_CHECKING

import pytest

from taskops.errors import UsageError
from taskops.providers.http.clients import Clients, safe, without_user

if TYPE_CHECKING:
    import httpx


def test_each_lane_has_its_own_client_and_keeps_it() -> None:
    clients, others = Clients("https://api.example"), []

    thread = threading.Thread(target=lambda: others.append(clients.mine()))
    thread.start()
    thread.join()

    assert clients.mine() is clients.mine()
    assert others[0] is not clients.mine()
    clients.close()
    assert clients.mine().is_closed
    assert others[0].is_closed


@pytest.mark.parametrize("proxy", ["socks5://me:pass@h:1", "http://me:pa/ss@h:x"])
def test_a_proxy_that_cannot_be_used_is_said_without_its_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)

    with pytest.raises(UsageError, match="proxy") as refused:
        Clients("https://api.example").mine()

    assert "me:" not in f"{refused.value} {refused.value.detail}"


def test_all_clients_share_one_context_that_checks_certificates() -> None:
    clients = Clients("https://api.example")
    found: list[httpx.Client] = [clients.mine()]
    thread = threading.Thread(target=lambda: found.append(clients.mine()))
    thread.start()
    thread.join()

    context = clients._context

    clients.close()
    assert context is not None
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert len(found) == 2
    assert not any(client.follow_redirects for client in found)


def test_on_loopback_no_certificate_is_read_and_none_is_trusted() -> None:
    clients = Clients("http://127.0.0.1:9")

    clients.mine()

    context = clients._context
    clients.close()
    assert context is not None
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.cert_store_stats()["x509_ca"] == 0


@pytest.mark.parametrize(
    "origin",
    [
        "https://api.example",
        "https://api.example:8443/anchor",
        "http://127.0.0.1:80",
        "http://localhost",
        "http://[::1]:9",
    ],
)
def test_a_key_may_be_sent_over_tls_or_to_this_machine(origin: str) -> None:
    assert safe(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "http://api.example",
        "http://localhost.example",
        "http://127.0.0.1@api.example",
        "https://user:hunter22@api.example",
        "https://[::1",
        "https://api.example:99999",
        "https://",
        "api.example",
        "",
    ],
)
def test_a_key_may_be_sent_nowhere_else(origin: str) -> None:
    assert not safe(origin)


def test_a_password_in_an_address_is_not_shown() -> None:
    assert "hunter22" not in without_user("https://user:hunter22@api.example")
