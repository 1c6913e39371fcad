"""Conditions on the values of items, for `filter` and `exclude`."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sweepflow.analysis.settings import MISSING, Value

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Test: TypeAlias = Callable[["T"], bool]

T = TypeVar("T")


class Predicates(Generic[T]):
    """Makes conditions; each takes a `default` for items without a value.

    All raise MissingKeyError, when they are used, for an item without a value where
    there is no default.
    """

    def value_of(self, item: T, key: str, default: Value = MISSING) -> Value:
        """Give the value of an item; see `Collection`."""
        raise NotImplementedError

    def eq(self, left: str, right: str, *, default: Value = MISSING) -> Test[T]:
        """Give the condition that two values are equal."""
        return self._compared(operator.eq, left, right, default)

    def ne(self, left: str, right: str, *, default: Value = MISSING) -> Test[T]:
        """Give the condition that two values differ."""
        return self._compared(operator.ne, left, right, default)

    def gt(self, left: str, right: str, *, default: Value = MISSING) -> Test[T]:
        """Give the condition that the left value is greater; None is not."""
        return self._ordered(operator.gt, left, right, default)

    def lt(self, left: str, right: str, *, default: Value = MISSING) -> Test[T]:
        """Give the condition that the left value is less; None is not."""
        return self._ordered(operator.lt, left, right, default)

    def ge(self, left: str, right: str, *, default: Value = MISSING) -> Test[T]:
        """Give the condition that the left value is not less; None is not."""
        return self._ordered(operator.ge, left, right, default)

    def le(self, left: str, right: str, *, default: Value = MISSING) -> Test[T]:
        """Give the condition that the left value is not greater; None is not."""
        return self._ordered(operator.le, left, right, default)

    def startswith(self, key: str, prefix: str, *, default: Value = MISSING) -> Test[T]:
        """Give the condition that a value, as text, begins with a prefix."""
        return lambda item: self._text(item, key, default).startswith(prefix)

    def endswith(self, key: str, suffix: str, *, default: Value = MISSING) -> Test[T]:
        """Give the condition that a value, as text, ends with a suffix."""
        return lambda item: self._text(item, key, default).endswith(suffix)

    def match(
        self,
        key: str,
        pattern: str | re.Pattern[str],
        *,
        default: Value = MISSING,
        flags: re.RegexFlag | int = 0,
    ) -> Test[T]:
        """Give the condition that a value, as text, begins as a pattern says.

        Raises:
            re.error: It is no regular expression.
        """
        compiled = re.compile(pattern, flags)
        return lambda item: bool(compiled.match(self._text(item, key, default)))

    def _compared(
        self, test: Callable[[Any, Any], bool], left: str, right: str, default: object
    ) -> Test[T]:
        return lambda item: bool(
            test(
                self.value_of(item, left, default), self.value_of(item, right, default)
            )
        )

    def _ordered(
        self, test: Callable[[Any, Any], bool], left: str, right: str, default: object
    ) -> Test[T]:
        def holds(item: T) -> bool:
            one = self.value_of(item, left, default)
            two = self.value_of(item, right, default)
            return one is not None and two is not None and bool(test(one, two))

        return holds

    def _text(self, item: T, key: str, default: object) -> str:
        return str(self.value_of(item, key, default))
