"""The kinds of values that the fields of operations take."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from sweepflow.project.model import Model

if TYPE_CHECKING:
    from collections.abc import Callable

_REFERENCE: Final = "${"


def _dashed(name: str) -> str:
    return name.replace("_", "-")


class Dashed(Model):
    """A model whose keys are written with dashes in a file."""

    model_config = ConfigDict(alias_generator=_dashed, validate_by_name=True)

    ignored: ClassVar[frozenset[str]] = frozenset()
    """Keys that mean something to Guild's own machinery only."""


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise PydanticCustomError("yes_no", "must be yes or no")
    return value


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number", "must be a number, such as 1 or 0.5")
    return value


def _whole_number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError("whole_number", "must be a whole number, such as 10")
    return value


def _positive(value: float) -> float:
    if value <= 0:
        raise PydanticCustomError("positive", "must be greater than 0")
    return value


def _filled(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("empty", "is empty: write a text, or remove the key")
    return text


def _inside(path: str) -> str:
    if os.path.isabs(path) or ".." in re.split(r"[/\\]", path):  # noqa: PTH117 -- a text
        raise PydanticCustomError(
            "inside", "must be a relative path inside the run's folder, without '..'"
        )
    return path


def pattern(text: str) -> str:
    """A regular expression; one with references is known only at a run."""
    if _REFERENCE not in text:
        try:
            re.compile(text)
        except re.error as error:
            raise PydanticCustomError(
                "pattern",
                "{text} is no regular expression: {why}",
                {"text": repr(text), "why": str(error)},
            ) from None
    return text


def one_of(*words: str | None) -> Callable[[object], object]:
    """A check that a value is one of some words."""

    def check(value: object) -> object:
        if value not in words:
            raise PydanticCustomError(
                "one_of",
                "must be one of {words}",
                {"words": ", ".join(filter(None, words))},
            )
        return value

    return check


def empty_to(default: object) -> BeforeValidator:
    """A key without a value is as good as no key."""
    return BeforeValidator(lambda value: default if value is None else value)


Text = Annotated[str, Field(strict=True), AfterValidator(_filled)]
Words = Annotated[str, Field(strict=True), empty_to("")]
Bool = Annotated[bool, BeforeValidator(_yes_or_no)]
Number = Annotated[int | float, BeforeValidator(_number)]
WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
Minutes = Annotated[Number, AfterValidator(_positive)]
Trials = Annotated[WholeNumber, AfterValidator(_positive)]
Pattern = Annotated[Text, AfterValidator(pattern)]
InnerPath = Annotated[Words, AfterValidator(_inside)]
Values = dict[str, Any]
"""What YAML says under names of the user's own."""
