"""Whether what a run returned is what its manifest's schema asks for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from taskops.manifests.spec import RESULT_SCHEMAS, no_constant
from taskops.model.values import dotted, frozen, thaw

if TYPE_CHECKING:
    from taskops.model.resource import Resource
    from taskops.model.values import Tree, Value

MISSING = "it ended without the structured content that the schema asks for"

LONGEST = 120
"""Characters of one complaint: it may quote the whole result."""


def judged(after: Resource, result: Tree) -> tuple[Tree, str]:
    """
    The result with its `structured` part read, and what is wrong with that part.

    Empty where nothing is wrong, or the manifest asks for no structure.
    """
    schema = next((s for n in RESULT_SCHEMAS if (s := after.spec.get(n))), None)
    if schema is None:
        return result, ""
    try:
        return _read(after, result, schema)
    except RecursionError:
        return result, "it is nested too deeply to be read"


def _read(after: Resource, result: Tree, schema: Value) -> tuple[Tree, str]:
    plain = cast("dict[str, object]", thaw(result))
    if "structured" not in plain:
        text = plain.get("output")
        if text is None or after.address.provider == "stablebrowse":
            return result, MISSING
        try:
            plain["structured"] = json.loads(str(text), parse_constant=no_constant)
        except ValueError:
            return result, "`output` is not the JSON that the schema asks for"
    return frozen(plain), _mismatch(thaw(schema), plain["structured"])


def _mismatch(schema: object, value: object) -> str:
    import jsonschema  # noqa: PLC0415 - felt at every start, and rarely needed
    from referencing import Registry  # noqa: PLC0415 - the same
    from referencing.exceptions import Unresolvable  # noqa: PLC0415 - the same

    # A registry of its own: a `$ref` to the network is never followed.
    registry: Registry[Any] = Registry()
    given = cast("dict[str, Any]", schema)
    dialect = jsonschema.validators.validator_for(
        given, default=jsonschema.Draft202012Validator
    )
    validator = dialect(given, registry=registry)
    try:
        errors = sorted(
            validator.iter_errors(cast("Any", value)),
            key=lambda error: [str(key) for key in error.absolute_path],
        )
    except Unresolvable as error:
        return f"the schema refers to `{error.ref}`, which is not in it"
    if not errors:
        return ""
    first, more = errors[0], len(errors) - 1
    where = dotted(("structured", *first.absolute_path))
    told = f"`{where}` is not what the schema asks for: {_clipped(first.message)}"
    return f"{told} (and {more} more)" if more else told


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
