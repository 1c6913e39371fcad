"""The YAML of configurations, thousands of files at a time.

Hydra writes a configuration in a plain form: a key and a value in each line, two spaces
a level. Of thousands of runs most lines are the same, so that each is worked out once,
and then known. Whatever is not of that plain form is given to PyYAML's C
loader, with the rules that OmegaConf has for numbers and times; so is every value that
is met for the first time. What comes out is what OmegaConf would read.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, TypeAlias

# Not all that YAML allows, but all that may be taken for what it seems to be.
_KEY_VALUE = re.compile(r"( *)([A-Za-z_][\w./-]*):(?: (.*))?", flags=re.ASCII)
_ITEM = re.compile(r"( *)- (.*)")
_BREAKS = re.compile("[\r\t\x85\u2028\u2029\ufeff]")  # lines may end there, too
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:e[-+][0-9]+)?")
_SEEN_AT_MOST = 100_000

_OTHER = object()
"""Stands for a text that is no single value."""

_ITEM_KEY, _OPEN = object(), object()
"""Stand for the key of an item of a list, and for the value of a key that has none."""

Value: TypeAlias = Any
_Line: TypeAlias = "tuple[int, Value, Value]"

_lines: dict[str, _Line | None] = {}
_scalars: dict[str, object] = {}


def read_mapping(text: str) -> dict[str, Any]:
    """Give the mapping that a YAML text is.

    Raises:
        yaml.YAMLError: It is not YAML.
        ValueError: It is something else than a mapping.
    """
    data = None if _BREAKS.search(text) else _plain(text)
    return _any(text) if data is None else data


def _plain(text: str) -> dict[str, Any] | None:
    """Give the mapping in a text of the plain form, or None for any other text."""
    document = _Document()
    for line in text.split("\n"):
        if not line:
            continue
        parsed = _parsed(line)
        if parsed is None or not document.add(*parsed):
            return None
    return document.top or None


class _Document:
    """A mapping that grows by a line at a time."""

    __slots__ = ("_at", "_inner", "_items", "_opened", "_outer", "top")

    def __init__(self) -> None:
        self.top: dict[str, Any] = {}
        self._inner: dict[str, Any] = self.top  # the innermost that is open
        self._at = 0  # how far it is indented
        self._outer = [(self._at, self._inner)]  # it, and those around it
        self._opened: Value = None  # the key that waits for what is below it
        self._items: list[Any] | None = None  # the list that may go on

    def add(self, depth: int, key: Value, value: Value) -> bool:
        """Add a line; say whether it has a place there."""
        if key is _ITEM_KEY:
            return self._add_item(depth, value)
        if depth != self._at and not self._go(depth):
            return False
        if key in self._inner:
            return False
        is_open = value is _OPEN
        self._opened, self._items = (key if is_open else None), None
        self._inner[key] = None if is_open else _fresh(value)
        return True

    def _add_item(self, depth: int, value: Value) -> bool:
        if depth != self._at:
            return False
        if self._items is None:
            if self._opened is None:
                return False
            self._items = []
            self._inner[self._opened] = self._items
            self._opened = None
        self._items.append(_fresh(value))
        return True

    def _go(self, depth: int) -> bool:
        """Go to the mapping at some depth, if there can be one."""
        if depth > self._at:
            if self._opened is None:
                return False
            inner: dict[str, Any] = {}
            self._inner[self._opened] = inner
            self._outer.append((depth, inner))
        while self._outer[-1][0] > depth:
            self._outer.pop()
        self._at, self._inner = self._outer[-1]
        return self._at == depth


def _parsed(line: str) -> _Line | None:
    """Give a line's depth, its key and its value, or None if it is not plain."""
    try:
        return _lines[line]
    except KeyError:
        pass
    if len(_lines) > _SEEN_AT_MOST:
        _lines.clear()
    parsed = _lines[line] = _first_seen(line)
    return parsed


def _first_seen(line: str) -> _Line | None:
    if match := _KEY_VALUE.fullmatch(line):
        indent, key, rest = match.groups()
        if _scalar(key) != key:  # as those of `yes` and `null`
            return None
        value = _scalar(rest) if rest else _OPEN
    elif match := _ITEM.fullmatch(line):
        indent, key, value = match[1], _ITEM_KEY, _scalar(match[2])
    else:
        return None
    return None if value is _OTHER else (len(indent), key, value)


def _fresh(value: Value) -> Value:
    """Give a value; of an empty list or mapping, one of its own."""
    return value.copy() if isinstance(value, (dict, list)) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]


def one_value(text: str) -> Value:
    """Give the number, truth value or null that a text is as YAML; else the text."""
    value = _scalar(text)
    simple = value is None or isinstance(value, (bool, int, float))
    return value if simple and text else text


def _scalar(text: str) -> Value:
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    try:
        return _scalars[text]
    except KeyError:  # another thread may have made room
        pass
    if len(_scalars) > _SEEN_AT_MOST:
        _scalars.clear()
    value = _scalars[text] = _by_yaml(text)
    return value


def _by_yaml(text: str) -> object:
    # If it goes on in the next line, that has no place in the plain form.
    import yaml

    try:
        value: Any = yaml.load(f"k: {text}", _loader())["k"]  # noqa: S506 - a safe one
    except (yaml.YAMLError, ValueError):
        return _OTHER
    if isinstance(value, (dict, list)) and not value:
        return value  # pyright: ignore[reportUnknownVariableType]
    return _OTHER if isinstance(value, (dict, list, set, tuple)) else value


def _any(text: str) -> dict[str, Any]:
    import yaml

    data: Any = yaml.load(text, _loader())  # noqa: S506 - a safe one
    if not isinstance(data, dict):
        reason = "it holds no mapping" if text.strip() else "it is empty"
        raise ValueError(reason)  # noqa: TRY004 - of a file, not of an argument
    return data  # pyright: ignore[reportUnknownVariableType]


@cache
def _loader() -> Value:
    """Give OmegaConf's own loader, made of PyYAML's C loader."""
    import yaml
    from omegaconf._utils import get_yaml_loader  # it tells its rules nowhere else

    theirs: Any = get_yaml_loader()
    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):
        yaml_implicit_resolvers = theirs.yaml_implicit_resolvers
        yaml_constructors = theirs.yaml_constructors

        def construct_mapping(self, node: Value, deep: bool = False) -> Value:
            keys = [k.value for k, _ in node.value if k.tag == "tag:yaml.org,2002:str"]
            if len(set(keys)) < len(keys):
                raise yaml.constructor.ConstructorError(
                    problem="found a key that occurs twice",
                    problem_mark=node.start_mark,
                )
            return super().construct_mapping(node, deep=deep)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - of no type

    return Loader
