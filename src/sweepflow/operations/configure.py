"""What the process of a run is told: its command, and all around it."""

from __future__ import annotations

import shlex
import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sweepflow.engine.worker import GPUS
from sweepflow.operations.flags.assignments import split_words
from sweepflow.operations.flags.command import as_argument
from sweepflow.operations.flags.destinations import invoke_command, invoke_main
from sweepflow.operations.flags.references import resolve
from sweepflow.operations.running.config import RunConfig

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sweepflow.operations.flags.destinations import Invocation
    from sweepflow.operations.flags.model import Value
    from sweepflow.operations.planned import Planned
    from sweepflow.operations.running.config import Need
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.models import Operation


def run_config(
    planned: Planned,
    operations: Operations,
    needs: Sequence[Need],
    *,
    gpus: str | None = None,
    restart: bool = False,
) -> RunConfig:
    """Give what the process of a run is told.

    Args:
        planned: The run.
        operations: Those of its project.
        needs: What it requires.
        gpus: The devices that it may use; None where nothing is said.
        restart: Whether it was started before.

    Raises:
        SweepflowError: References to flags cannot be filled in, or the configuration
            file that flags go into cannot be read.
    """
    operation = planned.operation
    values = planned.values
    called = _invocation(planned, values, operations)
    environment = {
        **{n: as_argument(resolve(v, values)) for n, v in operation.env.items()},
        **called.environment,
        **({} if gpus is None else {GPUS: gpus}),
    }
    return RunConfig(
        argv=called.argv,
        project=str(operations.root),
        file=str(operations.file),
        environment=environment,
        files=called.files,
        requirements=tuple(needs),
        flags=values,
        python_path=operation.python_path,
        source_dest=None if operation.sourcecode.off else operation.sourcecode.dest,
        output_scalars=operation.output_scalars,
        flag_names=tuple(flag.name for flag in planned.flags),
        compare=operation.compare,
        objective=operation.objective and operation.objective.model_dump(),
        restart=restart,
    )


def shown(config: RunConfig) -> str:
    """Give the command as one would type it, whatever this interpreter is called."""
    first, *rest = config.argv
    return shlex.join(["python" if first == sys.executable else first, *rest])


def _invocation(
    planned: Planned, values: Mapping[str, Value], operations: Operations
) -> Invocation:
    operation = planned.operation
    if operation.exec:
        return invoke_command(split_words(operation.exec), planned.flags, values)
    main, *arguments = split_words(operation.main)
    words = [_script(main, operation, operations), *arguments]
    return invoke_main(
        words, planned.destination, planned.flags, values, operations.root
    )


def _script(main: str, operation: Operation, operations: Operations) -> str:
    """Give a script as seen from the folder of the run, where a copy of it is."""
    if not (main.endswith(".py") or "/" in main):
        return main
    if operation.sourcecode.off:
        return str(operations.root / main)
    return str(PurePosixPath(operation.sourcecode.dest, main))
