"""A flag as a project file describes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sweepflow.operations.flags.model import FlagLike


@dataclass(frozen=True)
class Choice:
    value: Any
    alias: str = ""
    flags: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Flag:
    name: str
    default: Any = None
    type: str = ""
    alias: str = ""
    choices: Sequence[Choice] = ()
    allow_other: bool = False
    required: bool = False
    min: float | None = None
    max: float | None = None
    arg_name: str = ""
    arg_skip: bool | None = None
    arg_switch: Any = None
    arg_encoding: Any = None
    arg_split: Any = None
    env_name: str = ""
    env_encoding: Any = None


def flags(**defaults: Any) -> list[FlagLike]:  # noqa: ANN401 - values of any type
    return [Flag(name.replace("_", "-"), value) for name, value in defaults.items()]
