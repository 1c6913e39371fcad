"""A task: the smallest thing that runs, and how one ends."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from sweepflow.engine.policy import Resources

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

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
        shown: How it is shown to people, and told from others, if not by `ref`.
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
    shown: str = ""

    def display(self) -> str:
        """Give the name of what runs, or the command that it stands for."""
        return self.shown or self.ref

    def files(self) -> tuple[RunFile, ...]:
        """Give none: a step gets its configuration and its inputs."""
        return ()


class Host(Protocol):
    """Makes the folder of a group's run into what its front end wants."""

    def begin(self, folder: Path) -> None:
        """Make the folder ready.

        Raises:
            SweepflowError: That cannot be.
        """
        ...

    def join(self, folder: Path, member: str, origin: str) -> None:
        """Take in the run `origin` of the task with the key `member`.

        Raises:
            SweepflowError: It cannot be.
        """
        ...

    def facts(self) -> dict[str, Json]:
        """Give what is to be recorded when it has ended."""
        ...


@dataclass(frozen=True, slots=True)
class Group:
    """Nothing that runs itself: a run that begins and ends with those of other tasks.

    Args:
        ref: What is shown.
        members: The keys of the tasks.
        cwd: Absolute path of the folder that it is run from.
        host: Makes its folder.
        tolerant: Whether it completes even if some of them do not.
        made: What belongs to its outputs already, since it goes on.
    """

    ref: str
    members: tuple[str, ...]
    cwd: str
    host: Host = field(repr=False, compare=False)
    tolerant: bool = False
    made: Mapping[str, AtomRecord] = field(default_factory=dict[str, "AtomRecord"])

    def display(self) -> str:
        """Give its name."""
        return self.ref

    def files(self) -> tuple[RunFile, ...]:
        """Give none."""
        return ()


Executable: TypeAlias = Command | Call | StepCall
Action: TypeAlias = Executable | Group


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
        among: Where it is None, the keys of the only tasks that may be meant, of which
            all have to end first.
    """

    name: str
    type: str
    task: str | None = None
    among: tuple[str, ...] = ()

    @property
    def is_sought(self) -> bool:
        """Whether any task before may be meant."""
        return self.task is None and not self.among


@dataclass(frozen=True, slots=True)
class Made:
    """An input that is all, or some, of what another task makes, whatever that is.

    It becomes as many inputs, `NAME/OUTPUT` each.

    Args:
        tasks: The keys of the tasks of which the first that is done is meant.
        chosen: Gives those of the names of its outputs that are meant.
        optional: Whether there need not be one.
    """

    tasks: tuple[str, ...]
    chosen: Callable[[Collection[str]], Collection[str]] = field(
        default=lambda names: names, repr=False, compare=False
    )
    optional: bool = False


Input: TypeAlias = AtomRef | OutputRef | Made


@dataclass(frozen=True, slots=True)
class Identity:
    """What decides a task's result beside its action, parameters and inputs.

    Args:
        code: The code that it reaches.
        depends_on: What it declared to depend on, with a digest or version of each:
            `env:NAME`, `file:PATH`, `package:NAME`.
        snapshot: Digest of the object that holds its source, where it is kept.
    """

    code: Code
    depends_on: Mapping[str, str] = field(default_factory=dict[str, str])
    snapshot: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of looking at a completed run.

    Args:
        summary: For people, on one line.
        failures: Why what waits for the task is not to go on, where it is not.
    """

    summary: str
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a task's run is recorded as, beside what the engine knows.

    Args:
        name: The name of what it is a run of; that of the plan if not given.
        task: What the task is called there; its key if not given.
        step: What the group that it belongs to calls it.
        parent: The run that it belongs to, where that is no group of the plan.
        run_id: The id that it is to have.
        attempts: How many there were at the run of that id, which goes on; None where
            there is no such run yet.
        origins: Runs that are there already and it takes something from, each by what
            that is called.
        facts: What a front end wants recorded from the start.
    """

    name: str = ""
    task: str = ""
    step: str | None = None
    parent: str | None = None
    label: str = ""
    tags: tuple[str, ...] = ()
    run_id: str = ""
    attempts: int | None = None
    origins: Mapping[str, str] = field(default_factory=dict[str, str])
    facts: Mapping[str, Json] = field(default_factory=dict[str, "Json"])


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
        identity: What is needed to tell whether its result is known already, or gives
            that when the task is about to start; None where nobody is to know it.
        reuse: Whether a known result will do. Otherwise it runs whatever others do or
            did, and its result is known from then on.
        outdated: Says of a known result, by its outputs, why it will not do any more;
            None where it will. It is asked before each use, and so is quick.
        retry: When to try again; None for the errors that pass by themselves.
        resources: What it needs for itself while it runs.
        check: Looks at a completed run, by its id. What it finds amiss is no failure
            of the run, but what waits for the task does not go on.
        info: What its run is recorded as.
    """

    key: str
    action: Action
    params: Mapping[str, Json] = field(default_factory=dict[str, "Json"])
    after: tuple[str, ...] = ()
    timeout: float | None = None
    inputs: Mapping[str, Input] = field(default_factory=dict[str, Input])
    outputs: Mapping[str, str] | None = field(default_factory=dict[str, str])
    identity: Identity | Callable[[], Identity] | None = None
    reuse: bool = True
    outdated: Callable[[Mapping[str, AtomRecord]], str | None] | None = field(
        default=None, repr=False, compare=False
    )
    retry: Retry | None = None
    resources: Resources = field(default_factory=Resources)
    check: Callable[[str], Checked] | None = field(
        default=None, repr=False, compare=False
    )
    info: RunInfo = field(default_factory=RunInfo)

    def identify(self) -> Identity | None:
        """Give its identity, as it is at this moment.

        Raises:
            SweepflowError: It cannot be told.
        """
        return self.identity() if callable(self.identity) else self.identity

    def waits_for(self) -> set[str]:
        """Give the keys of the tasks that it is known to wait for."""
        keys = {*self.after}
        if isinstance(self.action, Group):
            keys.update(self.action.members)
        for ref in self.inputs.values():
            if isinstance(ref, Made):
                keys.update(ref.tasks)
            elif isinstance(ref, OutputRef):
                keys.update(ref.among if ref.task is None else [ref.task])
        return keys


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
