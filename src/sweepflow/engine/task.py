"""A task: the smallest thing that runs, and how one ends."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from sweepflow.engine.policy import Resources

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sweepflow.engine.fingerprint import Code
    from sweepflow.engine.policy import Retry
    from sweepflow.store.records import AtomRecord, Json


@dataclass(frozen=True, slots=True)
class RunFile:
    """A text file that stands in the run's folder before its command starts.

    In an argument list it stands for its own absolute path, which is known only
    when the run has its folder.
    """

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """A program with its arguments; no shell reads them.

    Args:
        argv: The program, then its arguments.
        cwd: Absolute path of the working directory.
    """

    argv: tuple[str | RunFile, ...]
    cwd: str

    def display(self) -> str:
        """Give the command as one would type it; a file of the run by its name."""
        words = (w if isinstance(w, str) else f"<run>/{w.name}" for w in self.argv)
        return shlex.join(words)

    def files(self) -> tuple[RunFile, ...]:
        """Give the files that it gets."""
        return tuple(word for word in self.argv if isinstance(word, RunFile))


@dataclass(frozen=True, slots=True)
class Call:
    """A function, called with one list of strings in a process of its own.

    Args:
        ref: `package.module.function`, importable from `cwd`.
        args: The list that is its only argument.
        cwd: Absolute path of the working directory.
    """

    ref: str
    args: tuple[str, ...]
    cwd: str

    def display(self) -> str:
        """Give the call as Python code."""
        return f"{self.ref}({list(self.args)!r})"

    def files(self) -> tuple[RunFile, ...]:
        """Give none: a call gets its list, and that is all."""
        return ()


@dataclass(frozen=True, slots=True)
class StepCall:
    """A Python function that makes artifacts of artifacts.

    How its inputs are handed over and its outputs collected is the front end's: the
    engine only finds `runner` and lets it do so (see `engine.step`).

    Args:
        ref: `package.module:name` of what runs.
        runner: `package.module:function`, of the front end.
        config: What it gets beside its inputs, as JSON.
        config_class: `package.module:name` of what that is to be made into, if it is.
        outputs: See `Task.outputs`.
        cwd: Absolute path of the working directory.
        is_async: Whether it is to be awaited.
        live: The thing that `ref` names, for a process that has it already.
        by_value: Gives a pickle of `live` for another process of this machine, which
            goes through a pipe and is stored nowhere; or None where `ref` and `config`
            have to do.
        modules: What another process has to import for it.
    """

    ref: str
    runner: str
    config: Json
    config_class: str | None
    outputs: Mapping[str, str] | None
    cwd: str
    is_async: bool = False
    live: object = field(default=None, repr=False, compare=False)
    by_value: Callable[[], bytes | None] = field(
        default=lambda: None, repr=False, compare=False
    )
    modules: tuple[str, ...] = ()

    def display(self) -> str:
        """Give the name of what runs."""
        return self.ref

    def files(self) -> tuple[RunFile, ...]:
        """Give none: a step gets its configuration and its inputs."""
        return ()


Action: TypeAlias = Command | Call | StepCall


@dataclass(frozen=True, slots=True)
class AtomRef:
    """An input that is there before the plan starts."""

    atom: AtomRecord


@dataclass(frozen=True, slots=True)
class OutputRef:
    """An input that another task makes.

    Args:
        name: Of the output.
        type: What it has to be.
        task: The key of the task that makes it; None for whichever task before this
            one in the plan does, among those whose outputs are not known beforehand.
    """

    name: str
    type: str
    task: str | None = None


Input: TypeAlias = AtomRef | OutputRef


@dataclass(frozen=True, slots=True)
class Identity:
    """What decides a task's result beside its action, parameters and inputs.

    Args:
        code: The code that it reaches.
        depends_on: What it declared to depend on, with a digest or version of each:
            `env:NAME`, `file:PATH`, `package:NAME`.
    """

    code: Code
    depends_on: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Task:
    """One node of a plan.

    Args:
        key: Its name, unique within the plan.
        action: What runs.
        params: The parameters that it stands for, by dotted name, as recorded.
        after: Keys of the tasks that must have succeeded before this one starts.
        timeout: Seconds after which an attempt is ended, or None for no limit.
        inputs: What it gets, by name.
        outputs: The types of what it makes, by name; None where that is not known
            before it has run.
        identity: What is needed to tell whether its result is known already; None
            where it is to run in any case.
        retry: When to try again; None for the errors that pass by themselves.
        resources: What it needs for itself while it runs.
    """

    key: str
    action: Action
    params: Mapping[str, Json] = field(default_factory=dict[str, "Json"])
    after: tuple[str, ...] = ()
    timeout: float | None = None
    inputs: Mapping[str, Input] = field(default_factory=dict[str, Input])
    outputs: Mapping[str, str] | None = field(default_factory=dict[str, str])
    identity: Identity | None = None
    retry: Retry | None = None
    resources: Resources = field(default_factory=Resources)

    def waits_for(self) -> set[str]:
        """Give the keys of the tasks that it is known to wait for."""
        refs = (ref for ref in self.inputs.values() if isinstance(ref, OutputRef))
        return {*self.after, *(ref.task for ref in refs if ref.task is not None)}


Status: TypeAlias = Literal["completed", "cached", "failed", "interrupted", "skipped"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task ended.

    Args:
        status: `completed`; `cached`, its outputs taken from an earlier run; `failed`
            by itself; `interrupted` from outside; or `skipped`, never started because
            of `error`.
        exit_code: The command's own exit status; negative is minus the signal
            that killed it; None where no process came to exit.
        error: Why it did not complete, in a few words.
    """

    status: Status
    exit_code: int | None = None
    error: str | None = None

    @property
    def is_done(self) -> bool:
        """Whether what waits for the task may go on."""
        return self.status in {"completed", "cached"}
