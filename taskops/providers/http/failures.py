"""What went wrong, by its name: one error of the family for each way to fail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from taskops.errors import (
    AuthenticationFailed,
    NameTaken,
    NotFound,
    OutcomeUnknown,
    ReadFailed,
    Refused,
)
from taskops.providers.http.answers import message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.errors import ServiceError
    from taskops.providers.http.answers import Unreadable
    from taskops.providers.http.redact import Redactor

LONGEST_MESSAGE = 300
SHOWN_OF_RUBBISH = 50


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    date: float | None


@dataclass(frozen=True, slots=True)
class Failures:
    """Names the failures of one service; nothing that it says shows a secret."""

    name: str
    key_variable: str
    redactor: Redactor
    address: str = ""
    """The base URL as it may be shown, without its scheme."""

    def where(self, method: str, path: str) -> str:
        """Which request it was; a wrong base URL is seen at its host."""
        return f"{method} {self.address}{path}"

    def unknown(self, why: str, method: str, path: str) -> OutcomeUnknown:
        """A write that may or may not have happened."""
        return OutcomeUnknown(
            f"{self.name} gave no usable answer: {why}", self.where(method, path)
        )

    def read_failed(self, response: Response, path: str) -> ReadFailed:
        """A read that may work later."""
        return ReadFailed(
            f"{self.name} answered {response.status} {self.said(response)}".strip(),
            self.where("GET", path),
            "run the same command again later",
            status=response.status,
        )

    def refusal(
        self, response: Response, method: str, path: str
    ) -> ServiceError | AuthenticationFailed:
        """The name of a final no."""
        status, said = response.status, self.said(response)
        where = self.where(method, path)
        if status == 401:
            return AuthenticationFailed(
                f"{self.name} does not take the key",
                said,
                f"check the value of {self.key_variable}",
            )
        if status == 403:
            return AuthenticationFailed(
                f"{self.name} does not allow this with the key",
                said or where,
                f"use a key with that right in {self.key_variable}",
            )
        if 300 <= status < 400:
            target = self.redactor.clean(_host(response.headers.get("location", "")))
            return Refused(
                f"{self.name} answered with a redirect, which is never followed",
                f"{where} points to {target or 'nowhere'}",
                "check the base URL",
                status=status,
            )
        if status == 402:
            return Refused(
                f"{self.name} wants to be paid first",
                said or where,
                "check the credits and the spending limit of the account",
                status=status,
            )
        family = {404: NotFound, 409: NameTaken}.get(status, Refused)
        words = f"{self.name} said no ({status})"
        return family(f"{words}: {said}" if said else words, where, status=status)

    def said(self, response: Response) -> str:
        """The service's own words, redacted and then cut."""
        return self.redactor.clean(message(response.body), LONGEST_MESSAGE)

    def why(self, error: httpx.HTTPError) -> str:
        """What happened to the connection, in words."""
        words: dict[type[httpx.HTTPError], str] = {
            httpx.ConnectTimeout: "no connection in time",
            httpx.ReadTimeout: "no answer in time",
            httpx.WriteTimeout: "the request could not be sent in time",
            httpx.RemoteProtocolError: "the connection was cut",
            httpx.ReadError: "the connection was reset",
        }
        told = re.sub(r"^\[Errno -?\d+\] ", "", str(error))
        return words.get(type(error)) or self.redactor.clean(told, 200)

    def unreadable(self, error: Unreadable) -> str:
        """How an answer begins that is no JSON."""
        return "unreadable answer: " + self.redactor.clean(str(error), SHOWN_OF_RUBBISH)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
