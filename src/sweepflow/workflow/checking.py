"""A config of a class, or all that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from pydantic import ValidationError

from sweepflow.project.check import spell
from sweepflow.workflow.data import PlainText
from sweepflow.workflow.errors import ConfigError
from sweepflow.workflow.json_schema import adapter, class_schema, in_words, nodes_at
from sweepflow.workflow.names import nearest
from sweepflow.workflow.origin import Origin

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from sweepflow.errors import Place
    from sweepflow.workflow.data import Path
    from sweepflow.workflow.json_schema import Node

C = TypeVar("C")

_UNKNOWN = {"extra_forbidden", "unexpected_keyword_argument"}
_MISSING = {"missing", "missing_argument", "missing_keyword_only_argument"}
_NO_SECTION = {"dataclass_type", "model_type", "model_attributes_type"}
_CHOICE = {"enum", "literal_error", "int_from_float"}


@dataclass
class Findings:
    """The problems of a config, in the order in which they are told."""

    origin: Origin = field(default_factory=Origin)
    _found: list[tuple[Place | None, str]] = field(
        default_factory=list[tuple["Place | None", str]]
    )

    def add(self, path: Path, message: str, *, key: bool = False) -> None:
        """Remember a problem of what stands at a path, or of its key."""
        if argument := self.origin.argument(path):
            message += f" (set by the argument {argument!r})"
        found = (self.origin.place(path, key=key), message)
        if found not in self._found:
            self._found.append(found)

    def finish(self) -> None:
        """Raise ConfigError if there were problems: one a line, in file order."""
        if not self._found:
            return
        self._found.sort(key=lambda one: _order(one[0]))
        (place, message), *others = self._found
        lines = (f"{where}: {text}" if where else text for where, text in others)
        raise ConfigError("\n".join((message, *lines)), place=place)


def _order(place: Place | None) -> tuple[int, int]:
    return (place.line or 0, place.column or 0) if place else (0, 0)


def name_of(path: Path) -> str:
    """Give a path as users read it: `train.layers[0]`."""
    return spell(path) if path else "the config"


def build(kind: type[C], data: Any, at: Path, findings: Findings) -> C:  # noqa: ANN401 - any JSON value
    """Make a config of plain data.

    Args:
        kind: A dataclass or pydantic model.
        data: What JSON can say.
        at: Where the data stands in the whole.
        findings: Gets the problems; where it does, what is returned is None, and only
            of use until `Findings.finish`.
    """
    schema = class_schema(kind)
    extra: Any = "forbid"
    box = {"": data}  # so that the data as a whole can be mended too
    while True:
        text = json.dumps({} if box[""] is None else box[""])
        try:
            return adapter(kind).validate_json(text, strict=True, extra=extra)
        except ValidationError as error:
            wrongs = [
                _Wrong.of(details, box[""])
                for details in error.errors(include_url=False)
            ]
        # A model may allow what is forbidden elsewhere; then it is all that is wrong.
        unknown = [one for one in wrongs if not _is_allowed(one, schema)]
        if not unknown and extra:
            extra = None
            continue
        mended = [one for one in unknown if _mend(one, box, schema)]
        if not mended:
            break
    for wrong in unknown:
        if not _is_beside(wrong, unknown):
            path = (*at, *wrong.path)
            is_key = wrong.kind in _UNKNOWN
            findings.add(path, _message(wrong, path, schema), key=is_key)
    return cast("C", None)


class _Wrong(NamedTuple):
    """A problem that pydantic found.

    Args:
        kind: Pydantic's word for it.
        path: Where in the data it stands.
        value: What stands there.
        text: Pydantic's own message.
    """

    kind: str
    path: Path
    value: object
    text: str

    @classmethod
    def of(cls, details: ErrorDetails, data: object) -> _Wrong:
        kind, loc = details["type"], details["loc"]
        path: list[str | int] = []
        here = data
        for number, part in enumerate(loc):
            if isinstance(here, dict) and part in here:
                here = cast("dict[str, object]", here)[str(part)]
            elif isinstance(here, list) and part in range(len(cast("Any", here))):
                here = cast("list[object]", here)[int(part)]
            elif not (kind in _MISSING and number == len(loc) - 1):
                continue  # the member of a union that was tried
            path.append(part)
        return cls(kind, tuple(path), here, details["msg"])


def _is_allowed(wrong: _Wrong, schema: Node) -> bool:
    return wrong.kind in _UNKNOWN and any(
        node.get("additionalProperties") for node in nodes_at(schema, wrong.path[:-1])
    )


def _is_beside(wrong: _Wrong, others: list[_Wrong]) -> bool:
    """Tell whether another member of a union fits better, and is told of instead."""
    return _is_about_type(wrong) and any(
        len(other.path) > len(wrong.path)
        and other.path[: len(wrong.path)] == wrong.path
        for other in others
    )


def _mend(wrong: _Wrong, box: dict[str, Any], schema: Node) -> bool:
    """Put right what is no mistake; say whether that was so.

    A number such as `1e-4`, which YAML takes for a text; an empty section; a section
    that is missing and has only defaults.
    """
    is_section = any(
        "properties" in node and not node.get("required")
        for node in nodes_at(schema, wrong.path)
    )
    value: object
    if isinstance(wrong.value, PlainText) and wrong.kind in {
        "float_type",
        "float_parsing",
    }:
        value = float(wrong.value)
    elif (wrong.kind in _NO_SECTION and wrong.value is None) or (
        wrong.kind in _MISSING and is_section
    ):
        value = {}
    else:
        return False
    here: Any = box
    *above, last = ("", *wrong.path)
    for part in above:
        here = here[part]
    here[last] = value
    return True


def _is_about_type(wrong: _Wrong) -> bool:
    return wrong.kind.endswith("_type") or wrong.kind in _CHOICE


def _message(wrong: _Wrong, path: Path, schema: Node) -> str:
    nodes = nodes_at(schema, wrong.path)
    words = in_words(nodes, schema) or "something else"
    if wrong.kind in _UNKNOWN:
        return unknown_key(path, _keys(nodes_at(schema, wrong.path[:-1])))
    if wrong.kind in _MISSING:
        return f"{name_of(path)} is missing: write {words}"
    if _is_about_type(wrong):
        if wrong.value is None:
            return f"{name_of(path)} is empty: write {words}"
        message = f"{name_of(path)} must be {words}, not {_shown(wrong.value)}"
        quoted = "a text" in words and isinstance(wrong.value, bool | int | float)
        return f"{message}: put it in quotes" if quoted else message
    text = wrong.text.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    text = text.replace("Input should", "must")
    joint = " " if text.startswith("must") else ": "
    return f"{name_of(path)}{joint}{text}"


def unknown_key(path: Path, valid: list[str]) -> str:
    """Say that a mapping has a key that it may not have."""
    *above, key = path
    where = f" in {name_of(tuple(above))}" if above else ""
    message = f"unknown key {_shown(key)}{where}"
    if meant := nearest(str(key), valid):
        message += f": did you mean {meant!r}?"
    keys = ", ".join(valid[:20]) + (", …" if len(valid) > 20 else "")
    return f"{message} (valid keys: {keys})" if valid else f"{message}, which has none"


def _keys(nodes: list[Node]) -> list[str]:
    return list(
        dict.fromkeys(key for node in nodes for key in node.get("properties", ()))
    )


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    text = json.dumps(value) if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
