"""Whether a workflow can run as it is written, told before anything does."""

from __future__ import annotations

import inspect
import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sweepflow.workflow.config_class import (
    config_fields,
    field_types,
    is_config_class,
    needs_config,
)
from sweepflow.workflow.decorator import is_decorated
from sweepflow.workflow.errors import WorkflowDefinitionError
from sweepflow.workflow.links import Edge, find_circle, find_edges, stuck_steps
from sweepflow.workflow.names import did_you_mean, is_name
from sweepflow.workflow.steps import Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FORM = "(config, input_atoms, temp_workspace)"


def check(
    name: str,
    inputs: Mapping[str, str],
    steps: Sequence[Step],
    config_class: type[Any] | None,
) -> tuple[Edge, ...]:
    """Give what feeds each input of each step.

    Args:
        name: Of the workflow, as are the others.
        inputs: Types of the atoms that it is given, by name.
        steps: In the order of the list.
        config_class: A class with a field for the config of each step, or None.

    Raises:
        WorkflowDefinitionError: It can never run; the message has every problem, one
            a line.
    """
    found = _Problems()
    if not is_name(name):
        found.add(f"{name!r} is no valid name of a workflow", _NAME_HINT)
    _check_atoms("the workflow's input", inputs, found)
    if not steps:
        found.add("it has no steps", "give a list of at least one Step")
    proper = [step for step in steps if _is_step(step, found)]
    _check_names(proper, found)
    signatures: dict[int, str | None] = {}
    for step in proper:
        _check_step(step, signatures, found)
    _check_outputs(inputs, proper, found)
    edges = _check_edges(inputs, proper, found)
    if config_class is not None:
        _check_config_class(config_class, proper, found)
    found.finish(name)
    return edges


_NAME_HINT = (
    "begin with a letter or '_', and go on with letters, digits, '_', '.' and '-'"
)


@dataclass
class _Problems:
    lines: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def add(self, message: str, hint: str) -> None:
        self.lines.append((message, hint))

    def finish(self, name: object) -> None:
        if not self.lines:
            return
        if len(self.lines) == 1:
            message, hint = self.lines[0]
            raise WorkflowDefinitionError(f"workflow {name!r}: {message}", hint=hint)
        lines = "".join(f"\n  {message}: {hint}" for message, hint in self.lines)
        raise WorkflowDefinitionError(
            f"workflow {name!r} has {len(self.lines)} problems:{lines}"
        )


def _is_step(step: object, found: _Problems) -> bool:
    if isinstance(step, Step):
        return True
    shown = getattr(step, "__name__", None) or repr(step)
    found.add(
        f"{shown} is no Step", "make one with Step(…), or use Workflow.from_steps"
    )
    return False


def _check_names(steps: Sequence[Step], found: _Problems) -> None:
    counts = Counter(step.name for step in steps)
    for name, count in counts.items():
        if count > 1:
            found.add(f"{count} steps are named {name!r}", "give each its own name")
        if not is_name(name):
            found.add(f"{name!r} is no valid name of a step", _NAME_HINT)


def _check_step(
    step: Step, signatures: dict[int, str | None], found: _Problems
) -> None:
    where = f"step {step.name!r}"
    key = id(step.function)
    if key not in signatures:
        signatures[key] = _wrong_function(step.function)
    if wrong := signatures[key]:
        found.add(f"{where}: its function {wrong}", f"write def …{_FORM}")
    _check_atoms(f"{where}: input", step.input_atom_types, found)
    _check_atoms(f"{where}: output", step.output_atom_types or {}, found)
    if step.config_class is not None and not is_config_class(step.config_class):
        found.add(
            f"{where}: config_class is {_shown(step.config_class)}",
            "give a dataclass or a pydantic model, the class itself",
        )
    timeout = step.timeout
    if timeout is not None and not (0 < timeout < math.inf):
        found.add(f"{where}: timeout is {timeout!r}", "write seconds, more than 0")


def _wrong_function(function: object) -> str | None:
    """Say what is wrong with a step's function, if something is."""
    if not callable(function):
        return f"is {function!r}, which cannot be called"
    if is_decorated(function):
        return "is decorated with @step, which goes into Workflow.from_steps"
    try:
        # Not that of what it wraps: it is the outermost that is called.
        signature = inspect.signature(function, follow_wrapped=False)
    except (TypeError, ValueError):  # some that are written in C tell nothing
        return None
    try:
        signature.bind(None, {}, None)
    except TypeError:
        return f"takes {signature}, not three arguments"
    return None


def _check_atoms(what: str, types: Mapping[str, str], found: _Problems) -> None:
    for name, kind in types.items():
        if not is_name(name):
            found.add(f"{what} {name!r} is no valid name", _NAME_HINT)
        if not is_name(kind):
            found.add(
                f"{what} {name!r} has the type {kind!r}", "name it, such as 'dataset'"
            )


def _check_outputs(
    inputs: Mapping[str, str], steps: Sequence[Step], found: _Problems
) -> None:
    makers: dict[str, list[str]] = {}
    for step in steps:
        for name in step.output_atom_types or ():
            makers.setdefault(name, []).append(repr(step.name))
    for name, many in makers.items():
        if len(many) > 1:
            found.add(
                f"the output {name!r} is made by the steps {' and '.join(many)}",
                "give each its own name",
            )
        if name in inputs:
            found.add(
                f"step {many[0]} makes {name!r}, which is an input of the workflow too",
                "rename one of the two",
            )


def _check_edges(
    inputs: Mapping[str, str], steps: Sequence[Step], found: _Problems
) -> tuple[Edge, ...]:
    made = {
        name: kind
        for step in steps
        for name, kind in (step.output_atom_types or {}).items()
    }
    known = {**made, **inputs}
    edges: list[Edge] = []
    for each in find_edges(inputs, steps):
        if not isinstance(each, Edge):
            found.add(*_unfed(*each, known, steps))
            continue
        edges.append(each)
        given = known.get(each.input, each.type)
        if given != each.type:
            found.add(
                f"step {each.step!r} takes {each.input!r} as {each.type!r}, but "
                f"{_giver(each)} is {given!r}",
                "make the two types the same",
            )
    names = {step.name for step in steps}
    if len(names) == len(steps) and (stuck := stuck_steps(steps, edges)):
        circle = find_circle(steps, stuck)
        found.add(
            f"steps wait for each other: {' -> '.join(reversed(circle))}",
            "rename an input or output, or split a step",
        )
    return tuple(edges)


def _giver(edge: Edge) -> str:
    if edge.source[0] == "step":
        return f"what step {edge.source[1]!r} makes"
    return "the workflow's input"


def _unfed(
    step: Step, name: str, known: Mapping[str, str], steps: Sequence[Step]
) -> tuple[str, str]:
    message = f"step {step.name!r} takes {name!r}, which nothing gives"
    below = steps[steps.index(step) :]
    later = [s.name for s in below if s is not step and s.output_atom_types is None]
    others = [each for each in known if each not in (step.output_atom_types or ())]
    if later:
        return message, (
            f"declare what a step makes in output_atom_types, or move the step that "
            f"makes it above (the outputs of {', '.join(later)} are not declared)"
        )
    return message, did_you_mean(name, others, "atoms to take")


def _check_config_class(
    config_class: type[Any], steps: Sequence[Step], found: _Problems
) -> None:
    if not is_config_class(config_class):
        found.add(
            f"config_class is {_shown(config_class)}",
            "give a dataclass or a pydantic model, the class itself",
        )
        return
    fields = config_fields(config_class)
    types = field_types(config_class)
    names = {step.name: None for step in steps}  # in their order
    for name in fields:
        if name not in names:
            found.add(
                f"{config_class.__name__} has the field {name!r}, but no step is "
                "named so",
                did_you_mean(name, names, "steps"),
            )
    for step in steps:
        kind = step.config_class
        if is_config_class(kind) and needs_config(kind) and step.name not in fields:
            found.add(
                f"step {step.name!r} needs a config, but {config_class.__name__} has "
                "no such field",
                f"add {step.name}: {kind.__name__}",
            )
        elif step.name in fields:
            _check_field(config_class, step, types.get(step.name), found)


def _check_field(
    config_class: type[Any], step: Step, declared: object, found: _Problems
) -> None:
    """Compare a field's class with the step's; other annotations may be anything."""
    wanted = step.config_class
    if not is_config_class(declared) or wanted is None or not is_config_class(wanted):
        return
    assert isinstance(declared, type)  # noqa: S101 - what is a config class is a class
    if not issubclass(declared, wanted):
        found.add(
            f"{config_class.__name__}.{step.name} is a {declared.__name__}, but the "
            f"step takes a {wanted.__name__}",
            f"write {step.name}: {wanted.__name__}",
        )


def _shown(value: object) -> str:
    return value.__name__ if isinstance(value, type) else repr(value)
