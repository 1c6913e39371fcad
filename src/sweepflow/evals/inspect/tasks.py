"""Tasks of Inspect: where they are defined, and how they are made."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweepflow.evals.errors import EvaluationError
from sweepflow.workflow.importing import (
    look_here_first,
    project_folder,
    working_directory,
)
from sweepflow.workflow.named import bound_names
from sweepflow.workflow.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inspect_ai import Task


@dataclass(frozen=True, slots=True)
class TaskRef:
    """Where a task is defined: the function of a module, or of a file."""

    text: str
    source: Path
    module: str | None
    function: str


def find_task(text: str) -> TaskRef:
    """Find where a task is defined, without running any of it.

    It is looked for in the project's folder, in the working folder, and a module then
    wherever this process imports from.

    Args:
        text: As `module:function`, `file.py:function` or `file.py@function`.

    Raises:
        EvaluationError: There is no such module, file or function.
    """
    where, _, function = text.rpartition("@" if "@" in text else ":")
    if not where or not function.isidentifier():
        raise EvaluationError(
            f"{text!r} does not name a task",
            hint="write `package.module:function` or `path/to/file.py:function`",
        )
    is_file = "@" in text or where.endswith(".py")
    source = _file(where, text) if is_file else _source(where, text)
    names = bound_names(source)
    if names is not None and function not in names:
        raise EvaluationError(
            f"no {function!r} in {source}",
            hint=did_you_mean(function, sorted(names), "names there"),
        )
    return TaskRef(text, source, None if is_file else where, function)


def make_task(ref: TaskRef, args: Mapping[str, Any]) -> Task:
    """Import a task's code and call its function.

    A task of a file is at home in the folder of that file, as Inspect has it: the
    process changes to it.

    Raises:
        EvaluationError: The code raises something, the arguments are not those of the
            function, or what it gives is not a task.
    """
    from inspect_ai import Task

    found = _call(f"importing {ref.source}", lambda: _import(ref))
    _check_args(ref, found, args)
    made = _call(f"task {ref.text!r}", lambda: found(**args))
    if not isinstance(made, Task):
        raise EvaluationError(
            f"{ref.text!r} gives a {type(made).__name__} and not a task",
            hint="give an `inspect_ai.Task`",
        )
    return made


def _folders() -> list[Path]:
    return list(dict.fromkeys((project_folder(), working_directory())))


def _file(where: str, text: str) -> Path:
    for folder in _folders():
        if (folder / where).is_file():
            return folder / where
    raise EvaluationError(f"no file {where!r}, which task {text!r} is to be in")


def _source(module: str, text: str) -> Path:
    look_here_first()
    try:
        spec = importlib.util.find_spec(module)
    except ImportError as error:
        raise EvaluationError(f"no task {text!r}: {error}") from None
    if spec is None or spec.origin is None:
        raise EvaluationError(
            f"no module {module!r}, which task {text!r} is to be in",
            hint="check its spelling, and that it can be imported from here",
        )
    return Path(spec.origin)


def _import(ref: TaskRef) -> Callable[..., object]:
    if ref.module:
        return getattr(importlib.import_module(ref.module), ref.function)
    os.chdir(ref.source.parent)
    sys.path.insert(0, str(ref.source.parent))
    name = f"sweepflow_task_{ref.source.stem}"  # which hides no other module
    spec = importlib.util.spec_from_file_location(name, ref.source)
    if spec is None or spec.loader is None:
        raise ImportError(f"{ref.source} is not Python")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, ref.function)


def _check_args(
    ref: TaskRef, function: Callable[..., object], args: Mapping[str, Any]
) -> None:
    if not callable(function):
        raise EvaluationError(f"{ref.text!r} is not a function")
    signature = inspect.signature(function)
    parameters = signature.parameters.values()
    takes_any = any(one.kind is one.VAR_KEYWORD for one in parameters)
    for name in args:
        if name not in signature.parameters and not takes_any:
            raise EvaluationError(
                f"task {ref.text!r} takes no argument {name!r}",
                hint=did_you_mean(name, signature.parameters, "arguments"),
            )
    try:
        signature.bind(**args)
    except TypeError as error:
        raise EvaluationError(f"task {ref.text!r}: {error}") from None


def _call(what: str, function: Callable[[], Any]) -> Any:  # noqa: ANN401 - user's code
    try:
        return function()
    except EvaluationError:
        raise
    except Exception as error:
        traceback.print_exc()
        text = "".join(traceback.format_exception_only(error)).strip()
        raise EvaluationError(f"{what} raised {text}") from error
