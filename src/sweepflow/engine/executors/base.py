"""The contract between the engine and a place where workers run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from concurrent.futures import Future

    from sweepflow.engine.attempt import Attempt, ExitRecord, TaskSpec


class Executor(Protocol):
    """Starts a worker for an attempt, somewhere, and says when it has ended.

    An executor only submits, cancels and waits. Where another process does the work,
    what an attempt is, and how it ended, stands in its folder, which both sides see.
    Methods are called from one thread; futures may be completed from any.
    """

    def leaves_record(self, spec: TaskSpec) -> bool:
        """Say whether an attempt may end after this process has died, and tell how."""
        ...

    def submit(self, attempt: Attempt, spec: TaskSpec) -> Future[ExitRecord]:
        """Start a worker for an attempt; its folder is made here, where one is needed.

        The future always gets a result: the worker's exit record, or one that says
        how the worker was lost or could not start. It never gets an exception.
        """
        ...

    def cancel(self, attempt: Attempt, signum: int) -> None:
        """Pass a signal on to the child of an attempt that runs.

        The first asks it to end, the second kills it, and any further one kills the
        worker too, should that not answer. Its future is completed when it has ended.
        Cancelling what has ended does nothing.
        """
        ...

    def close(self) -> None:
        """Give up what the executor holds; what still runs is ended first.

        Closing twice does nothing more.
        """
        ...
