"""From a job to a plan."""

from __future__ import annotations

import difflib
import os
import secrets
import shlex
import shutil
import sys
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.engine.plan import Plan
from sweepflow.engine.task import Call, Command, RunFile, RunInfo, Task
from sweepflow.errors import PlanError, ProjectError
from sweepflow.jobs.parameters import (
    Combinations,
    read_sets,
    split_words,
)
from sweepflow.project.find import working_directory
from sweepflow.sweep import DEFAULT_LIMIT
from sweepflow.sweep.scalars import read_params

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sweepflow.engine.task import Action
    from sweepflow.project import Job, Project
    from sweepflow.store.records import Json

PARAMETERS_FILE = "parameters.txt"
"""What a handler gets: a shell-quoted line of arguments for each combination."""

LONGEST_ARGUMENT = (1 << 17) - 1
"""Bytes of one that Linux still starts a program with (MAX_ARG_STRLEN less a NUL)."""


def find_job(project: Project, name: str) -> Job:
    """Give the job with this name.

    Raises:
        PlanError: There is none.
    """
    if name in project.jobs:
        return project.jobs[name]
    close = difflib.get_close_matches(name, project.jobs, n=1)
    known = ", ".join(project.jobs) or "none"
    raise PlanError(
        f"no job {name!r} in {project.file}",
        hint=f"did you mean {close[0]!r}?" if close else f"its jobs: {known}",
    )


def plan_job(  # noqa: PLR0913 - what the command line can say
    project: Project,
    job: Job,
    *,
    overrides: Sequence[str] = (),
    rest: Sequence[str] = (),
    cwd: Path | None = None,
    limit: int | None = DEFAULT_LIMIT,
) -> Plan:
    """Give the plan of a job: a task for each combination, or one for a handler.

    Args:
        project: Where the job stands.
        job: What to plan.
        overrides: Parameters from the command line; they win, and may be sweeps.
        rest: Arguments that the command gets untouched, behind all others.
        cwd: Where the commands run; by default where this process does.
        limit: How many combinations and values there may be; None for any number.

    Raises:
        ProjectError: The file says something that has no meaning.
        PlanError: There are more combinations than the limit.
        SweepSyntaxError: An override is not valid.
    """
    builder = _Builder(project, job, tuple(rest), str(cwd or working_directory()))
    sets = list(read_sets(project, job, overrides, limit))
    total = sum(item.count for item in sets)
    if limit is not None and total > limit:
        raise PlanError(
            f"job {job.name!r} has {total:,} combinations, more than {limit:,}",
            hint=f"write less, or allow it with --limit {total}",
        )
    if job.mode == "submit":
        return builder.handler(sets)
    return builder.one_each(sets, total)


def plan_trials(
    project: Project,
    job: Job,
    trials: Sequence[tuple[str, Sequence[str], Mapping[str, Json]]],
    *,
    add: Sequence[str] = (),
    rest: Sequence[str] = (),
) -> Plan:
    """Give the plan of trials that somebody else has chosen: a task for each.

    Args:
        project: Where the job stands.
        job: What to plan.
        trials: For each the key of its task, its parameters as overrides with one
            value each, and the facts to be recorded of its run.
        add: What stands behind the parameters.
        rest: As for `plan_job`.

    Raises:
        ProjectError: The file says something that has no meaning.
    """
    builder = _Builder(project, job, tuple(rest), str(working_directory()))
    return builder.trials(trials, list(add))


@dataclass(frozen=True)
class _Builder:
    """Builds the tasks of one job."""

    project: Project
    job: Job
    rest: tuple[str, ...]
    cwd: str

    def one_each(self, sets: Sequence[Combinations], total: int) -> Plan:
        """Give the plan of a `run` or a `call`: a task for each combination."""
        target = self._target()
        width = len(str(total))
        tasks = [
            Task(
                key=f"{self.job.name}.{n:0{width}}",
                action=self._action(target, line),
                params=params,
            )
            for n, (line, params) in enumerate(self._lines(sets), 1)
        ]
        return Plan(self.job.name, tuple(tasks))

    def handler(self, sets: Sequence[Combinations]) -> Plan:
        """Give the plan of a `submit`: one task that gets every combination."""
        lines = (line for line, _ in self._lines(sets))
        action = self._handling(self._target(), lines)
        return Plan(self.job.name, (Task(self.job.name, action),))

    def _handling(self, target: Sequence[str], lines: Iterable[list[str]]) -> Command:
        text = "".join(shlex.join(line) + "\n" for line in lines)
        file = RunFile(PARAMETERS_FILE, text)
        return Command((*target, *self.rest, file), self.cwd)

    def trials(
        self,
        trials: Sequence[tuple[str, Sequence[str], Mapping[str, Json]]],
        add: list[str],
    ) -> Plan:
        """Give the plan of trials: of a handler, which gets one at a time, too."""
        target = self._target()
        tasks: list[Task] = []
        for key, words, facts in trials:
            one = Combinations(1, iter([list(words)]), [], add)
            line, params = next(self._lines([one]))
            action = (
                self._handling(target, [line])
                if self.job.mode == "submit"
                else self._action(target, line)
            )
            info = RunInfo(facts=facts)
            tasks.append(Task(key=key, action=action, params=params, info=info))
        return Plan(self.job.name, tuple(tasks))

    def _lines(
        self, sets: Sequence[Combinations]
    ) -> Iterator[tuple[list[str], dict[str, Json]]]:
        """Give the arguments of each combination, and the parameters among them."""
        name = _as_hydra_text(self.job.name)
        for item in sets:
            for batch in item.batches:
                parameters = [*batch, *item.swept]
                params = read_params(parameters)
                ours = {
                    "hydra.job.name": name,
                    "hydra.sweep.dir": f"multirun/{secrets.token_hex(8)}",
                }
                added = [f"{k}={v}" for k, v in ours.items() if k not in params]
                yield ["--multirun", *parameters, *added, *item.add], params

    def _action(self, target: Sequence[str], line: Sequence[str]) -> Action:
        arguments = (*target[1:], *line, *self.rest)
        if self.job.mode == "call":
            return Call(target[0], arguments, self.cwd)
        for argument in arguments:
            _check_length(argument, self.job.name)
        return Command((target[0], *arguments), self.cwd)

    def _target(self) -> list[str]:
        """Split what the job names into words, and see that it is there."""
        mode = self.job.mode
        words = split_words(self.project, self.job, self.job.target, mode)
        if not words:
            raise ProjectError(
                f"{mode} of job {self.job.name!r} holds no command",
                place=self.project.place("jobs", self.job.name, mode),
                hint="write one; what stands behind a `#` is a comment",
            )
        problem = _missing_function if mode == "call" else _missing_command
        if message := problem(words[0], self.cwd):
            raise ProjectError(
                f"{mode} of job {self.job.name!r}: {message}",
                place=self.project.place("jobs", self.job.name, mode),
                hint="check its spelling, and that the right environment is active",
            )
        return words


def _check_length(argument: str, job: str) -> None:
    """Refuse what no command could be started with.

    Raises:
        PlanError: The argument is too long.
    """
    if len(argument) * 4 <= LONGEST_ARGUMENT:  # no character takes more bytes
        return
    size = len(os.fsencode(argument))
    if size > LONGEST_ARGUMENT:
        key = argument.partition("=")[0]
        raise PlanError(
            f"job {job!r} gives its command one argument of {size:,} bytes, "
            f"the system takes {LONGEST_ARGUMENT:,} at most: {argument[:40]}…",
            hint=f"move {key!r} from `all` to `each`, so that every command gets "
            "one value of it",
        )


def _as_hydra_text(name: str) -> str:
    """Quote a name that Hydra would read as a number or a constant."""
    constant = name.casefold() in {"true", "false", "null", "nan", "inf"}
    return f"'{name}'" if constant or name[0].isdigit() else name


def _missing_command(name: str, cwd: str) -> str | None:
    """Say that there is no such command, so that not every run must find it out."""
    found = Path(cwd, name).exists() if os.sep in name else shutil.which(name)
    return None if found else f"no command {name!r}"


def _missing_function(ref: str, cwd: str) -> str | None:
    """Say that there is no such module, as far as that is known without importing."""
    module, _, function = ref.rpartition(".")
    if not all(part.isidentifier() for part in (*module.split("."), function)):
        return f"{ref!r} is not written as package.module.function"
    root = module.partition(".")[0]
    path = [cwd, *sys.path]
    if root in sys.builtin_module_names or PathFinder.find_spec(root, path):
        return None
    return f"no module {root!r} in {cwd} or the environment"
