"""What a task gets, once the tasks before it have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.engine.task import AtomRef, Made, OutputRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.engine.readiness import Readiness
    from sweepflow.engine.result import Result
    from sweepflow.engine.task import Input, Task
    from sweepflow.store.records import AtomRecord


class InputError(Exception):
    """A task cannot get what it wants; the text says why, for the user."""


def resolve(
    task: Task, readiness: Readiness, results: Mapping[str, Result]
) -> dict[str, AtomRecord]:
    """Give the inputs of a task by name.

    Raises:
        InputError: None of the tasks before it has made one, or of another type.
    """
    inputs: dict[str, AtomRecord] = {}
    for name, ref in task.inputs.items():
        if isinstance(ref, AtomRef):
            inputs[name] = ref.atom
        elif isinstance(ref, OutputRef):
            inputs[name] = _output(name, ref, readiness.maker(task, ref), results)
        elif maker := _first_done(name, ref, results):
            outputs = results[maker].outputs
            for output in ref.chosen(outputs):
                inputs[f"{name}/{output}"] = outputs[output]
    return inputs


def keys_of_choice(ref: Input) -> tuple[str, ...]:
    """Give the tasks of which an input wants any one that is done; none otherwise."""
    if isinstance(ref, Made):
        return ref.tasks
    return ref.among if isinstance(ref, OutputRef) else ()


def origins(task: Task, results: Mapping[str, Result]) -> dict[str, str]:
    """Give the ids of the runs that a task takes something from, by what it is called.

    For what was not made anew, that is the run that made it.
    """
    found = dict(task.info.origins)
    for name, ref in task.inputs.items():
        if isinstance(ref, Made) and (maker := _first_done(name, ref, results)):
            result = results[maker]
            found[name] = result.cached_from or result.run_id or ""
    return found


def _first_done(name: str, ref: Made, results: Mapping[str, Result]) -> str | None:
    done = (key for key in ref.tasks if results[key].outcome.is_done)
    key = next(done, None)
    if key is None and not ref.optional:
        raise InputError(f"what it gets {name!r} from did not complete")
    return key


def _output(
    name: str, ref: OutputRef, maker: str | None, results: Mapping[str, Result]
) -> AtomRecord:
    atom = results[maker].outputs.get(ref.name) if maker else None
    if atom is None:
        raise InputError(f"its input {name!r} was made by none of the steps before it")
    if atom.type != ref.type:
        raise InputError(
            f"its input {name!r} should be of type {ref.type!r}, "
            f"but {maker} made it of type {atom.type!r}"
        )
    return atom
