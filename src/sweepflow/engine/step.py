"""Performing a step, in whatever process it landed.

What a step's function gets and gives is its front end's to know. That names a *runner*,
which the engine finds here by its name, since it imports no front end.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from sweepflow.engine.attempt import Findings, StepResult
from sweepflow.engine.policy import family
from sweepflow.errors import SweepflowError
from sweepflow.store.store import Store, use_store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from sweepflow.engine.attempt import TaskSpec
    from sweepflow.engine.task import StepCall
    from sweepflow.store.records import Output

LONGEST_ERROR = 1000
"""Characters of what was raised that are recorded; the output has all of it."""

_OURS = str(Path(__file__).parents[1])


@dataclass(frozen=True, slots=True)
class Work:
    """What a runner makes of a step.

    Args:
        call: Calls the user's function; of an async one, gives what is to be awaited.
        collect: Checks what the function returned and stores it, without waiting for
            the disk: whoever records it does that.
        findings: Gives what is to be recorded beside, however the call has ended.
    """

    call: Callable[[], object]
    collect: Callable[[object], tuple[Output, ...]]
    findings: Callable[[], Findings] = Findings


class CommandFailedError(SweepflowError):
    """A command that a step ran has failed.

    Args:
        message: How.
        exit_code: Its own; negative is minus the signal that killed it.
        hint: What a user may do about it.
    """

    def __init__(
        self, message: str, exit_code: int | None = None, *, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code


class Runner(Protocol):
    """Prepares a step of one front end; may raise SweepflowError."""

    def __call__(self, spec: TaskSpec, workspace: Path, store: Store) -> Work: ...


def find(ref: str) -> object:
    """Import what `package.module:name` names.

    Raises:
        ImportError: There is no such module.
        AttributeError: It has no such name.
    """
    module, _, names = ref.partition(":")
    return reduce(getattr, names.split("."), importlib.import_module(module))


def perform(spec: TaskSpec, workspace: Path, store: Store) -> StepResult:
    """Perform a plain step, and say how that ended; it raises nothing."""
    work = None
    try:
        with use_store(store):
            work = _prepare(spec, workspace, store)
            made = work.call()
            if inspect.isawaitable(made):  # of a function that does not look async
                made = _run(made)
            result = StepResult(work.collect(made))
    except BaseException as error:  # noqa: BLE001 - also sys.exit, from user's code
        result = _failure(error)
    return replace(result, findings=work.findings()) if work else result


async def perform_async(spec: TaskSpec, workspace: Path, store: Store) -> StepResult:
    """Perform an async step; of what is raised, only its being cancelled is."""
    import asyncio

    work = None
    try:
        with use_store(store):
            work = _prepare(spec, workspace, store)
            made = await cast("Awaitable[object]", work.call())
            result = StepResult(work.collect(made))
    except (asyncio.CancelledError, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - sys.exit would end the whole loop
        result = _failure(error)
    return replace(result, findings=work.findings()) if work else result


def _run(work: Awaitable[object]) -> object:
    import asyncio  # takes a while

    async def wait() -> object:
        return await work

    return asyncio.run(wait())


def _prepare(spec: TaskSpec, workspace: Path, store: Store) -> Work:
    action = cast("StepCall", spec.action)
    runner = cast("Runner", find(action.runner))
    return runner(spec, workspace, store)


def _failure(error: BaseException) -> StepResult:
    if isinstance(error, SweepflowError):  # says by itself what is to be done
        text = str(error)
    else:
        text = "".join(traceback.format_exception_only(error)).strip()
        _print(error.with_traceback(_users(error.__traceback__)))
    code = error.exit_code if isinstance(error, CommandFailedError) else None
    return StepResult(
        error=text[:LONGEST_ERROR], raised=family(type(error)), exit_code=code
    )


def _print(error: BaseException) -> None:
    with suppress(OSError, ValueError):  # the step may have closed the stream
        traceback.print_exception(error)
        sys.stderr.flush()


def _users(trace: TracebackType | None) -> TracebackType | None:
    """Drop the frames of ours that lead to the user's code."""
    at = trace
    while at and at.tb_frame.f_code.co_filename.startswith(_OURS):
        at = at.tb_next
    return at or trace
