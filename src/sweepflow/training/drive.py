"""The process that drives a training: `python -m sweepflow.training.drive FOLDER`."""

from __future__ import annotations

import shutil
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sweepflow.errors import SweepflowError
from sweepflow.training.backend import get_backend
from sweepflow.training.driven import CANCEL, CHECKPOINTS, Driven, StoppedError
from sweepflow.training.errors import TrainingError
from sweepflow.training.jobs import Job
from sweepflow.training.record import Recorder
from sweepflow.training.watch import BUSY, hold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sweepflow.training.run import Status


class Wish:
    """Tells whether to stop: the training was cancelled, or a signal came."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / CANCEL
        self._is_signalled = False

    def __call__(self) -> bool:
        """Tell whether to stop."""
        return self._is_signalled or self.is_cancelled

    @property
    def is_cancelled(self) -> bool:
        """Whether nobody wants the training any more."""
        return self._file.exists()

    def listen(self) -> None:
        """Take signals from now on; only one that cannot be caught kills."""
        signal.signal(signal.SIGINT, self._take)
        signal.signal(signal.SIGTERM, self._take)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(signal.SIGHUP, self._take)

    def _take(self, _number: int, _frame: object) -> None:
        self._is_signalled = True


def drive(folder: Path) -> int:
    """Work on a job, unless it has ended or somebody else is at it.

    Returns:
        An exit status: 0 if the job has ended, 1 if it stopped before that.

    Raises:
        TrainingError: There is no job in the folder.
    """
    wish = Wish(folder)
    wish.listen()
    job = Job.at(folder)
    if job is None:
        raise TrainingError(f"{folder} is not the folder of a training")
    try:
        with hold(job):
            if not job.reread().ended:
                _work(job.reread(), wish)
            return 0 if job.reread().ended else 1
    except BlockingIOError:
        return BUSY


def _work(job: Job, wish: Wish) -> None:
    try:
        backend = cast("Driven", get_backend(job.request.backend))
        notes = backend.perform(job, Recorder(job.folder).add, wish)
    except StoppedError:
        if wish.is_cancelled:
            _end(job, "cancelled")
    except SweepflowError as error:
        traceback.print_exc()
        hint = f" ({error.hint})" if error.hint else ""
        _end(job, "failed", f"{error.message}{hint}")
    except Exception as error:  # noqa: BLE001 - whatever it is, who waits is told
        traceback.print_exc()
        _end(job, "failed", f"{type(error).__name__}: {error}")
    else:
        _succeed(job.reread(), notes)


def _end(job: Job, how: Status, message: str | None = None) -> None:
    job.reread().update(ended=how, message=message)


def _succeed(job: Job, notes: Mapping[str, Any]) -> None:
    job.update(ended="succeeded", notes={**job.notes, **notes})
    shutil.rmtree(job.folder / CHECKPOINTS, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(drive(Path(sys.argv[1])))
