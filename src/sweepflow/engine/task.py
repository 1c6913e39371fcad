"""A task: the smallest thing that runs, and how one ends."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping


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


Action: TypeAlias = Command | Call


@dataclass(frozen=True, slots=True)
class Task:
    """One node of a plan.

    Args:
        key: Its name, unique within the plan.
        action: What runs.
        params: The parameters that it stands for, by name, as recorded.
        after: Keys of the tasks that must have succeeded before this one starts.
        timeout: Seconds after which it is ended, or None for no limit.
    """

    key: str
    action: Action
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    after: tuple[str, ...] = ()
    timeout: float | None = None


Status: TypeAlias = Literal["completed", "failed", "interrupted", "skipped"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task ended.

    Args:
        status: `completed`; `failed` by itself; `interrupted` from outside; or
            `skipped`, never started because of `error`.
        exit_code: The command's own exit status; negative is minus the signal
            that killed it; None where no process came to exit.
        error: Why it did not complete, in a few words.
    """

    status: Status
    exit_code: int | None = None
    error: str | None = None
