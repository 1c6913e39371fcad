"""The command of a run: its environment, what ends it, and how it ended."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sweepflow.engine.step import CommandFailedError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from types import FrameType

    from sweepflow.operations.running.config import RunConfig
    from sweepflow.store.home import Home

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_NOT_THERE: Final = (
    "install it, or correct the operation; a path is seen from the run's folder, where "
    "its source code and what it requires are"
)
_HINTS: Final = {
    errno.ENOENT: _NOT_THERE,
    errno.ENOTDIR: _NOT_THERE,
    errno.EACCES: "make it executable with chmod +x, or put before it what reads it",
    errno.ENOEXEC: "begin it with a line such as #!/bin/sh, or put before it what "
    "reads it",
    errno.E2BIG: "give the long values in a file",
}


class Command:
    """Runs in the group of this process, which outlives it.

    A signal that ends a run is sent to the whole group. For the command it means what
    it always does; this process has to stay, to tell what there was up to then.
    """

    def __init__(
        self, argv: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> None:
        self._argv = argv
        self._folder = folder
        self._environment = environment
        self._noted: list[int] = []

    @property
    def was_signalled(self) -> bool:
        """Whether the run was asked to end."""
        return bool(self._noted)

    @contextmanager
    def interruptible(self) -> Generator[None]:
        """Let a signal end what is done in the context, and this process still not."""
        for signum in _SIGNALS:
            signal.signal(signum, self._interrupt)
        try:
            yield
        finally:
            for signum in _SIGNALS:
                signal.signal(signum, self._note)

    def start(self) -> subprocess.Popen[bytes]:
        """Start it. From here on signals do not end this process any more.

        Raises:
            CommandFailedError: It cannot be started.
        """
        for signum in _SIGNALS:
            signal.signal(signum, self._note)  # the command gets none of that
        try:
            child = subprocess.Popen(
                self._argv,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
            )
        except (OSError, ValueError) as error:
            raise self._not_started(error) from None
        for signum in list(self._noted):  # they came when it was not there yet
            child.send_signal(signum)
        return child

    def _note(self, signum: int, _frame: FrameType | None) -> None:
        self._noted.append(signum)

    def _interrupt(self, signum: int, _frame: FrameType | None) -> None:
        self._noted.append(signum)
        raise CommandFailedError("it was interrupted when its command had ended")

    def _not_started(self, error: OSError | ValueError) -> CommandFailedError:
        program = self._argv[0]
        if isinstance(error, ValueError):  # a NUL, which no argument can have
            return CommandFailedError(f"cannot run {program}: {error}")
        hint = _HINTS.get(error.errno or 0)
        is_there = "/" in program and (self._folder / program).is_file()
        if is_there and error.errno == errno.ENOENT:
            hint = "see that the program which its first line names is there"
        return CommandFailedError(f"cannot run {program}: {error.strerror}", hint=hint)


def check(code: int) -> None:
    """Say how a command failed, if it did.

    Raises:
        CommandFailedError: It did.
    """
    if code < 0:
        name = str(-code)
        with suppress(ValueError):  # a real-time signal
            name = signal.Signals(-code).name
        raise CommandFailedError(f"killed by {name}", code)
    if code:
        raise CommandFailedError(f"exit status {code}", code)


def environment(
    config: RunConfig, run_id: str, folder: Path, home: Home
) -> dict[str, str]:
    """Give the environment of the command.

    Args:
        config: Of the run.
        run_id: Its id.
        folder: Its folder.
        home: Where its store is.
    """
    variables = {**os.environ, **config.environment}
    project = Path(config.project)
    source = project if config.source_dest is None else folder / config.source_dest
    folders = [source, *(project / path for path in config.python_path)]
    paths = [*map(str, folders), variables.get("PYTHONPATH", "")]
    variables["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    variables.setdefault("PYTHONUNBUFFERED", "1")
    variables.setdefault("SWEEPFLOW_HOME", str(home.root))
    variables.setdefault("CMD_DIR", str(project))
    variables |= {"RUN_ID": run_id, "RUN_DIR": str(folder)}
    return variables | {"PROJECT_DIR": str(project)}
