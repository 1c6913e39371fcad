"""A run of an operation, as the engine asks for it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from sweepflow.engine.attempt import Attempt, Findings
from sweepflow.engine.scalars import compiled
from sweepflow.engine.step import Work
from sweepflow.operations.running.command import Command, check, environment
from sweepflow.operations.running.config import RunConfig
from sweepflow.operations.running.folder import RunFolder
from sweepflow.operations.running.log import warn
from sweepflow.operations.running.needs import Needs
from sweepflow.operations.running.numbers import Numbers
from sweepflow.operations.running.outputs import find, store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sweepflow.engine.attempt import TaskSpec
    from sweepflow.engine.task import StepCall
    from sweepflow.operations.running.outputs import Generated
    from sweepflow.store.records import Json, Output
    from sweepflow.store.store import Store

_SECONDS_LEFT: Final = 5.0
"""For reading output, when the run is to end: soon this process will be killed."""

_MOST_PROBLEMS: Final = 10
"""Files that cannot be stored which are told."""


def prepare(spec: TaskSpec, workspace: Path, store: Store) -> Work:
    """Prepare a run of an operation; see `sweepflow.engine.step.Runner`.

    The process must be the run's own: what it does with signals is not undone.

    Raises:
        ProjectError: A pattern of the operation's scalars is none.
    """
    run = _Run(spec, Attempt(workspace.parent).output, store)
    return Work(run.call, run.collect, run.findings)


class _Run:
    def __init__(self, spec: TaskSpec, output: Path, store: Store) -> None:
        config = RunConfig.from_json(cast("StepCall", spec.action).config)
        path = store.home.run(spec.run_id)
        variables = environment(config, spec.run_id, path, store.home)
        patterns = compiled(config.output_scalars)
        self._spec = spec
        self._config = config
        self._store = store
        self._folder = RunFolder(path, config.restart)
        self._numbers = Numbers(output, patterns, config.flag_names)
        self._command = Command(config.argv, path, variables)
        self._made: Generated | None = None

    def call(self) -> None:
        """Make the folder ready, run the command there, and wait for it."""
        self._prepare()
        child = self._command.start()
        with self._numbers.following():
            code = child.wait()
        check(code)

    def collect(self, _returned: object) -> tuple[Output, ...]:
        """Store what the run made."""
        folder = self._folder
        with self._command.interruptible():
            made = self._made = find(folder.path, folder.prepared)
            for problem in made.problems[:_MOST_PROBLEMS]:
                warn(f"not stored: {problem}")
            if len(made.problems) > _MOST_PROBLEMS:
                warn(f"not stored: {len(made.problems) - _MOST_PROBLEMS} more")
            return tuple(store(folder.path, made.files, self._store.objects))

    def findings(self) -> Findings:
        """Give what is to be recorded, however the run has ended."""
        left = _SECONDS_LEFT if self._command.was_signalled else None
        return Findings(self._numbers.finish(left), self._facts())

    def _prepare(self) -> None:
        config, folder = self._config, self._folder
        project = Path(config.project)
        wanted = config.requirements, project, self._store, self._spec.origins
        needs = Needs(*wanted, config.flags)
        with folder.writing():
            for placed in needs.each(folder.path, folder.before, again=config.restart):
                folder.prepared.requirements.append(placed)
            source, dest = self._spec.source, config.source_dest
            if source is not None and dest is not None:
                required = (
                    need.source
                    for need in config.requirements
                    if need.kind in {"file", "config"}
                )
                folder.write_source(self._store.objects, source, dest, required)
            folder.write_files(config.files)
            folder.finish()

    def _not_placed(self) -> Iterator[dict[str, Json]]:
        """Give what is known of requirements that it did not come to, or could not."""
        count = len(self._folder.prepared.requirements)
        for need in self._config.requirements[count:]:
            yield need.told(self._spec.origins.get(need.name))

    def _facts(self) -> dict[str, Json]:
        folder, config = self._folder, self._config
        made = self._made or find(folder.path, folder.prepared)
        if folder.is_ready:
            folder.prepared.inputs = made.inputs
            with suppress(OSError):  # what is there from the start will do
                folder.prepared.save(folder.path)
        return {
            "folder": config.project,
            "file": config.file,
            "requirements": [*folder.prepared.requirements, *self._not_placed()],
            "inputs": made.inputs,
            "files": made.files,
            "compare": list(config.compare),
            "objective": config.objective,
        }
