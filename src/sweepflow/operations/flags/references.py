r"""`${name}` in values: what they stand for.

A value that is nothing but a reference has the type of what it refers to; within text
it is written out. `\${name}` is the text `${name}`.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final

from sweepflow.errors import PlanError
from sweepflow.operations.flags.scalars import write_scalar
from sweepflow.operations.flags.values import format_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.operations.flags.model import Value

_REFERENCE: Final = re.compile(r"\\\$\{.+?\}|\$\{(.+?)\}")
_TRUTHS: Final = {True: "true", False: "false"}


def resolve(value: Value, scope: Mapping[str, Value]) -> Value:
    """Give `value` with what its references stand for in their place.

    Args:
        value: Of its lists and mappings, each item is looked at.
        scope: What the names stand for, which may have references itself.

    Raises:
        PlanError: A name stands for nothing, or in the end for itself.
    """
    return _resolve(value, scope, ())


def resolve_flags(
    values: Mapping[str, Value], scope: Mapping[str, Value]
) -> dict[str, Value]:
    """Give the values of a step's flags; what is or becomes null is left out.

    Args:
        values: As the step says, with references to `scope`.
        scope: The flags of the operation that the step belongs to.

    Raises:
        PlanError: As from `resolve`, for all values at once.
    """
    resolved: dict[str, Value] = {}
    problems: list[str] = []
    for name, value in values.items():
        try:
            resolved[name] = resolve(value, scope)
        except PlanError as error:
            problems.append(f"{name}={format_value(value)}: {error}")
    if problems:
        raise PlanError("\n".join(problems))
    return {name: value for name, value in resolved.items() if value is not None}


def references(value: Value) -> list[str]:
    """Give the names that a value refers to, in order."""
    if isinstance(value, str):
        return [found[1] for found in _REFERENCE.finditer(value) if found[1]]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [name for item in value for name in references(item)]
    return []


def _resolve(value: Value, scope: Mapping[str, Value], above: tuple[str, ...]) -> Value:
    if isinstance(value, list):
        return [_resolve(item, scope, above) for item in value]
    if isinstance(value, dict):
        return {key: _resolve(item, scope, above) for key, item in value.items()}
    if not isinstance(value, str):
        return value
    whole = _REFERENCE.fullmatch(value)
    # A lazy pattern, too, takes more than one reference for a whole text.
    if whole and whole[1] and "}" not in whole[1]:
        return _look_up(whole[1], scope, above)

    def written(found: re.Match[str]) -> str:
        if not found[1]:
            return found[0][1:]
        return _written(_look_up(found[1], scope, above))

    return _REFERENCE.sub(written, value)


def _look_up(name: str, scope: Mapping[str, Value], above: tuple[str, ...]) -> Value:
    if name in above:
        circle = " -> ".join([*above[above.index(name) :], name])
        raise PlanError(
            f"flags refer to each other in a circle: {circle}",
            hint="give one of them a value",
        )
    if name not in scope:
        nearest = difflib.get_close_matches(name, scope, n=1)
        raise PlanError(
            f"${{{name}}} stands for nothing",
            hint=f"did you mean ${{{nearest[0]}}}?"
            if nearest
            else f"define the flag {name!r}, or write \\${{{name}}} for the text",
        )
    return _resolve(scope[name], scope, (*above, name))


def _written(value: Value) -> str:
    """Write a value into a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return _TRUTHS[value]
    return (
        format_value(value) if isinstance(value, (list, dict)) else write_scalar(value)
    )
