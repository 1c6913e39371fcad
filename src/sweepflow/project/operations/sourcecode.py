"""Which files are the source code of an operation, as a file describes it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sweepflow.project.operations.values import (
    Bool,
    Dashed,
    InnerPath,
    Text,
    Words,
    empty_to,
    one_of,
)


class Rule(Dashed):
    """A rule that takes files in or leaves them out; of several the last one counts.

    Args:
        include: Patterns of paths to take in, as a shell's.
        exclude: Patterns of paths to leave out.
        only: `dir`, `text` or `binary`, where the patterns are for these alone.
    """

    include: Annotated[tuple[Text, ...], Field(examples=["'*.py'"])] = ()
    exclude: Annotated[tuple[Text, ...], Field(examples=["data"])] = ()
    only: Annotated[Words, BeforeValidator(one_of("dir", "text", "binary", ""))] = ""

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        if bool(self.include) == bool(self.exclude):
            raise PydanticCustomError(
                "rule",
                "must have one of include and exclude, and not both: write an item "
                "for each",
            )
        return self


class Sourcecode(Dashed):
    """The files that count as the source code and are kept with a run.

    Args:
        off: Whether none is.
        select: Rules on top of the usual choice.
        root: The folder they are taken from, seen from the project's.
        dest: The folder of the run that they are put into.
        digest: Whether changes in them are noticed.
    """

    off: Bool = False
    select: Annotated[tuple[Rule, ...], empty_to(())] = ()
    root: Annotated[Words, Field(examples=["src"])] = ""
    dest: Annotated[InnerPath, Field(examples=["."])] = ""
    digest: Annotated[Bool, empty_to(True)] = True
