"""The JSON Schema of configs, and what it says in words."""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import textwrap
from typing import TYPE_CHECKING, Any, cast

from pydantic import TypeAdapter
from pydantic.errors import PydanticUserError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaWarningKind

from sweepflow.workflow.config_class import config_fields, is_config_class
from sweepflow.workflow.data import to_data
from sweepflow.workflow.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pydantic_core import core_schema

    from sweepflow.workflow.data import Path

Node = dict[str, Any]
"""A schema, or a part of one."""

_FORMATS = {"date": "a date", "date-time": "a date and time", "path": "a path"}
_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
    "array": "a list",
    "object": "a mapping",
}


class ConfigSchema(GenerateJsonSchema):
    """JSON Schema with what pydantic leaves out for dataclasses.

    That is the texts that describe fields, the defaults that a factory makes, and that
    no other keys are allowed.
    """

    ignored_warning_kinds: set[JsonSchemaWarningKind] = {  # noqa: RUF012 - as its base
        "skipped-choice",
        "non-serializable-default",
    }

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> Node:
        """Describe a dataclass."""
        return _complete(super().dataclass_schema(schema), schema["cls"])

    def model_schema(self, schema: core_schema.ModelSchema) -> Node:
        """Describe a pydantic model."""
        return _complete(super().model_schema(schema), schema["cls"])


def _complete(node: Node, kind: type[Any]) -> Node:
    properties = node.get("properties")
    if properties is None or not is_config_class(kind):
        return node
    node.setdefault("additionalProperties", False)
    docs = field_docs(kind)
    for field in config_fields(kind).values():
        inner = properties.get(field.key)
        if inner is None:
            continue
        if field.name in docs:
            inner.setdefault("description", docs[field.name])
        if field.default is not None and "default" not in inner:
            try:
                inner["default"] = to_data(field.default())
            except Exception:  # noqa: BLE001, S112 - a factory of the user's
                continue
    if isinstance(node.get("description"), str) and _is_generated(kind):
        del node["description"]
    return node


def _is_generated(kind: type[Any]) -> bool:
    """Tell whether a docstring is the signature that `dataclass` writes there."""
    return (kind.__doc__ or "").startswith(f"{kind.__name__}(")


def field_docs(kind: type[Any]) -> dict[str, str]:
    """Give what a class says of its fields, in texts below them or in `metadata`."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        found |= _docstrings(each)
    fields: Mapping[str, Any] = getattr(kind, "__dataclass_fields__", {})
    for name, field in fields.items():
        text = field.metadata.get("description") or field.metadata.get("help")
        if isinstance(text, str):
            found[name] = text
    return found


def _docstrings(kind: type[Any]) -> dict[str, str]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    except (OSError, TypeError, SyntaxError):
        return {}
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in itertools.pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


@functools.lru_cache(maxsize=256)
def adapter(kind: type[Any]) -> TypeAdapter[Any]:
    """Give what validates a class.

    Raises:
        ConfigError: It has a field of a type that cannot be validated.
    """
    try:
        return TypeAdapter(kind)
    except (PydanticUserError, NameError, TypeError) as error:
        raise ConfigError(
            f"configs of class {kind.__qualname__} cannot be checked: {error}",
            hint="annotate its fields with texts, numbers, lists, mappings, paths, "
            "enums, dataclasses or pydantic models, imported at the module's top",
        ) from None


@functools.lru_cache(maxsize=256)
def class_schema(kind: type[Any]) -> Node:
    """Give the JSON Schema of one class; an empty one where there is none."""
    try:
        return adapter(kind).json_schema(schema_generator=ConfigSchema)
    except PydanticUserError:
        return {}


def nodes_at(schema: Node, path: Path) -> list[Node]:
    """Give the schemas that a value at a path may fulfil; several for a union."""
    nodes = list(expand(schema, schema))
    for part in path:
        nodes = [
            node
            for above in nodes
            for below in _below(above, part)
            for node in expand(below, schema)
        ]
    return nodes


def expand(node: Node, schema: Node) -> Iterator[Node]:
    """Give what a schema refers to, or the members of a union."""
    reference: str | None = node.get("$ref")
    if reference is not None:
        target = schema["$defs"][reference.rpartition("/")[2]]
        yield from expand(target, schema)
        return
    members: list[Node] = [
        *node.get("anyOf", ()),
        *node.get("oneOf", ()),
        *node.get("allOf", ()),
    ]
    if not members:
        yield node
    for member in members:
        yield from expand(member, schema)


def _below(node: Node, part: str | int) -> Iterator[Node]:
    if isinstance(part, int):
        first: Sequence[Node] = node.get("prefixItems", ())
        inner: object = first[part] if part < len(first) else node.get("items")
    else:
        properties: Node = node.get("properties", {})
        inner = properties.get(part, node.get("additionalProperties"))
    if isinstance(inner, dict):
        yield cast("Node", inner)


def in_words(nodes: Iterable[Node], schema: Node) -> str:
    """Say what fulfils one of some schemas: `a number or null`."""
    return " or ".join(dict.fromkeys(_words(node, schema) for node in nodes))


def _words(node: Node, schema: Node) -> str:
    if "const" in node:
        return repr(node["const"])
    if "enum" in node:
        return "one of " + ", ".join(map(repr, node["enum"]))
    kind: str = node.get("type", "")
    if kind == "array" and isinstance(node.get("items"), dict):
        inner = in_words(expand(node["items"], schema), schema)
        return f"a list, each {inner}" if inner != "anything" else "a list"
    return _FORMATS.get(node.get("format", ""), _TYPES.get(kind, "anything"))
