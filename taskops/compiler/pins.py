"""
Exactly which packages are used, and the hash of each.

The hash is what is trusted; where the bytes come from does not matter. To renew a
line: `npm view NAME@VERSION dist.integrity`.
"""

from __future__ import annotations

import hashlib
import platform
import sys
from typing import Final, NamedTuple

_TYPESCRIPT: Final = "7.0.2"


class Pin(NamedTuple):
    """One package: its name, its version, the sha512 of its archive in base64."""

    name: str
    version: str
    sha512: str


COMPILERS: Final = {
    "linux-x64": "EYdf2cNg7rgCWJnxCdJ+F3V39O8ihb37eHAu1LK8oAFizgTQbPOK7zHHXbPt8rX24COqODXeI3sIf0fCXG7H/A==",  # noqa: E501
    "linux-arm64": "Qh4eU4/y3yDjnfjjyPYihMj5/ODIlmt+Bzu17OI+fiSRDW57QmU5SiN63exPRNJPKUzcc1INa1NXdrJ+MqHjUQ==",  # noqa: E501
    "darwin-x64": "SZ9xZInqApNlNGc9s0W1VSsktYSOe9cFqNOIqmN1Gs8SmkjKZYFt017G4VwPxASInODuAdbTW7sXiFUf893RgA==",  # noqa: E501
    "darwin-arm64": "gowzar9MwS/aRWp6f3a4KUqzRjAZjOsmGNCM6LcTgXum+dBfgsBVMN+AgvOCCbguXyick6LJhpBszxMebJ8syA==",  # noqa: E501
    "win32-x64": "0BQ3HkAHHlKLSp1qRvf3SUhGpGsDuhB/jgFw75guyqbxJqEaS0Cw/VFO8i2nHglJUzQCRtMMR/IBAKE3ETMC4g==",  # noqa: E501
    "win32-arm64": "Gyl1Vy6OsWesLzmq+EP0Fb7b4Nid5232AvcA2SFcdYreldpNtYFFofPjnt62y9hQy7VTaZp65ICJjuAQRaVcIQ==",  # noqa: E501
}
"""The compiler is one binary for each platform; it needs no Node."""

TYPES: Final = (
    Pin(
        "anchorbrowser",
        "0.16.3",
        "slz85Zmj0T3XDOKLH8n7nxcLFHcvpPJInCHcysuOyUbP2sMAyhMwMS6LiS727WqnTMaVGx4p6KgJpIJ8+FWhlw==",
    ),
    Pin(
        "playwright",
        "1.57.0",
        "ilYQj1s8sr2ppEJ2YVadYBN0Mb3mdo9J0wQ+UuDhzYqURwSoW4n1Xs5vs7ORwgDGmyEh33tRMeS8KhdkMoLXQw==",
    ),
    Pin(
        "playwright-core",
        "1.57.0",
        "agTcKlMw/mjBWOnD6kFZttAAGHgi/Nw0CZ2o6JqWSbMlI219lAFLZZCyqByTsvVAJq5XA5H8cA6PrvBRpBWEuQ==",
    ),
    Pin(
        "@types/node",
        "20.19.25",
        "ZsJzA5thDQMSQO788d7IocwwQbI8B5OPzmqNvpf3NY/+MHDAS759Wo0gd2WQeXYt5AAAQjzcrTVC6SKCuYgoCQ==",
    ),
    Pin(
        "undici-types",
        "6.21.0",
        "iwDZqg0QAGrg9Rav5H4n0M64c3mkR59cJ6wQp+7C4nI0gsmExaedaYLNO44eT4AtBBwjbTiGPMlt2Md0T9H9JQ==",
    ),
    Pin(
        "zod",
        "4.1.13",
        "AvvthqfqrAhNH9dnfmrfKzX5upOdjUVJYFqNSlkmGf64gRaTzlPwz99IHYnVs28qYAybvAlBV+H7pn0saFY4Ig==",
    ),
)
"""What tasks import, as far as the sandbox is known to have it."""


def platform_name() -> str:
    """The platform of this machine, as the compiler's packages call it."""
    machine = platform.machine().lower()
    names = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}
    return f"{sys.platform}-{names.get(machine, machine)}"


def compiler_for(name: str) -> Pin | None:
    """The compiler of a platform, if there is one."""
    sha512 = COMPILERS.get(name)
    if sha512 is None:
        return None
    return Pin(f"@typescript/typescript-{name}", _TYPESCRIPT, sha512)


def key_of(pins: tuple[Pin, ...]) -> str:
    """A name for exactly these packages."""
    return hashlib.sha256(repr(sorted(pins)).encode()).hexdigest()[:16]
