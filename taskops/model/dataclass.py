"""
`dataclass` for frozen values, as the standard library has it and without its import.

`dataclasses` imports `inspect`, and writes and compiles seven methods for each class,
used or not: together a third of a short command. Here `__init__` is written when the
first value is made, and nothing else has to be. A type checker sees the original, and
`dataclasses.replace`, `fields` and `asdict` take these classes for their own.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

_NONE: Any = object()
"""Stands for no default; None is one."""


class _Field:
    """What `field` was told of one attribute."""

    __slots__ = ("compare", "default", "default_factory", "init", "repr")

    def __init__(
        self,
        *,
        default: object = _NONE,
        default_factory: Callable[[], object] = _NONE,
        init: bool = True,
        repr: bool = True,  # noqa: A002 - as the original calls it
        compare: bool = True,
    ) -> None:
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.repr = repr
        self.compare = compare

    def given(self) -> dict[str, Any]:
        """The words that make the same field with the original."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in told.items() if value is not _NONE}


class _Fields:
    """The fields as `dataclasses` wants to see them, for whoever asks it."""

    def __init__(self, fields: Mapping[str, _Field]) -> None:
        self.fields = fields

    def __get__(self, value: object, owner: type) -> object:
        import dataclasses  # noqa: PLC0415 - what is to be spared

        names: dict[str, Any] = {
            name: dataclasses.field(**one.given()) for name, one in self.fields.items()
        }
        names["__annotations__"] = dict(owner.__annotations__)
        same: Any = dataclasses.dataclass(type(owner.__name__, (), names))
        found: object = same.__dataclass_fields__
        type.__setattr__(owner, "__dataclass_fields__", found)
        return found


def _field(**given: Any) -> Any:
    return _Field(**given)


def _dataclass(
    *, frozen: bool, slots: bool, order: bool = False
) -> Callable[[type], type]:
    """Make a class of frozen values with slots, which is all that is offered here."""
    assert frozen  # noqa: S101 - a type checker would let it through
    assert slots  # noqa: S101
    return lambda cls: _made(cls, order=order)


def _made(cls: type, *, order: bool) -> type:
    fields: dict[str, _Field] = {}
    body = dict(cls.__dict__)
    for name in body.get("__annotations__", ()):
        given = body.pop(name, _NONE)
        fields[name] = given if type(given) is _Field else _Field(default=given)
    for name in ("__dict__", "__weakref__"):
        body.pop(name, None)
    body["__slots__"] = tuple(fields)
    body["__match_args__"] = tuple(n for n, one in fields.items() if one.init)
    body["__dataclass_fields__"] = _Fields(fields)
    for name, method in _methods(fields, order=order).items():
        body.setdefault(name, method)
    made = type(cls)(cls.__name__, cls.__bases__, body)
    made.__qualname__ = cls.__qualname__

    def first(self: object, *given: object, **named: object) -> None:
        init = _init_of(made, fields)
        type.__setattr__(made, "__init__", init)
        init(self, *given, **named)

    type.__setattr__(made, "__init__", first)
    return made


def _methods(fields: Mapping[str, _Field], *, order: bool) -> dict[str, object]:
    names = [name for name, one in fields.items() if one.compare]
    shown = [name for name, one in fields.items() if one.repr]
    key: Callable[[object], Any] = attrgetter(*names) if names else _nothing

    def equal(self: object, other: object) -> bool:
        return key(self) == key(other) if _alike(self, other) else NotImplemented

    def less(self: object, other: object) -> bool:
        return bool(key(self) < key(other)) if _alike(self, other) else NotImplemented

    def at_most(self: object, other: object) -> bool:
        return bool(key(self) <= key(other)) if _alike(self, other) else NotImplemented

    def told(self: object) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__qualname__}({values})"

    def state(self: object) -> list[object]:
        return [getattr(self, name) for name in fields]

    def restore(self: object, values: list[object]) -> None:
        for name, value in zip(fields, values, strict=True):
            object.__setattr__(self, name, value)

    methods: dict[str, object] = {
        "__eq__": equal,
        "__hash__": lambda self: hash(key(self)),
        "__repr__": told,
        "__getstate__": state,
        "__setstate__": restore,
        "__setattr__": _refuse,
        "__delattr__": _refuse_to_delete,
    }
    return methods | ({"__lt__": less, "__le__": at_most} if order else {})


def _nothing(_value: object) -> tuple[()]:
    return ()


def _alike(one: object, other: object) -> bool:
    return type(one) is type(other)


def _refuse(_self: object, name: str, _value: object, verb: str = "assign to") -> None:
    from dataclasses import FrozenInstanceError  # noqa: PLC0415 - what is to be spared

    raise FrozenInstanceError(f"cannot {verb} field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:
    _refuse(self, name, None, "delete")


def _init_of(made: type, fields: Mapping[str, _Field]) -> Callable[..., None]:
    """`__init__` of a class, written out: nothing else is as fast."""
    names: dict[str, Any] = {"NONE": _NONE}
    head, lines = "self", []
    for name, one in fields.items():
        names[f"set_{name}"] = getattr(made, name).__set__
        names[f"default_{name}"] = one.default
        value = name
        if one.default_factory is not _NONE:
            names[f"new_{name}"] = one.default_factory
            names[f"default_{name}"] = _NONE
            value = f"new_{name}() if {name} is NONE else {name}"
        if one.init:
            needed = one.default is _NONE and one.default_factory is _NONE
            head += f", {name}" if needed else f", {name}=default_{name}"
            lines.append(f" set_{name}(self, {value})")
        elif one.default_factory is not _NONE:
            lines.append(f" set_{name}(self, new_{name}())")
        elif one.default is not _NONE:
            lines.append(f" set_{name}(self, default_{name})")
    if hasattr(made, "__post_init__"):
        lines.append(" self.__post_init__()")
    text = f"def __init__({head}):\n" + "\n".join(lines or [" pass"])
    exec(text, names)  # noqa: S102 - of names of fields alone
    init: Callable[..., None] = names["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    return init


if TYPE_CHECKING:
    from dataclasses import dataclass, field
else:
    dataclass, field = _dataclass, _field

__all__ = ["dataclass", "field"]
