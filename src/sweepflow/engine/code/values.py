"""One text for a plain value, for what a function holds that no source shows."""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import uuid
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, cast

from sweepflow.engine.code.canonical import constant

if TYPE_CHECKING:
    from collections.abc import Callable

_ATOMS = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis))
_TOLD_BY_REPR = (
    *(dt.date, dt.time, dt.timedelta, dt.tzinfo),
    *(decimal.Decimal, fractions.Fraction, uuid.UUID, range),
)


def value_text(value: object, see: Callable[[object], tuple[str, bool]]) -> str:
    """Give the text that is the same for equal plain values.

    Args:
        value: Numbers, text, collections, and objects made of such.
        see: Is shown each object, class, function and module on the way. It names it,
            and says whether the object is of a class of the user's own, so that what it
            holds counts, too.
    """
    return _Text(see).of(value)


class _Text:
    def __init__(self, see: Callable[[object], tuple[str, bool]]) -> None:
        self._see = see
        self._inside: set[int] = set()  # values may hold themselves

    def of(self, value: object) -> str:
        if isinstance(value, Enum):
            return f"{self._see(type(value))[0]}.{value.name}"
        if type(value) in _ATOMS:
            return constant(value)
        if id(value) in self._inside:
            return "<itself>"
        self._inside.add(id(value))
        try:
            return self._composed(value)
        finally:
            self._inside.remove(id(value))

    def _composed(self, value: object) -> str:
        if isinstance(value, PurePath):
            return f"path {constant(str(value))}"
        if isinstance(value, _TOLD_BY_REPR):
            return repr(value)
        if type(value) in {list, tuple}:
            items = ", ".join(self.of(item) for item in cast("list[object]", value))
            return f"{type(value).__name__}({items})"
        if type(value) in {set, frozenset}:
            items = ", ".join(sorted(self.of(i) for i in cast("set[object]", value)))
            return f"{type(value).__name__}({items})"
        if type(value) is dict:
            return f"dict({self._pairs(cast('dict[object, object]', value))})"
        name, is_own = self._see(value)
        return f"{name}({self._pairs(_attributes(value))})" if is_own else name

    def _pairs(self, pairs: dict[Any, Any]) -> str:
        texts = (f"{self.of(key)}: {self.of(value)}" for key, value in pairs.items())
        return ", ".join(sorted(texts))


def _attributes(value: object) -> dict[str, object]:
    slots: list[str] = []
    for kind in type(value).__mro__:
        names = cast("dict[str, Any]", vars(kind)).get("__slots__", ())
        slots += [names] if isinstance(names, str) else names
    found = {name: getattr(value, name) for name in slots if hasattr(value, name)}
    return found | getattr(value, "__dict__", {})
