"""A stand-in for `gh api`: the options that the action uses, against loopback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

FLAGS = ("--silent", "--paginate")
VALUES = ("--method", "--jq", "-f", "-F")


def main(words: list[str]) -> int:
    """Ask, and print what `--jq` makes of each page."""
    assert words[0] == "api", words
    options, fields, place = read(words[1:])
    data = {name: value for name, value in fields.items() if name != "query"}
    if place == "graphql":
        data = {"query": fields["query"], "variables": data}
    method = options.get("--method") or ("POST" if fields else "GET")
    page = 1
    while page:
        status, answer, page = ask(method, place, data, page)
        if status >= 400:
            sys.stderr.write(f"gh: {answer['message']} (HTTP {status})\n")
            return 1
        if "--silent" not in options:
            sys.stdout.write(filtered(options.get("--jq", "."), answer))
        page = page if "--paginate" in options else 0
    return 0


def read(words: list[str]) -> tuple[dict[str, str], dict[str, Any], str]:
    """The options, the fields of the body, and the endpoint."""
    options: dict[str, str] = {}
    fields: dict[str, Any] = {}
    place = ""
    while words:
        word = words.pop(0)
        if word in FLAGS:
            options[word] = "yes"
        elif word in VALUES:
            value = words.pop(0)
            options[word] = value
            if word in ("-f", "-F"):
                put(fields, *value.split("=", 1), typed=word == "-F")
        else:
            assert not word.startswith("-"), (
                f"gh has no {word}, as far as is known here"
            )
            assert not place
            place = word
    return options, fields, place


def put(fields: dict[str, Any], name: str, value: str, *, typed: bool) -> None:
    """One field; `name[]` is a list, and `-F name=@file` is the file's text."""
    if typed and value.startswith("@"):
        value = Path(value[1:]).read_text("utf-8")
    if name.endswith("[]"):
        fields.setdefault(name[:-2], []).append(value)
    else:
        fields[name] = value


def ask(method: str, place: str, data: dict[str, Any], page: int) -> Any:
    """The status, the answer and the number of the next page."""
    url = f"{os.environ['FAKE_HUB']}/{place}"
    if page > 1:
        url += f"{'&' if '?' in url else '?'}page={page}"
    body = json.dumps(data).encode() if method != "GET" else None
    request = urllib.request.Request(url, body, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            following = int(answer.headers.get("X-Next-Page") or 0)
            return answer.status, json.load(answer), following
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error), 0


def filtered(expression: str, answer: Any) -> str:
    """What jq makes of it; where there is no jq, what it is meant to make."""
    if jq := shutil.which("jq"):
        told = json.dumps(answer)
        words = [jq, "-r", expression]
        return subprocess.check_output(words, input=told, text=True)
    if "viewer" in expression:
        return f"{answer['data']['viewer']['login']}\n"
    ours = [
        one
        for one in answer
        if one["user"]["login"] == os.environ["LOGIN"]
        and (one["body"] or "").startswith(os.environ["MARK"])
        and not one.get("pull_request")
    ]
    pairs = ("number", "state") if ".number" in expression else ("id", "node_id")
    return "".join(f"{one[pairs[0]]} {one[pairs[1]]}\n" for one in ours)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
