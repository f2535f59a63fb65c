"""
The registry of npm packages that this machine is set up with.

Only the person's own settings count: the environment, then `.npmrc` in the home
folder, then what npm itself says where it is installed. A repository can name no
address. What comes back is believed only if its hash is the pinned one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from taskops.errors import NotTypeChecked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.compiler.pins import Pin

MAX_BYTES: Final = 32 * 1024 * 1024
_SECONDS: Final = 60
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_SET: Final = "set NPM_CONFIG_REGISTRY to the address of your npm registry"


def registry_address(environ: Mapping[str, str], away: Path) -> str:
    """The address of the registry; npm is asked from the folder `away`."""
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or away)
    for name in ("npm_config_registry", "NPM_CONFIG_REGISTRY"):
        if environ.get(name):
            return _checked(environ[name])
    file = environ.get("NPM_CONFIG_USERCONFIG") or environ.get("npm_config_userconfig")
    said = _in_npmrc(Path(file or home / ".npmrc")) or _asked(environ, away)
    if not said:
        summary = "it is not known which npm registry to fetch the compiler from"
        raise NotTypeChecked(summary, "", _SET)
    return _checked(said)


def _checked(address: str) -> str:
    parts = urlsplit(address.strip())
    near = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not parts.hostname or not (near or parts.scheme == "https"):
        summary = "the address of the npm registry is not https"
        raise NotTypeChecked(summary, "", _SET)
    if parts.username is not None:
        # Python takes it for a part of the host, and would repeat it.
        summary = "the address of the npm registry has a user or a password in it"
        raise NotTypeChecked(summary, "taskops sends none to a registry", _SET)
    return address.strip().rstrip("/")


def _in_npmrc(file: Path) -> str:
    try:
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    values = [line.partition("=") for line in lines]
    found = [value.strip() for key, _, value in values if key.strip() == "registry"]
    return found[-1].strip("\"'") if found else ""


def _asked(environ: Mapping[str, str], away: Path) -> str:
    npm = shutil.which("npm", path=environ.get("PATH", ""))
    if npm is None:
        return ""
    try:
        answer = subprocess.run(  # noqa: S603  # the person's own npm
            [npm, "config", "get", "registry"],
            cwd=away,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def fetch(registry: str, pin: Pin) -> bytes:
    """The archive of a package, with the pinned hash; raises NotTypeChecked."""
    short = pin.name.rpartition("/")[2]
    address = f"{registry}/{quote(pin.name)}/-/{short}-{pin.version}.tgz"
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS) as answer:  # noqa: S310  # https, or loopback
            content: bytes = answer.read(MAX_BYTES + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _unreachable(pin, error) from None
    found = base64.b64encode(hashlib.sha512(content).digest()).decode()
    if not hmac.compare_digest(found, pin.sha512):
        summary = "a package from the npm registry is not the pinned one"
        detail = f"{pin.name} {pin.version}: its hash differs, so it is not used"
        raise NotTypeChecked(summary, detail, "use a registry that does not change it")
    return content


def _unreachable(pin: Pin, error: Exception) -> NotTypeChecked:
    why = str(getattr(error, "reason", error)) or type(error).__name__
    if isinstance(error, urllib.error.HTTPError):
        why = f"HTTP {error.code}"
        error.close()
    return NotTypeChecked(
        "the npm registry does not answer, so the types are not checked",
        f"{pin.name} {pin.version}: {why}",
        "try again with a network; `taskops validate` without --types needs none",
    )
