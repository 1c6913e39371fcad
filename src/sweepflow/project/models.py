"""What a project file says, once it is known to be valid."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sweepflow.errors import Place
from sweepflow.project.find import GUILD_FILE
from sweepflow.project.model import Model

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sweepflow.project.document import Document, Step
    from sweepflow.project.operations.book import Operations

Direction = Literal["minimize", "maximize"]
Sampler = Literal["tpe", "random", "gp", "qmc", "cmaes"]
Pruner = Literal["median", "halving", "hyperband"]

SEARCH_KEYS: Final = (
    *("metric", "direction", "trials", "sampler", "pruner"),
    *("startup", "seed", "at_once"),
)
"""What a parameter set says of its search, beside where it looks."""

Mode = Literal["run", "call", "submit", "operation", "workflow"]

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_REFERENCE: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


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


def _name_of(what: str) -> AfterValidator:
    def check(name: str) -> str:
        if not _NAME.fullmatch(name):
            raise PydanticCustomError(
                "name",
                "is not a valid {what} name: use up to 100 letters (A-Z, a-z), digits, "
                "'_', '-' and '.', beginning with a letter, a digit or '_'",
                {"what": what},
            )
        return name

    return AfterValidator(check)


def is_reference(text: str) -> bool:
    """Tell whether a text is written as `package.module:attribute`."""
    return _REFERENCE.fullmatch(text) is not None


def _reference(text: str) -> str:
    if not is_reference(text):
        raise PydanticCustomError(
            "reference",
            "must name a workflow as package.module:attribute, such as "
            "training.flows:pipeline",
        )
    return text


def path(text: str) -> str:
    """Give a path with the home folder in the place of a `~`."""
    try:
        expanded = os.path.expanduser(text)  # noqa: PTH111 -- Path's raises without a home
    except ValueError:
        expanded = "\0"
    if "\0" in expanded:
        raise PydanticCustomError("path", "is no path")
    return expanded


Written = Annotated[str, Field(strict=True), AfterValidator(_filled)]
Text = Annotated[str, Field(strict=True), AfterValidator(_speakable)]
Arguments = Annotated[Text, BeforeValidator(_null_is_empty)]
Command = Annotated[Text, AfterValidator(_filled)]
JobName = Annotated[str, Field(strict=True), _name_of("job")]
WorkflowName = Annotated[str, Field(strict=True), _name_of("workflow")]


def _is_one_of(literal: object) -> BeforeValidator:
    words = get_args(literal)

    def check(value: object) -> object:
        if value not in words:
            raise PydanticCustomError(
                "choice", "must be {words}", {"words": f"one of {', '.join(words)}"}
            )
        return value

    return BeforeValidator(check)


def _is_whole(least: int) -> BeforeValidator:
    def check(value: object) -> object:
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise PydanticCustomError(
                "whole", "must be a whole number, {least} or more", {"least": least}
            )
        return value

    return BeforeValidator(check)


class ParameterSet(Model):
    """Parameters of a job: one command per `each`, which sweeps over `all`.

    For an operation or a workflow, which take one value at a time, a run per
    combination of both.

    With `search` in the place of `each` it is a search: what the other keys say of it
    is what `sweepflow.search.Search` has, None where they say nothing.
    """

    each: Annotated[Arguments, Field(examples=["lr=0.1,0.01 model=small,large"])] = ""
    all: Annotated[Arguments, Field(examples=["seed=1:5 epochs=10"])] = ""
    add: Annotated[Arguments, Field(examples=["hydra/launcher=joblib"])] = ""
    search: Annotated[
        Arguments, Field(examples=["lr=log(1e-4:0.1) layers=1:4 model=small,large"])
    ] = ""
    metric: Annotated[Written, Field(examples=["accuracy"])] | None = None
    direction: Annotated[Direction, _is_one_of(Direction)] | None = None
    trials: Annotated[int, _is_whole(1)] | None = None
    sampler: Annotated[Sampler, _is_one_of(Sampler)] | None = None
    pruner: Annotated[Pruner, _is_one_of(Pruner)] | None = None
    startup: Annotated[int, _is_whole(0)] | None = None
    seed: Annotated[int, _is_whole(0)] | None = None
    at_once: Annotated[int, _is_whole(1)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        texts = (self.each, self.all, self.add, self.search)
        if not any(text.strip() for text in texts):
            raise PydanticCustomError(
                "empty_set",
                "is empty: write each, all, add or search, or remove the item (a job "
                "without sets runs its command once)",
            )
        return self

    @model_validator(mode="after")
    def _searches_or_not(self) -> Self:
        if self.search and self.each.strip():
            raise PydanticCustomError(
                "two_ways",
                "has each and search: keep one of them, and write what is the same in "
                "all trials of a search as all",
            )
        said = [name for name in SEARCH_KEYS if getattr(self, name) is not None]
        if said and not self.search:
            raise PydanticCustomError(
                "no_search",
                "has {said}, which only a search has: write search, such as "
                "search: lr=log(1e-4:0.1), or remove it",
                {"said": " and ".join(said)},
            )
        return self


class Job(Model):
    """What runs, and the parameter sets it goes through.

    That is a command, a function or a handler, an operation or a workflow. Without sets
    it runs once, with no parameters.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {"name": "a job's name is its key"}

    name: JobName
    run: Annotated[Command, Field(examples=["python train.py"])] = ""
    call: Annotated[Command, Field(examples=["package.module.function"])] = ""
    submit: Annotated[Command, Field(examples=["python submit.py train.py"])] = ""
    operation: Annotated[Written, Field(examples=["train"])] = ""
    workflow: Annotated[Written, Field(examples=["package.module:attribute"])] = ""
    config: Annotated[
        Written, AfterValidator(path), Field(examples=["config.yaml"])
    ] = ""
    add: Annotated[Arguments, Field(examples=["hydra/launcher=joblib"])] = ""
    sets: Annotated[tuple[ParameterSet, ...], BeforeValidator(_null_is_none_given)] = ()

    @model_validator(mode="after")
    def _has_one_mode(self) -> Self:
        given = self._given()
        if not given:
            raise PydanticCustomError(
                "no_mode",
                "says nothing to do: write one of run (a command), call (a Python "
                "function), submit (a handler), operation or workflow (a name)",
            )
        if len(given) > 1:
            raise PydanticCustomError(
                "two_modes",
                "has {given}: keep one of them, and make a job of its own for each "
                "other",
                {"given": " and ".join(given)},
            )
        if self.config and not self.workflow:
            raise PydanticCustomError(
                "config_of_none",
                "has a config, which only a workflow takes: remove it, or write "
                "workflow in the place of {given}",
                {"given": self.mode},
            )
        return self

    @model_validator(mode="after")
    def _knows_what_it_searches(self) -> Self:
        if self.operation:  # which may have an objective
            return self
        if any(one.search and one.metric is None for one in self.sets):
            raise PydanticCustomError(
                "no_metric",
                "has a search that does not say for what: write metric: NAME beside "
                "search, of a number that is printed or logged",
            )
        return self

    def _given(self) -> dict[Mode, str]:
        modes: dict[Mode, str] = {
            "run": self.run,
            "call": self.call,
            "submit": self.submit,
            "operation": self.operation,
            "workflow": self.workflow,
        }
        return {mode: text for mode, text in modes.items() if text}

    @property
    def searches(self) -> tuple[int, ...]:
        """The places of its sets that are searches."""
        return tuple(n for n, item in enumerate(self.sets) if item.search)

    @property
    def mode(self) -> Mode:
        """Which of `run`, `call`, `submit`, `operation` and `workflow` the job is."""
        return next(iter(self._given()))

    @property
    def target(self) -> str:
        """The text behind it: a command line, a handler, or the name of what runs."""
        return self._given()[self.mode]


class NamedWorkflow(Model):
    """A workflow that the file gives a name, and the file with its config.

    Args:
        name: Its key.
        workflow: Where it is, as `package.module:attribute`.
        config: A path, taken from the project's folder; empty where there is none.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {"name": "a workflow's name is its key"}
    short: ClassVar[str | None] = "workflow"

    name: WorkflowName
    workflow: Annotated[
        Written,
        AfterValidator(_reference),
        Field(examples=["package.module:attribute"]),
    ] = ""
    config: Annotated[
        Written, AfterValidator(path), Field(examples=["config.yaml"])
    ] = ""

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if not self.workflow:
            raise PydanticCustomError(
                "no_workflow",
                "names no workflow: write workflow: package.module:attribute",
            )
        return self


@dataclass(frozen=True)
class Project:
    """A project file as loaded, with jobs and workflows in the file's order.

    Args:
        root: The file's folder.
        store: The folder of the project's state, if the file names one.
        ledger: The path or the URL of its ledger, likewise.
        objects: The folder or the URL of its objects, likewise.
        own_operations: The operations that stand in the file itself, if any do.
    """

    file: Path
    root: Path
    jobs: Mapping[str, Job]
    workflows: Mapping[str, NamedWorkflow] = field(
        default_factory=dict[str, NamedWorkflow]
    )
    store: Path | None = None
    ledger: Path | str | None = field(default=None, repr=False)  # may hold a password
    objects: Path | str | None = field(default=None, repr=False)  # likewise
    own_operations: Operations | None = field(default=None, repr=False)
    document: Document | None = field(default=None, repr=False, compare=False)

    @cached_property
    def operations(self) -> Operations:
        """Its operations: those of the file, else those of a `guild.yml` beside it.

        That one is read the first time that somebody asks.

        Raises:
            ProjectError: The `guild.yml` is not valid.
        """
        if self.own_operations is not None:
            return self.own_operations
        guild = self.root / GUILD_FILE
        # A link that leads nowhere is reported by whoever reads it.
        if os.path.lexists(guild):
            from sweepflow.project.operations.read import read_guild

            return read_guild(guild)
        from sweepflow.project.operations.book import Operations

        return Operations(self.file, self.root, {})

    def place(self, *path: Step, offset: int | None = None) -> Place:
        """Where in the file the value at `path` stands.

        `place("jobs", "train", "sets", 0, "each", offset=3)` is the fourth character
        of that text. Where the file has no such value, the place of what would hold
        it; see `Document.place`.
        """
        if self.document is None:
            return Place(self.file)
        return self.document.place(*path, offset=offset)
