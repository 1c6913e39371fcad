"""What all models of project files have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Mapping


class Model(BaseModel):
    """The base of them.

    A custom error's message goes on from the name of the value: 'is empty: …'. A
    field's `examples` are shown to whoever writes something else in its place.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    elsewhere: ClassVar[Mapping[str, str]] = {}
    """Keys that are not valid here, but not unknown either, and what to do about it."""

    short: ClassVar[str | None] = None
    """The field that a text in the place of the whole mapping stands for."""
