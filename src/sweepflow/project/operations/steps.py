"""A step of an operation, as a file describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sweepflow.project.operations.values import (
    Bool,
    Dashed,
    Minutes,
    Pattern,
    Text,
    Trials,
    WholeNumber,
    Words,
    empty_to,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


class Check(Dashed):
    """What must hold of a step's run: one of `output` and `file`.

    Args:
        output: A pattern to be found in what the run printed.
        file: A pattern of paths in the run's folder, as a shell's.
        contains: A pattern to be found in each of these files.
        compare_to: A file that each of them must be equal to.
    """

    output: Annotated[Pattern, Field(examples=["done"])] = ""
    file: Annotated[Text, Field(examples=["model.json"])] = ""
    contains: Pattern = ""
    compare_to: Text = ""

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        if bool(self.output) == bool(self.file):
            raise PydanticCustomError(
                "check", "must have one of output and file, and not both"
            )
        if self.output and (self.contains or self.compare_to):
            raise PydanticCustomError(
                "output_check", "has contains or compare-to, which only a file has"
            )
        return self


def _gpus(value: object) -> object:
    return str(value) if isinstance(value, int) and type(value) is not bool else value


class StepEntry(Dashed):
    """One step: the operation to run, and how.

    Args:
        run: The operation with arguments, as written.
        operation: The name of the operation alone, `OP` or `MODEL:OP`.
        arguments: The flags in `run`, each a name and the text behind its `=`.
        batch_files: The files of `@FILE` in `run`.
        name: The step's own name, if it is not the operation's.
        flags: The values that stand under `flags`; they win over `arguments`.
        isolate_runs: Whether requirements see the runs of the parent only.
        expect: What must hold when it has run.
        label: The label of its run.
        tags: The tags of its run.
        gpus: The GPUs that it may use, such as `0,1`.
        no_gpus: Whether it may use none.
        stop_after: After how many minutes it is ended.
        needed: Whether to skip it where an equal run exists.
        force_flags: Whether flags that the operation does not have are passed on.
        batch_label: The label of the batch that it is.
        batch_tags: The tags of that.
        max_trials: The greatest number of trials.
        random_seed: The seed for the trials that are drawn.
        fail_on_trial_error: Yes ends the batch with its first trial that fails, no
            lets such trials pass; None runs the others, then the batch has failed.
        optimizer: The name of a search for the best trial.
        optimize: Whether to use the operation's own search.
        minimize: The scalar that is to be small.
        maximize: The scalar that is to be great.
        opt_flags: Flags of the search, each as `NAME=VALUE`.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "remote": "choose where to run with --executor",
        "additional-deps": "write requires in the operation",
    }

    run: Annotated[Text, Field(examples=["train lr=0.1"])]
    operation: str = ""
    arguments: tuple[tuple[str, str], ...] = ()
    batch_files: tuple[str, ...] = ()
    name: Annotated[Text, Field(examples=["first"])] = ""
    flags: Annotated[dict[str, Any], empty_to({}), Field(examples=["{lr: 0.1}"])] = {}  # noqa: RUF012 -- pydantic copies a default
    isolate_runs: Bool = True
    expect: Annotated[
        tuple[Check, ...], empty_to(()), Field(examples=["[{output: done}]"])
    ] = ()
    label: Words = ""
    tags: Annotated[tuple[Text, ...], empty_to(())] = ()
    gpus: Annotated[Words, BeforeValidator(_gpus), Field(examples=["'0,1'"])] = ""
    no_gpus: Bool = False
    stop_after: Annotated[Minutes | None, Field(examples=["10"])] = None
    needed: Bool = False
    force_flags: Bool = False
    batch_label: Words = ""
    batch_tags: Annotated[tuple[Text, ...], empty_to(())] = ()
    max_trials: Annotated[Trials | None, Field(examples=["10"])] = None
    random_seed: WholeNumber | None = None
    fail_on_trial_error: Bool | None = None
    optimizer: Words = ""
    optimize: Bool = False
    minimize: Words = ""
    maximize: Words = ""
    opt_flags: Annotated[tuple[Text, ...], empty_to(())] = ()

    @model_validator(mode="after")
    def _has_gpus_or_not(self) -> Self:
        if self.gpus and self.no_gpus:
            raise PydanticCustomError("gpus", "has gpus and no-gpus: keep one of them")
        return self
