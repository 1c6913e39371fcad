"""`@step`: a function whose annotations say what it takes and makes."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

from sweepflow.workflow.errors import WorkflowDefinitionError
from sweepflow.workflow.shape import Shape, read_shape
from sweepflow.workflow.steps import (
    AtomConstructor,
    DependsOn,
    Outdated,
    Resources,
    Retry,
    Step,
    StepFunction,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

F = TypeVar("F", bound="Callable[..., Any]")

_MARK: Final = "__sweepflow_step__"


@dataclass(frozen=True)
class _Options:
    """What `@step` was told."""

    name: str | None = None
    resources: Resources = field(default_factory=Resources)
    retry: Retry | None = None
    timeout: float | None = None
    depends_on: DependsOn = field(default_factory=DependsOn)
    outdated: Outdated | None = None


@overload
def step(function: F, /) -> F: ...


@overload
def step(
    *,
    name: str | None = None,
    resources: Resources | None = None,
    retry: Retry | None = None,
    timeout: float | None = None,
    depends_on: DependsOn | None = None,
    outdated: Outdated | None = None,
) -> Callable[[F], F]: ...


def step(  # noqa: PLR0913 - those of Step
    function: F | None = None,
    /,
    *,
    name: str | None = None,
    resources: Resources | None = None,
    retry: Retry | None = None,
    timeout: float | None = None,
    depends_on: DependsOn | None = None,
    outdated: Outdated | None = None,
) -> F | Callable[[F], F]:
    """Let a function be a step of `Workflow.from_steps`; it stays what it is.

    Its parameters say what it takes:

    - `config`: the step's config, a dataclass or pydantic model.
    - `temp_workspace`: an empty folder to write into.
    - any other: the atom of that name. The annotation gives its type: a typed atom
      class (`DatasetAtom`), `Annotated[Atom, "dataset"]` for a type without one, or
      `Annotated[Path, "dataset"]` to get the path of its files instead of the atom.

    What it returns says what it makes:

    - `Annotated[Path, "dataset"]`: one atom, which is named like the step.
    - a `TypedDict` or `NamedTuple` of such fields: an atom for each, named likewise.
    - `dict[str, Annotated[Path, "dataset"]]`: atoms whose names are known only when
      it has returned.
    - `list[AtomConstructor]`: likewise, with types of their own.
    - `None`: no atoms.

    In place of a path it may give an `AtomConstructor`, for tags and metadata.

    Args:
        function: What is decorated.
        name: The step's name; that of the function by default.
        resources: As for `Step`, as are the others.
        retry: As for `Step`.
        timeout: Seconds.
        depends_on: What else decides its result.
        outdated: As for `Step`.
    """
    options = _Options(
        name,
        resources or Resources(),
        retry,
        timeout,
        depends_on or DependsOn(),
        outdated,
    )

    def mark(marked: F) -> F:
        setattr(marked, _MARK, options)
        return marked

    return mark if function is None else mark(function)


def is_decorated(thing: object) -> bool:
    """Tell whether `@step` stands above a function."""
    return isinstance(getattr(thing, _MARK, None), _Options)


def as_steps(things: Iterable[Step | Callable[..., object]]) -> list[Step]:
    """Give the steps that decorated functions are; steps are given as they are.

    Raises:
        WorkflowDefinitionError: One is neither, or a function does not say what it
            takes or makes; the message has every problem.
    """
    made: list[Step] = []
    problems: list[str] = []
    for thing in things:
        try:
            made.append(as_step(thing))
        except WorkflowDefinitionError as error:
            problems.append(str(error))
    if problems:
        raise WorkflowDefinitionError("\n".join(problems))
    return made


def as_step(thing: Step | Callable[..., object]) -> Step:
    """Give the step that a decorated function is.

    Raises:
        WorkflowDefinitionError: It is none, or does not say what it takes or makes.
    """
    if isinstance(thing, Step):
        return thing
    options: object = getattr(thing, _MARK, None)
    if not isinstance(options, _Options):
        name = getattr(thing, "__qualname__", repr(thing))
        raise WorkflowDefinitionError(
            f"{name} is no step", hint="write @step above the function"
        )
    name = _name(thing, options)
    shape = read_shape(thing, name)
    return Step(
        name=name,
        function=_adapt(thing, shape),
        input_atom_types={each.name: each.type for each in shape.inputs},
        config_class=shape.config_class,
        output_atom_types=shape.outputs.declared,
        resources=options.resources,
        retry=options.retry,
        timeout=options.timeout,
        depends_on=options.depends_on,
        outdated=options.outdated,
    )


def step_function(thing: Step | Callable[..., Any]) -> StepFunction:
    """Give what the engine calls for a step, given what its name leads to.

    It is called with the config, the input atoms by name and the workspace. The user's
    own function is `inspect.unwrap` of it.

    Args:
        thing: A step, a function decorated with `@step`, or a function of the plain
            form, which is given as it is.

    Raises:
        WorkflowDefinitionError: A decorated function does not say what it takes or
            makes.
    """
    if isinstance(thing, Step):
        return thing.function
    options: object = getattr(thing, _MARK, None)
    if not isinstance(options, _Options):
        return thing
    return _adapt(thing, read_shape(thing, _name(thing, options)))


def _name(function: object, options: _Options) -> str:
    return options.name or getattr(function, "__name__", "")


def _adapt(function: Callable[..., Any], shape: Shape) -> StepFunction:
    """Give a function of the plain form that calls one of the annotated form."""

    def run(
        config: object, input_atoms: dict[str, Any], temp_workspace: Path
    ) -> Sequence[AtomConstructor]:
        given = shape.arguments(config, input_atoms, temp_workspace)
        return shape.outputs.atoms(function(**given))

    async def arun(
        config: object, input_atoms: dict[str, Any], temp_workspace: Path
    ) -> Sequence[AtomConstructor]:
        given = shape.arguments(config, input_atoms, temp_workspace)
        return shape.outputs.atoms(await function(**given))

    adapted = arun if inspect.iscoroutinefunction(function) else run
    # Not its `__dict__`, which holds the mark: what is adapted needs no adapting.
    return functools.update_wrapper(adapted, function, updated=())
