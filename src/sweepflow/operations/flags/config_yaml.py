"""Configuration files in YAML: what nobody sets stays as it is written.

Numbers such as `1e-4`, which YAML's older version takes for texts, are read as numbers.
"""

from __future__ import annotations

import io
import re
from copy import copy, deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from sweepflow.errors import Place, ProjectError
from sweepflow.operations.flags.scalars import read_scalar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import yaml
    from yaml.nodes import MappingNode, ScalarNode

    from sweepflow.operations.flags.model import Value

    Node: TypeAlias = Any  # the stubs of PyYAML know little of it

_TAG: Final = "tag:yaml.org,2002:"
_EXPONENT: Final = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+$")


def read_yaml(text: str) -> Value:
    """Give what a text says.

    Raises:
        yaml.YAMLError: It is no YAML.
        ValueError: A number in it is none.
    """
    import yaml

    return yaml.load(text, Loader=_kinds()[0])  # noqa: S506 - a kind of SafeLoader


def write_yaml(path: Path, text: str, values: Mapping[str, Value]) -> str:
    """Give the text of a mapping with some of its values replaced, or added.

    Args:
        path: Of the file, for messages.
        text: In it.
        values: By dotted names.

    Raises:
        ProjectError: A name leads into what is no mapping.
        yaml.YAMLError: The text is no YAML.
    """
    import yaml

    loader, dumper = _kinds()
    root: Any = yaml.compose(text, Loader=loader)
    if root is None or root.tag == f"{_TAG}null":
        root = _mapping()
    for name, value in values.items():
        root = _Setter(path, name, value).put(root, name)
    # As long as it is, so that no text is folded at another place.
    serialize = cast("Any", yaml).serialize
    return serialize(root, Dumper=dumper, allow_unicode=True, width=2**31)


class _Setter:
    """Sets one value.

    A mapping that others refer to, or that is merged into another, stays as it is for
    these: what is changed is a copy.
    """

    def __init__(self, path: Path, name: str, value: Value) -> None:
        self._path = path
        self._name = name
        self._value = value

    def put(self, mapping: MappingNode, name: str) -> MappingNode:
        """Give the mapping with the value, or itself if it has it."""
        section, dot, rest = name.partition(".")
        there = _find(mapping, name)
        if there is not None and _says(there, self._value):
            return mapping
        if there is not None or not dot:
            return _with(mapping, name, _node(self._value))
        inner = _find(mapping, section)
        if inner is None or inner.tag == f"{_TAG}null":
            inner = _mapping()
        elif inner.id != "mapping":
            raise ProjectError(
                f"{self._name!r} cannot be set, since {section!r} is no mapping",
                place=Place(self._path, inner.start_mark.line + 1),
                hint="give the flag another arg-name, or make a mapping of it",
            )
        changed = self.put(inner, rest)
        return mapping if changed is inner else _with(mapping, section, changed)


def _find(mapping: MappingNode, name: str) -> Node | None:
    """Give the value under a name: its own, else one that is merged into it."""
    merged: list[MappingNode] = []
    found = None
    for key, value in mapping.value:
        if key.tag == f"{_TAG}merge":
            merged += value.value if value.id == "sequence" else [value]
        elif key.value == name:
            found = value
    if found is not None:
        return found
    inner = (_find(other, name) for other in merged if other.id == "mapping")
    return next((value for value in inner if value is not None), None)


def _with(mapping: MappingNode, name: str, value: Node) -> MappingNode:
    """Give a mapping with a value in the place of the first one that it has."""
    pairs: list[tuple[Node, Node]] = []
    is_put = False
    for key, old in mapping.value:
        if key.value != name:
            # Two places with one scalar would be written as an anchor and an alias.
            pairs.append((copy(key), copy(old) if old.id == "scalar" else old))
        elif not is_put:
            pairs.append((copy(key), value))
            is_put = True
    if not is_put:
        pairs.append((_node(name), value))
    return _mapping(pairs, flow_style=mapping.flow_style)


def _says(node: Node, value: Value) -> bool:
    """Whether a node stands for exactly this value."""
    loader: Any = _kinds()[0]("")
    # Of a copy, since to construct a mapping changes its node.
    return repr(loader.construct_object(deepcopy(node), deep=True)) == repr(value)


def _mapping(pairs: Sequence[Any] = (), *, flow_style: bool = False) -> MappingNode:
    from yaml.nodes import MappingNode

    return MappingNode(f"{_TAG}map", list(pairs), flow_style=flow_style)


def _node(value: Value) -> Node:
    dumper: Any = _kinds()[1](io.StringIO(), default_flow_style=False)
    return dumper.represent_data(value)


@cache
def _kinds() -> tuple[type[yaml.SafeLoader], type[yaml.SafeDumper]]:
    """Give how YAML is read, and written so that it is read likewise."""
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    class Dumper(yaml.SafeDumper):
        pass

    for kind in (Loader, Dumper):
        cast("Any", kind).add_implicit_resolver(
            f"{_TAG}float", _EXPONENT, list("-+.0123456789")
        )
    Dumper.add_representer(str, _represent_text)
    return Loader, Dumper


def _represent_text(_: yaml.SafeDumper, text: str) -> ScalarNode:
    """Write text that readers of YAML's older and newer version agree about."""
    from yaml.nodes import ScalarNode

    style = "'" if read_scalar(text) is not text else None
    if not text.isprintable():
        style = '"'  # other styles lose some kinds of line breaks
    return ScalarNode(f"{_TAG}str", text, style=style)
