"""What the config of a workflow may say: as JSON Schema, or as YAML to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from pydantic import TypeAdapter

from sweepflow.workflow.config_class import config_fields
from sweepflow.workflow.data import to_data
from sweepflow.workflow.json_schema import (
    ConfigSchema,
    Node,
    adapter,
    expand,
    field_docs,
    in_words,
)
from sweepflow.workflow.yaml_text import dump_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sweepflow.workflow.workflow import Workflow

_NONE: Final = object()
_INDENT: Final = "  "


def schema(workflow: Workflow) -> Node:
    """Give the JSON Schema (draft 2020-12) of a workflow's config.

    Raises:
        ConfigError: A config's class has a field of a type that has no schema.
    """
    classes = {step.name: step.config_class for step in workflow.steps}
    known = [(name, kind) for name, kind in classes.items() if kind is not None]
    nodes, common = TypeAdapter.json_schemas(
        [(name, "validation", adapter(kind)) for name, kind in known],
        schema_generator=ConfigSchema,
    )
    sections: dict[str, Node] = {
        name: dict(nodes[name, "validation"]) if kind is not None else _no_config()
        for name, kind in classes.items()
    }
    whole: Node = {
        "$schema": ConfigSchema.schema_dialect,
        "title": workflow.name,
        "type": "object",
        "properties": sections,
        "additionalProperties": False,
        **common,
    }
    _add_fields(workflow, sections)
    required = [
        name
        for name, node in sections.items()
        if "default" not in node
        and any(inner.get("required") for inner in expand(node, whole))
    ]
    return {**whole, "required": required} if required else whole


def _no_config() -> Node:
    return {"type": "object", "properties": {}, "additionalProperties": False}


def _add_fields(workflow: Workflow, sections: dict[str, Node]) -> None:
    """Add what the workflow's own config class says of its fields."""
    if workflow.config_class is None:
        return
    docs = field_docs(workflow.config_class)
    for name, field in config_fields(workflow.config_class).items():
        if name in docs:
            sections[name]["description"] = docs[name]
        if field.default is not None:
            value = to_data(field.default())
            sections[name]["default"] = {} if value is None else value


def template(workflow: Workflow) -> str:
    """Give a YAML file with every value that the config of a workflow may hold.

    Defaults stand where there are any; the others are to be filled in.

    Raises:
        ConfigError: As for `schema`.
    """
    whole = schema(workflow)
    lines = [
        f"# The config of workflow {workflow.name}.",
        "# Write a value wherever a comment says 'required'.",
    ]
    entries = [
        _entry(name, node, whole, node.get("default", {}), "")
        for name, node in whole["properties"].items()
        if any(inner["properties"] for inner in expand(node, whole))
    ]
    for entry in entries or ["{}"]:
        lines += ["", *entry]
    return "\n".join(lines) + "\n"


def _entry(
    name: str, node: Node, whole: Node, value: object, indent: str
) -> Iterator[str]:
    """Give the lines of a value.

    Args:
        name: Its key.
        node: Its schema.
        whole: The schema that it is a part of.
        value: Its default, or `_NONE` where it is required.
        indent: What its lines begin with.
    """
    members = list(expand(node, whole))
    text = node.get("description") or members[0].get("description", "")
    yield from (f"{indent}# {line}".rstrip() for line in text.splitlines())
    key = f"{indent}{dump_line(name)}:"
    inner: Node = members[0].get("properties", {}) if len(members) == 1 else {}
    if inner and (value is _NONE or isinstance(value, dict)):
        yield key
        values: dict[str, Any] = {}
        if value is not _NONE:
            values = cast("dict[str, Any]", value)
        required = members[0].get("required", [])
        for field, below in inner.items():
            default = below.get("default", _NONE if field in required else None)
            yield from _entry(
                field, below, whole, values.get(field, default), indent + _INDENT
            )
        return
    if value is _NONE:
        yield f"{key}  # required: {in_words(members, whole)}"
    elif value == {} and members[0].get("properties") == {}:
        yield f"{key} {{}}"
    else:
        yield f"{key} {dump_line(value)}  # {in_words(members, whole)}"
