"""The token of a CI run: for the remote's host, and for no other eye."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

TOKEN = "TASKOPS_GIT_TOKEN"  # noqa: S105  # the name of a variable, not a token

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Credential:
    """What git shows to the remote in the name of a CI run; may be empty."""

    token: str = field(repr=False)

    def settings(self, url: str, given: int) -> dict[str, str]:
        """
        The variables that make git send the token to the host of a URL.

        `given` counts the settings that the environment has already. Nothing is
        sent in the clear, except to this machine.
        """
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (
            parts.scheme == "http" and parts.hostname in LOOPBACK
        )
        if not self.token or not safe:
            return {}
        host = parts.netloc.rpartition("@")[2]
        key = f"http.{parts.scheme}://{host}/.extraheader"
        # The empty value drops a header that the checkout has left: two of them
        # are refused.
        return {
            "GIT_CONFIG_COUNT": str(given + 2),
            f"GIT_CONFIG_KEY_{given}": key,
            f"GIT_CONFIG_VALUE_{given}": "",
            f"GIT_CONFIG_KEY_{given + 1}": key,
            f"GIT_CONFIG_VALUE_{given + 1}": f"AUTHORIZATION: basic {self._pair()}",
        }

    def _pair(self) -> str:
        return base64.b64encode(f"x-access-token:{self.token}".encode()).decode()

    def quiet(self, error: bytes) -> str:
        """What git wrote on standard error, on one line, without a credential."""
        text = error.decode("utf-8", "replace")
        if self.token:
            text = text.replace(self.token, "…").replace(self._pair(), "…")
        # Up to the last @: whoever wrote the address may have escaped nothing in it.
        text = re.sub(r"://[^\s']*@", "://", text)
        text = re.sub(r"(://[^\s'?#]*)[?#][^\s']*", r"\1", text)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        told = [x for x in lines if x.startswith(("fatal:", "error:", "remote:", "!"))]
        return "; ".join(told or lines)[:400]
