"""What a project file says, once it is known to be valid."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sweepflow.errors import Place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sweepflow.project.document import Document, Step

Mode = Literal["run", "call", "submit"]

_JOB_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


def _null_is_empty(value: object) -> object:
    return "" if value is None else value


def _null_is_none_given(value: object) -> object:
    return () if value is None else value


def _speakable(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError(
            "nul", "holds a NUL character, which no command can take: remove it"
        )
    return text


def _filled(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("empty", "is empty: write a text, or remove the key")
    return text


def _job_name(name: str) -> str:
    if not _JOB_NAME.fullmatch(name):
        raise PydanticCustomError(
            "job_name",
            "is not a valid job name: use up to 100 letters (A-Z, a-z), digits, '_', "
            "'-' and '.', beginning with a letter, a digit or '_'",
        )
    return name


Text = Annotated[str, Field(strict=True), AfterValidator(_speakable)]
Arguments = Annotated[Text, BeforeValidator(_null_is_empty)]
Command = Annotated[Text, AfterValidator(_filled)]
JobName = Annotated[str, Field(strict=True), AfterValidator(_job_name)]


class Model(BaseModel):
    """What all models of project files have in common.

    A custom error's message goes on from the name of the value: 'is empty: …'. A
    field's `examples` are shown to whoever writes something else in its place.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    elsewhere: ClassVar[Mapping[str, str]] = {}
    """Keys that are not valid here, but not unknown either, and what to do about it."""


class ParameterSet(Model):
    """Parameters of a job: one command per `each`, which sweeps over `all`."""

    each: Annotated[Arguments, Field(examples=["lr=0.1,0.01 model=small,large"])] = ""
    all: Annotated[Arguments, Field(examples=["seed=1:5 epochs=10"])] = ""
    add: Annotated[Arguments, Field(examples=["hydra/launcher=joblib"])] = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.each.strip() or self.all.strip() or self.add.strip()):
            raise PydanticCustomError(
                "empty_set",
                "is empty: write each, all or add, or remove the item (a job "
                "without sets runs its command once)",
            )
        return self


class Job(Model):
    """A command, function or handler, and the parameter sets it goes through.

    Without sets it runs once, with no parameters.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {"name": "a job's name is its key"}

    name: JobName
    run: Annotated[Command, Field(examples=["python train.py"])] = ""
    call: Annotated[Command, Field(examples=["package.module.function"])] = ""
    submit: Annotated[Command, Field(examples=["python submit.py train.py"])] = ""
    add: Annotated[Arguments, Field(examples=["hydra/launcher=joblib"])] = ""
    sets: Annotated[tuple[ParameterSet, ...], BeforeValidator(_null_is_none_given)] = ()

    @model_validator(mode="after")
    def _has_one_mode(self) -> Self:
        given = self._given()
        if not given:
            raise PydanticCustomError(
                "no_mode",
                "says nothing to do: write one of run (a command), call (a Python "
                "function) or submit (a handler)",
            )
        if len(given) > 1:
            raise PydanticCustomError(
                "two_modes",
                "has {given}: keep one of them, and make a job of its own for each "
                "other",
                {"given": " and ".join(given)},
            )
        return self

    def _given(self) -> dict[Mode, str]:
        modes: dict[Mode, str] = {
            "run": self.run,
            "call": self.call,
            "submit": self.submit,
        }
        return {mode: text for mode, text in modes.items() if text}

    @property
    def mode(self) -> Mode:
        """Which of `run`, `call` and `submit` the job is."""
        return next(iter(self._given()))

    @property
    def target(self) -> str:
        """The text behind it: a command line, a function's name or a handler."""
        return self._given()[self.mode]


@dataclass(frozen=True)
class Project:
    """A project file as loaded. `root` is its folder; `jobs` keep the file's order."""

    file: Path
    root: Path
    jobs: Mapping[str, Job]
    store: Path | None = None
    ledger: Path | str | None = field(default=None, repr=False)  # may hold a password
    objects: Path | str | None = None
    document: Document | None = field(default=None, repr=False, compare=False)

    def place(self, *path: Step, offset: int | None = None) -> Place:
        """Where in the file the value at `path` stands.

        `place("jobs", "train", "sets", 0, "each", offset=3)` is the fourth character
        of that text. Where the file has no such value, the place of what would hold
        it; see `Document.place`.
        """
        if self.document is None:
            return Place(self.file)
        return self.document.place(*path, offset=offset)
