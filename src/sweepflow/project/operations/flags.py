"""A flag of an operation, as a file describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Self, cast

import yaml
from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sweepflow.project.operations.values import (
    Bool,
    Dashed,
    Number,
    Values,
    Words,
    empty_to,
    one_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPES: Final = (
    "auto",
    "string",
    "int",
    "float",
    "number",
    "boolean",
    "path",
    "existing-path",
    "filename",
)


def _encoding(value: object) -> object:
    """The keys of a mapping as the values that they stand for: `yes` as True."""
    if not isinstance(value, dict):
        raise PydanticCustomError(
            "encoding",
            "must be a mapping from a value to what is written for it, such as "
            "{yes: 'true', no: 'false'}",
        )
    written = cast("dict[str, object]", value)
    return {
        yaml.safe_load(key) if key.strip() else key: v for key, v in written.items()
    }


def _split(value: object) -> object:
    if value is not True and not (isinstance(value, str) and value):
        raise PydanticCustomError(
            "split", "must be yes or the text that stands between parts, such as ','"
        )
    return value


Encoding = Annotated[dict[Any, Any], BeforeValidator(_encoding)]


class Choice(Dashed):
    """One of the values that a flag may have.

    Args:
        value: The value itself.
        alias: What a user may write for it.
        description: What it means.
        flags: The values of other flags that it brings with it.
    """

    value: Any = Field(examples=["small"])
    alias: Words = ""
    description: Words = ""
    flags: Annotated[Values, empty_to({}), Field(examples=["{layers: 2}"])] = {}  # noqa: RUF012 -- pydantic copies a default


class Flag(Dashed):
    """A flag: a name, a default value, what it may be and how a command gets it.

    Args:
        name: Its key.
        default: The value where the user gives none; None is no value at all.
        type: One of `TYPES`; empty where the value decides.
        choices: What it may be; anything where there are none.
        allow_other: Whether it may be something else than its choices.
        required: Whether a run needs a value.
        min: The least number it may be.
        max: The greatest.
        alias: Another name for it.
        arg_name: The argument's name, if not the flag's.
        arg_skip: Whether the command does not get it; None is as the operation says.
        arg_switch: The value for which a bare `--name` is written.
        arg_encoding: What is written for some of its values.
        arg_split: What parts the value into several arguments; True is as a shell does.
        env_name: The variable's name, if not `FLAG_` and the flag's.
        env_encoding: As `arg_encoding`, for the variable.
        distribution: How a search takes values from its range.
        null_label: What is shown to users for no value.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {"name": "a flag's name is its key"}

    name: Annotated[str, Field(strict=True)]
    default: Annotated[Any, Field(examples=["0.1"])] = None
    description: Words = ""
    type: Annotated[
        Words, BeforeValidator(one_of(*TYPES, "", None)), Field(examples=["float"])
    ] = ""
    choices: Annotated[
        tuple[Choice, ...], empty_to(()), Field(examples=["[small, large]"])
    ] = ()
    allow_other: Bool = False
    required: Bool = False
    min: Annotated[Number | None, Field(examples=["0"])] = None
    max: Annotated[Number | None, Field(examples=["1"])] = None
    alias: Words = ""
    arg_name: Annotated[Words, Field(examples=["learning-rate"])] = ""
    arg_skip: Bool | None = None
    arg_switch: Any = None
    arg_encoding: Encoding = {}  # noqa: RUF012 -- pydantic copies a default
    arg_split: Annotated[Any, BeforeValidator(_split)] = None
    env_name: Annotated[Words, Field(examples=["LEARNING_RATE"])] = ""
    env_encoding: Encoding = {}  # noqa: RUF012 -- pydantic copies a default
    distribution: Annotated[
        Words, BeforeValidator(one_of("uniform", "log-uniform", "", None))
    ] = ""
    null_label: Words = ""

    @model_validator(mode="after")
    def _range_holds_something(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise PydanticCustomError("range", "has a min that is greater than its max")
        return self
