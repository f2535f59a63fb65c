"""What a run is made to return where it was asked for structured output."""

from __future__ import annotations


def example_of(schema: object) -> object:
    """A small value that a JSON Schema of the usual kind takes."""
    if not isinstance(schema, dict):
        return None
    if "const" in schema or "enum" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    match schema.get("type"):
        case "object":
            return {
                k: example_of(v) for k, v in (schema.get("properties") or {}).items()
            }
        case "array":
            return [example_of(schema.get("items") or {"type": "string"})]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return "https://example.com/" if schema.get("format") == "uri" else "text"
