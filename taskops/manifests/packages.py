"""What code may import in the sandbox: a few packages, and what Node itself has."""

from __future__ import annotations

from typing import Final

PACKAGES: Final = frozenset({"anchorbrowser", "playwright", "zod"})
"""What Anchor's own templates import; the sandbox's list is not documented."""

NODE: Final = frozenset(
    {
        *("assert", "async_hooks", "buffer", "child_process", "cluster", "console"),
        *("constants", "crypto", "dgram", "diagnostics_channel", "dns", "domain"),
        *("events", "fs", "http", "http2", "https", "inspector", "module", "net"),
        *("os", "path", "perf_hooks", "process", "punycode", "querystring"),
        *("readline", "repl", "stream", "string_decoder", "sys", "timers", "tls"),
        *("trace_events", "tty", "url", "util", "v8", "vm", "wasi"),
        *("worker_threads", "zlib"),
    }
)
"""The modules that Node itself has."""


def is_relative(name: str) -> bool:
    """Whether an import means a file beside this one."""
    return name in (".", "..") or name.startswith(("./", "../", "/", "file:"))


def lacks(name: str) -> bool:
    """Whether the sandbox is not known to have what an import names."""
    if name.startswith("node:"):
        return False
    return name.split("/", maxsplit=1)[0] not in PACKAGES | NODE
