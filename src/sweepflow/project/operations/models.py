"""An operation, and what a file says around its operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, Self, cast

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sweepflow.project.operations.flags import Flag  # noqa: TC001 -- pydantic needs it
from sweepflow.project.operations.requirements import (  # noqa: TC001 -- likewise
    Requirement,
)
from sweepflow.project.operations.sourcecode import Sourcecode
from sweepflow.project.operations.steps import StepEntry  # noqa: TC001 -- likewise
from sweepflow.project.operations.values import (
    Bool,
    Dashed,
    Text,
    Trials,
    Values,
    Words,
    empty_to,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

DESTINATIONS: Final = ("args", "globals", "none")
PREFIXES: Final = ("global:", "namespace:", "dict:", "args:", "config:")

FlagsImport = Literal["auto", "all"] | tuple[str, ...]


def _flags_import(value: object) -> object:
    """`yes` and `all` are all flags, `no` is none."""
    if value is None or value is True:
        return "auto" if value is None else "all"
    if value is False:
        return ()
    if value in ("auto", "all"):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):  # pyright: ignore[reportUnknownVariableType] -- a list of anything
        return tuple(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    raise PydanticCustomError(
        "flags_import", "must be yes, no, all, auto or a list of flags' names"
    )


def _scalars(value: object) -> object:
    items = cast("list[object]", value) if isinstance(value, list | tuple) else [value]
    for one in items:
        is_named = isinstance(one, dict)
        texts = cast("dict[str, object]", one).values() if is_named else [one]
        if not all(isinstance(text, str) and text for text in texts):
            raise PydanticCustomError(
                "output_scalars",
                "must be no, a pattern, or a mapping or list of patterns, such as "
                "{loss: 'loss=(\\S+)'}",
            )
    return tuple(items)


def _destination(text: str) -> str:
    if text and text not in DESTINATIONS:
        prefix, colon, name = text.partition(":")
        if prefix + colon not in PREFIXES or not name:
            raise PydanticCustomError(
                "destination",
                "must be one of {valid}",
                {"valid": ", ".join((*DESTINATIONS, *(p + "NAME" for p in PREFIXES)))},
            )
    return text


class Objective(Dashed):
    """The scalar that a search makes as small, or as great, as it can."""

    minimize: Annotated[Words, Field(examples=["loss"])] = ""
    maximize: Annotated[Words, Field(examples=["accuracy"])] = ""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if bool(self.minimize) == bool(self.maximize):
            raise PydanticCustomError(
                "objective", "must have one of minimize and maximize"
            )
        return self


class Optimizer(Dashed):
    """A search for the best trial: an algorithm, and values of its flags."""

    algorithm: Annotated[Text, Field(examples=["gp"])]
    default: Bool = False
    flags: Values = {}  # noqa: RUF012 -- pydantic copies a default


class Operation(Dashed):
    """A named command with flags, requirements and outputs, or the steps of one.

    Exactly one of `main`, `exec` and `steps` is given.

    Args:
        name: Its key.
        model: The name of the model it belongs to; empty for a file without models.
        description: What it does, for users.
        main: A Python module or script, with arguments.
        exec: A command, with `${flag_args}` for the arguments of flags.
        default: Whether it is the one that runs when no name is given.
        flags: Its flags by name, in the order of the file.
        flags_import: Which flags are read from the script; `auto` where nothing is
            said, `all`, or their names.
        flags_import_skip: Flags of the script that are not.
        flags_dest: Where flags go: `args`, `globals`, `global:NAME`, `namespace:NAME`,
            `args:NAME`, `config:FILE`, `none` (the environment only); empty where the
            script decides.
        default_flag_arg_skip: Whether flags are no arguments unless they say so.
        requires: What a run needs, in the order of the file.
        steps: The operations that it is made of.
        output_scalars: What is read as numbers from the output: texts and mappings of
            patterns; None is the usual form, an empty tuple nothing.
        objective: What a search goes by.
        optimizers: Searches by name.
        default_max_trials: How many trials a search has.
        compare: The columns of a comparison of runs.
        label: The label of its runs.
        tags: The tags of its runs.
        env: Variables of its environment.
        python_path: Folders to look for modules in.
        sourcecode: Which files are its source code.
        delete_on_success: Whether a run that succeeds is removed.
    """

    ignored: ClassVar[frozenset[str]] = frozenset(
        {
            "can-stage-trials",
            "extra",
            "handle-keyboard-interrupt",
            "pip-freeze",
            "plugins",
            "publish",
            "python-requires",
            "references",
            "run-attrs",
            "stoppable",
        }
    )
    elsewhere: ClassVar[Mapping[str, str]] = {
        "name": "an operation's name is its key",
        "model": "an operation belongs to the model it stands in",
        "env-secrets": "secrets are taken from the environment",
        "flag-encoder": "flags are encoded by arg-encoding",
        "notebook": "notebooks are not run: write a script",
    }

    name: str
    model: str = ""
    description: Words = ""
    main: Annotated[Text, Field(examples=["train --epochs 10"])] = ""
    exec: Annotated[Text, Field(examples=["sh train.sh ${flag_args}"])] = ""
    default: Bool = False
    flags: Annotated[dict[str, Flag], empty_to({}), Field(examples=["{lr: 0.1}"])] = {}  # noqa: RUF012 -- pydantic copies a default
    flags_import: Annotated[FlagsImport, BeforeValidator(_flags_import)] = "auto"
    flags_import_skip: Annotated[tuple[Text, ...], empty_to(())] = ()
    flags_dest: Annotated[Words, AfterValidator(_destination)] = ""
    default_flag_arg_skip: Bool = False
    requires: Annotated[
        tuple[Requirement, ...], Field(examples=["[{operation: prepare}]"])
    ] = ()
    steps: Annotated[tuple[StepEntry, ...], Field(examples=["[prepare, train]"])] = ()
    output_scalars: Annotated[
        tuple[str | dict[str, str], ...] | None, BeforeValidator(_scalars)
    ] = None
    objective: Objective | None = None
    optimizers: Annotated[dict[str, Optimizer], empty_to({})] = {}  # noqa: RUF012 -- pydantic copies a default
    default_max_trials: Trials | None = None
    compare: Annotated[
        tuple[Text, ...], empty_to(()), Field(examples=["[loss, =lr]"])
    ] = ()
    label: Words = ""
    tags: Annotated[tuple[Text, ...], empty_to(())] = ()
    env: Annotated[dict[str, str], empty_to({}), Field(examples=["{DEBUG: '1'}"])] = {}  # noqa: RUF012 -- pydantic copies a default
    python_path: Annotated[tuple[Text, ...], empty_to(())] = ()
    sourcecode: Sourcecode = Sourcecode()
    delete_on_success: Bool = False

    @property
    def full_name(self) -> str:
        """`MODEL:OP`, or the name alone where the model has none."""
        return f"{self.model}:{self.name}" if self.model else self.name


class ModelItem(Dashed):
    """A model's own keys, beside its operations."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {"extra", "plugins", "python-requires", "references", "flags"}
    )

    model: Annotated[str, Field(strict=True)] = ""
    default: Bool = False
    description: Words = ""
    extends: Any = None
    params: Annotated[Values, empty_to({}), Field(examples=["{size: 10}"])] = {}  # noqa: RUF012 -- pydantic copies a default
    operations: Annotated[Values, Field(examples=["{train: {main: train}}"])] = {}  # noqa: RUF012 -- pydantic copies a default
    operation_defaults: Annotated[
        Values, empty_to({}), Field(examples=["{flags: {lr: 0.1}}"])
    ] = {}  # noqa: RUF012 -- pydantic copies a default
    resources: Annotated[
        Values, empty_to({}), Field(examples=["{data: [{file: data.csv}]}"])
    ] = {}  # noqa: RUF012 -- pydantic copies a default
    sourcecode: Any = None
