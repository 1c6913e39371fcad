"""What this package asks of a flag and of its choices, and what a value may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"

TEXT_TYPES = frozenset({"string", "path", "existing-path", "filename"})
"""The types whose values are text, whatever the text looks like."""


class ChoiceLike(Protocol):
    """One of the values that a flag may have.

    Attributes:
        alias: Another name that users may write for it, or nothing.
        flags: Values of other flags that it implies.
    """

    @property
    def value(self) -> Any: ...  # noqa: ANN401 - a Value
    @property
    def alias(self) -> str: ...
    @property
    def flags(self) -> Mapping[str, Any]: ...


class FlagLike(Protocol):
    """A flag of an operation, as a project file describes it.

    Attributes:
        type: One of Guild's types; empty where the value decides.
        alias: Another name of the flag, or nothing.
        arg_switch: The value for which the argument is given, without a value.
        arg_encoding: A mapping of values to how they are written, or None.
        arg_split: How one value becomes several arguments: True for as a shell
            splits it, or the text between them.
        env_encoding: As `arg_encoding`, for the variable.
    """

    @property
    def name(self) -> str: ...
    @property
    def default(self) -> Any: ...  # noqa: ANN401 - a Value
    @property
    def type(self) -> str: ...
    @property
    def alias(self) -> str: ...
    @property
    def choices(self) -> Sequence[ChoiceLike]: ...
    @property
    def allow_other(self) -> bool: ...
    @property
    def required(self) -> bool: ...
    @property
    def min(self) -> float | None: ...
    @property
    def max(self) -> float | None: ...
    @property
    def arg_name(self) -> str: ...
    @property
    def arg_skip(self) -> bool | None: ...
    @property
    def arg_switch(self) -> Any: ...  # noqa: ANN401 - a Value
    @property
    def arg_encoding(self) -> Any: ...  # noqa: ANN401 - a mapping or None
    @property
    def arg_split(self) -> Any: ...  # noqa: ANN401 - a bool, a text or None
    @property
    def env_name(self) -> str: ...
    @property
    def env_encoding(self) -> Any: ...  # noqa: ANN401 - a mapping or None
