"""The process of a call: imports a function and calls it with its list.

    python -m sweepflow.engine.call FOLDER

FOLDER is the folder of an attempt whose action is a call. It is an interpreter of its
own, so that threads, exit functions and exit statuses mean what they always mean.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.engine.attempt import Attempt
from sweepflow.engine.task import Call

if TYPE_CHECKING:
    from collections.abc import Callable


def find_function(ref: str) -> Callable[[list[str]], object]:
    """Import `package.module.function`; exit with a message if it is no function."""
    module, _, name = ref.rpartition(".")
    function = getattr(importlib.import_module(module), name, None)
    if not callable(function):
        sys.exit(f"error: module {module!r} has no function {name!r}")
    return function


def main(folder: Path) -> None:
    """Do what the attempt's spec says."""
    action = Attempt(folder).read_spec().action
    assert isinstance(action, Call)  # noqa: S101 - the worker starts nothing else here
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - as the interpreter writes it
    sys.argv = [action.ref, *action.args]
    find_function(action.ref)(list(action.args))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
