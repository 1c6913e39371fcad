"""What a task gets, once the tasks before it have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.engine.task import AtomRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.engine.readiness import Readiness
    from sweepflow.engine.result import Result
    from sweepflow.engine.task import OutputRef, Task
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
    return {
        name: ref.atom
        if isinstance(ref, AtomRef)
        else _output(name, ref, readiness.maker(task, ref), results)
        for name, ref in task.inputs.items()
    }


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
