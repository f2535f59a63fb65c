"""YAML to documents that remember where each of their values stands."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from taskops.manifests.inside import MAX_BYTES
from taskops.manifests.lines import lines
from taskops.manifests.spots import BIDI, Spot, Trouble
from taskops.model.dataclass import dataclass
from taskops.model.problem import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taskops.manifests.careful import Careful
    from taskops.manifests.lines import Root
    from taskops.model.values import Path


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: plain data, and the text to find its places in again."""

    file: str
    text: str
    number: int
    """Among the documents of its file, from 0."""
    data: object
    spot: Spot
    broken: tuple[Path, ...] = ()
    """Where the YAML itself has problems, so that nothing more is said there."""

    @property
    def where(self) -> Location:
        """Where the document begins."""
        return Location(self.file, *self.spot, "$")

    def locate(self, path: Path, *, key: bool = False) -> Location:
        """The place of a value, or of its field name; of what holds it if absent."""
        spots = with_places(self.text)[self.number]
        known = path
        while known and known not in spots.values:
            known = known[:-1]
        spot = spots.values.get(known, self.spot)
        name = spots.keys.get(known, spot)
        # A value that begins below its name is found by the name.
        if (key and known == path) or name.line != spot.line:
            spot = name
        return Location(self.file, *spot, json_path(path))

    def has(self, path: Path) -> bool:
        """Whether the document itself has a value at a path."""
        return path in with_places(self.text)[self.number].values


@dataclass(frozen=True, slots=True)
class Contents:
    """The documents of a file, and all that is wrong with its YAML."""

    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]


# Places are asked for several times in a row, and always of the same file.
@lru_cache(maxsize=2)
def with_places(text: str) -> list[Careful]:
    """Every document of a text with its places."""
    from taskops.manifests.careful import careful  # noqa: PLC0415 - felt, see _fast

    return careful(text)[0]


def load_bytes(file: str, content: bytes) -> Contents:
    """The documents of a file, known as `file` in every problem."""
    if len(content) > MAX_BYTES:
        return _refused(file, Spot(1, 1), "the file is larger than 1 MiB", "split it")
    try:
        # Twice as fast as the codec that takes the mark away itself.
        text = content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        spot = _spot_of(content[: error.start].decode("utf-8-sig", "replace"))
        return _refused(file, spot, "the file is not UTF-8", "save it as UTF-8")
    return load_text(file, text)


def load_text(file: str, text: str) -> Contents:
    """The documents of a text, and every problem of its YAML."""
    if (hidden := _hidden(text)) is not None:
        return _hidden_problem(file, text, hidden)
    roots = _fast(text)
    if roots is None:
        return _with_care(file, text)
    documents = tuple(
        Document(file, text, number, root.data, Spot(root.line, root.column))
        for number, root in enumerate(roots)
    )
    return Contents(documents, tuple(_empty(file, documents)))


def _fast(text: str) -> list[Root] | None:
    """The documents of a text without anything unusual."""
    if "\\" in text:  # an escape can hide what a glance at the text would show
        return None
    if (root := lines(text)) is not None:
        return [root]
    # PyYAML is felt at every start, and most manifests are plainer than it needs.
    from taskops.manifests.quick import quick  # noqa: PLC0415

    return quick(text)


def _with_care(file: str, text: str) -> Contents:
    from taskops.manifests.careful import careful  # noqa: PLC0415 - felt, see _fast

    found, stopped = careful(text)
    documents = tuple(
        Document(
            file,
            text,
            number,
            document.data,
            document.spot,
            tuple(trouble.path for trouble in document.troubles),
        )
        for number, document in enumerate(found)
    )
    troubles = [t for document in found for t in document.troubles] + stopped
    problems = [_problem(file, trouble) for trouble in troubles]
    if stopped or any(t.text.startswith("nested") for t in troubles):
        # What was read last is only half there: nothing can be said of its fields.
        documents = documents[:-1] if found and found[-1].data is None else documents
    elif not troubles:
        problems = _empty(file, documents)
    return Contents(documents, tuple(problems))


def _empty(file: str, documents: tuple[Document, ...]) -> list[Problem]:
    if not documents:
        trouble = Trouble(
            Spot(1, 1), (), "the file is empty", "write a manifest, or remove it"
        )
        return [_problem(file, trouble)]
    return [
        _problem(
            file,
            Trouble(d.spot, (), "this document is empty", "remove the `---` before it"),
        )
        for d in documents
        if d.data is None
    ]


def _problem(file: str, trouble: Trouble) -> Problem:
    where = Location(file, *trouble.spot, json_path(trouble.path))
    return Problem(trouble.text, "", where, trouble.hint)


def _refused(file: str, spot: Spot, text: str, hint: str) -> Contents:
    return Contents((), (_problem(file, Trouble(spot, (), text, hint)),))


def _hidden(text: str) -> int | None:
    if text.isascii():
        found = text.find("\0")
        return None if found < 0 else found
    return next((n for n, c in enumerate(text) if c == "\0" or c in BIDI), None)


def _hidden_problem(file: str, text: str, at: int) -> Contents:
    """The answer to a file with a character that nobody can see."""
    spot = _spot_of(text[:at])
    words = f"an invisible character (U+{ord(text[at]):04X}) is not allowed"
    return _refused(file, spot, words, "remove it: it makes text look other than it is")


def _spot_of(before: str) -> Spot:
    return Spot(before.count("\n") + 1, len(before) - before.rfind("\n"))


def json_path(path: Iterable[str | int]) -> str:
    """A path as problems show it: `$.browserConfiguration.tags[0]`."""
    text = "$"
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        elif key.replace("_", "a").replace("-", "a").isalnum():
            text += f".{key}"
        else:
            text += f"[{key!r}]"
    return text
