"""Labels and the like, whose references are filled in when the values are known."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from sweepflow.errors import PlanError
from sweepflow.operations.flags.references import resolve
from sweepflow.operations.flags.values import format_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.errors import Place
    from sweepflow.operations.flags.model import Value

_REFERENCE: Final = re.compile(r"\\\$\{.+?\}|\$\{(.+?)\}")
_DEFAULT: Final = "default_label"
"""What stands for all flags with their values."""


@dataclass(frozen=True)
class Said:
    r"""A text with references to flags.

    `${name}` is the value of a flag, nothing for null; `${name|FILTER}` is what a
    filter makes of it: `%.2f` and the like, `default:TEXT` for null, `basename` for a
    path.
    `${default_label}` is all flags with their values, and `\${name}` the text.

    Args:
        place: Where it is written, if in a file.
        scope: Values that go before those of the run that it is for.
    """

    text: str
    place: Place | None = None
    scope: Mapping[str, Value] = field(default_factory=dict[str, "Value"])

    def inside(self, values: Mapping[str, Value]) -> Said:
        """The same, for a step of a run with these values."""
        return replace(self, scope={**values, **self.scope})

    def filled(self, values: Mapping[str, Value]) -> str:
        """The text, with the values of the run that it is for.

        Raises:
            PlanError: A reference stands for nothing, or a filter is unknown.
        """
        scope = {**values, **self.scope}

        def written(found: re.Match[str]) -> str:
            if not found[1]:
                return found[0][1:]
            if found[1] == _DEFAULT and _DEFAULT not in scope:
                return _assignments(values)
            return _filtered(found[1], scope)

        return _REFERENCE.sub(written, self.text)


def _filtered(reference: str, scope: Mapping[str, Value]) -> str:
    name, *filters = reference.split("|")
    with_default = any(one.partition(":")[0] == "default" for one in filters)
    value: Value = None
    if name in scope or not with_default:
        value = resolve(f"${{{name}}}", scope)
    for one in filters:
        value = _apply(one, value)
    if value is None or isinstance(value, str):
        return value or ""
    return format_value(value)


def _apply(written: str, value: Value) -> Value:
    name, _, text = written.partition(":")
    if name.startswith("%"):
        try:
            return written % value
        except (TypeError, ValueError):  # of another type than the filter is for
            return value
    if name == "default":
        return text if value is None else value
    if name == "basename":
        return PurePath(value).name if isinstance(value, str) else value
    if name == "unquote":  # text is not in quotes
        return value
    raise PlanError(
        f"there is no filter {name!r}",
        hint="write default:TEXT, basename or a format such as %.2f",
    )


def _assignments(values: Mapping[str, Value]) -> str:
    return " ".join(
        f"{name}={format_value(value)}"
        for name, value in sorted(values.items())
        if value is not None
    )
