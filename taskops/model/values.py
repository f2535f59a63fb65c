"""Plain data, frozen at the doors and thawed at the doors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from taskops.model.dataclass import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeGuard

Scalar: TypeAlias = "str | int | float | bool | None"
Path: TypeAlias = tuple[str | int, ...]


class Secret:
    """
    A value that no sink may show, compare by digest, or store.

    `Secret(None)` is a secret whose value is not known here: the service
    withholds it, or the ledger must not hold it.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str | None) -> None:
        self._value = value

    @property
    def known(self) -> bool:
        """Whether the value is here to be sent or compared."""
        return self._value is not None

    def reveal(self) -> str:
        """The value itself; only for the body of a request."""
        if self._value is None:
            raise ValueError("the secret's value is not known here")
        return self._value

    def differs(self, other: Secret) -> bool:
        """Whether both values are known and are not the same."""
        return self.known and other.known and self._value != other._value

    # Two secrets are equal as far as anything but `differs` may know: a digest,
    # a diff or a comparison must never depend on the value.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret)

    def __hash__(self) -> int:
        return hash(Secret)

    def __repr__(self) -> str:
        return "(sensitive)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Code:
    """
    Task code, known by the digest of its bytes with CRLF read as LF.

    The bytes themselves are loaded only where somebody needs them, so that
    memory grows with the changes and not with the account.
    """

    sha256: str
    size: int = field(compare=False)
    load: Callable[[], bytes] = field(compare=False, repr=False)
    file: str = field(default="", compare=False)
    """Its path inside the project, where it comes from there."""


Value: TypeAlias = "Scalar | Secret | Code | tuple[Value, ...] | Mapping[str, Value]"
Tree: TypeAlias = "Mapping[str, Value]"

EMPTY: Tree = MappingProxyType({})


def empty() -> Tree:
    """The empty tree, for fields of frozen values that start with none."""
    return EMPTY


SENSITIVE = MappingProxyType({"sensitive": True})
"""What stands for a secret wherever its place must be kept."""


# What most values are; asking for these types first spares the slower question
# whether something is a Mapping, which counts with thousands of manifests.
_PLAIN_TYPES = frozenset({str, int, bool, type(None), float})
_MAPPINGS = frozenset({dict, MappingProxyType})
_WRITTEN_AS_THEY_ARE = frozenset({str, int, bool, type(None)})


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether it has fields, asked first of the types that nearly all of them are."""
    return type(value) in _MAPPINGS or isinstance(value, Mapping)


def freeze(value: object) -> Value:
    """Plain data (as from JSON or YAML) as values that nobody can change."""
    kind = type(value)
    # A proxy is what we make: what is in it was frozen before.
    if kind in _PLAIN_TYPES or kind is MappingProxyType:
        return value  # type: ignore[return-value]  # a scalar or a tree, by its type
    if kind is dict:
        return shared(value) or frozen(value)  # type: ignore[arg-type]  # a mapping, by its type
    match value:
        case list() | tuple():
            if _PLAIN_TYPES.issuperset(map(type, value)):
                return tuple(value)
            return tuple(freeze(item) for item in value)
        case Mapping():
            return frozen(value)
        case None | str() | bool() | int() | float() | Secret() | Code():
            return value
        case _:
            raise TypeError(f"{kind.__name__} is not plain data")


def frozen(mapping: Mapping[str, object]) -> Tree:
    """`freeze` for a mapping, typed as one."""
    tree: dict[str, Value] = {}
    for key, value in mapping.items():
        scalar = type(value) in _PLAIN_TYPES
        tree[str(key)] = value if scalar else freeze(value)  # type: ignore[assignment]  # by its type
    return MappingProxyType(tree)


_SHARED: dict[tuple[object, ...], Tree] = {}
_MOST_SHARED = 1000
_SHARED_TYPES = frozenset({str, int, bool, type(None)})


def shared(mapping: Mapping[str, object]) -> Tree | None:
    """
    The same values as one tree for all who have them; None where that is not so.

    Thousands of tasks say the same of their timeouts and recordings.
    """
    types = [*map(type, mapping.values())]
    if not _SHARED_TYPES.issuperset(types):
        return None
    # With the types: one equals true.
    key = (*mapping.items(), *types)
    known = _SHARED.get(key)
    if known is None and len(_SHARED) < _MOST_SHARED:
        known = _SHARED[key] = frozen(mapping)
    return known


def thaw(value: Value) -> object:
    """Frozen values as plain data for JSON; a secret shows only its place."""
    match value:
        case Mapping():
            return {key: thaw(item) for key, item in value.items()}
        case tuple():
            return [thaw(item) for item in value]
        case Secret():
            return dict(SENSITIVE)
        case Code():
            return {"sha256": value.sha256}
        case _:
            return value


def canonical(value: object) -> bytes:
    """
    The one way to write a value as JSON: sorted keys, UTF-8, no white space.

    Takes plain or frozen data. A float that is a whole number is written as
    one, so that 30 and 30.0 are the same; other floats keep their shortest form.
    """
    return _ENCODER.encode(_plain(value)).encode("utf-8", "surrogatepass")


_ENCODER = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
)


def digest(value: object) -> str:
    """The sha256 of a value's canonical JSON, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _plain(value: object) -> object:
    kind = type(value)
    if kind in _WRITTEN_AS_THEY_ARE:
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if is_mapping(value):
        return {
            key: item if type(item) in _WRITTEN_AS_THEY_ARE else _plain(item)
            for key, item in value.items()
        }
    match value:
        case Secret():
            return {"sensitive": True}
        case Code():
            return {"sha256": value.sha256}
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def at(tree: Value, path: Sequence[str | int]) -> Value:
    """The value at a path, or None where there is nothing."""
    for key in path:
        if is_mapping(tree):
            tree = tree.get(str(key))
        elif isinstance(tree, tuple) and isinstance(key, int) and 0 <= key < len(tree):
            tree = tree[key]
        else:
            return None
    return tree


def put(tree: Tree, path: Sequence[str | int], value: Value) -> Tree:
    """A copy of the tree with `value` at a path; None removes what is there."""
    key, rest = str(path[0]), path[1:]
    copy = dict(tree)
    if rest:
        inner = copy.get(key)
        below = put(inner if isinstance(inner, Mapping) else EMPTY, rest, value)
        value = below or None
    if value is None:
        copy.pop(key, None)
    else:
        copy[key] = value
    return MappingProxyType(copy)


def pointer(path: Sequence[str | int]) -> str:
    """A path as a JSON pointer: `/browserConfiguration/timeout`."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)


def from_pointer(text: str) -> Path:
    """The path that a JSON pointer names; every key is read as a string."""
    return tuple(
        key.replace("~1", "/").replace("~0", "~") for key in text.split("/")[1:]
    )


def dotted(path: Sequence[str | int]) -> str:
    """A path as people write it: `browserConfiguration.timeout.max_duration`."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def knows_a_secret(tree: Tree) -> bool:
    """Whether the value of any secret leaf is here."""
    for value in tree.values():
        if isinstance(value, Secret):
            if value.known:
                return True
        elif type(value) in _NO_SECRETS:
            continue
        elif is_mapping(value) and knows_a_secret(value):
            return True
    return False


_NO_SECRETS = _PLAIN_TYPES | {tuple, Code}


def secrets(tree: Value, path: Path = ()) -> Iterator[tuple[Path, Secret]]:
    """Every secret leaf with its path."""
    if isinstance(tree, Secret):
        yield path, tree
    elif is_mapping(tree):
        for key, value in tree.items():
            if type(value) not in _NO_SECRETS:
                yield from secrets(value, (*path, key))
