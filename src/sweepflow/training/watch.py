"""The processes that drive trainings: started, followed, started again, ended."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sweepflow.training.record import Reader

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from sweepflow.training.jobs import Job
    from sweepflow.training.run import Listener

OUTPUT: Final = "output.log"

BUSY: Final = 75
"""The exit status of a process that found another one at work."""

_LOOK_SECONDS: Final = 0.1
_PATIENCE_SECONDS: Final = 0.5
_GRACE_SECONDS: Final = 20.0
_DEATHS: Final = 3

_log = logging.getLogger(__name__)

_starting = threading.Lock()
_children: dict[tuple[int, Path], subprocess.Popen[bytes]] = {}
"""By our own process and the job's folder: a fork of ours has no children yet."""


@contextmanager
def hold(job: Job) -> Generator[None]:
    """Hold a job's lock. Whoever only looks whether it is free is waited for.

    Raises:
        BlockingIOError: Somebody is at work on the job.
    """
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            lock = job.lock(wait=False)
            lock.__enter__()
        except BlockingIOError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            break
    try:
        yield
    finally:
        lock.__exit__(None, None, None)


def is_worked_on(job: Job) -> bool:
    """Tell whether a process is at work on a job, or is about to be."""
    child = _children.get((os.getpid(), job.folder))
    if child and child.poll() is None:
        return True
    try:
        with job.lock(wait=False):
            return False
    except BlockingIOError:
        return True


def begin(job: Job) -> None:
    """Start a process that works on a job, unless this one has such a child."""
    key = (os.getpid(), job.folder)
    with _starting:
        child = _children.get(key)
        if child is None or child.poll() is not None:
            _children[key] = _start(job)


def _start(job: Job) -> subprocess.Popen[bytes]:
    # Models are kept beside trainings, in the home of the store.
    environment = os.environ | {"SWEEPFLOW_HOME": str(job.folder.parents[1])}
    with (job.folder / OUTPUT).open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-u", "-m", "sweepflow.training.drive", str(job.folder)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


def end(job: Job) -> None:
    """End the process that this one has started for a job, if it has."""
    child = _children.get((os.getpid(), job.folder))
    if child and child.poll() is None:
        child.terminate()
        try:
            child.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()


def watch(job: Job, listener: Listener) -> Job:
    """Follow a job to its end, which is given; see to it that somebody works on it."""
    told = Reader(job.folder)
    deaths = _Deaths()
    while True:
        is_going_on = is_worked_on(job)
        job = job.reread()
        for progress in told.new():
            deaths.forget()
            listener(progress)
        if job.ended:
            return job
        if is_going_on:
            time.sleep(_LOOK_SECONDS)
        else:
            _go_on(job, deaths)


class _Deaths:
    """Counts how often processes died without getting any further."""

    def __init__(self) -> None:
        self.count = 0

    def forget(self) -> None:
        self.count = 0

    def add(self) -> bool:
        """Count one, and tell whether that is enough."""
        self.count += 1
        return self.count >= _DEATHS


def _go_on(job: Job, deaths: _Deaths) -> None:
    child = _children.pop((os.getpid(), job.folder), None)
    if child and child.returncode not in {0, BUSY}:
        how = _how_it_ended(child.returncode)
        if deaths.add():
            return _give_up(
                job, f"its process {how}, {_DEATHS} times{_last_words(job)}"
            )
        _log.warning("the process of training %s %s: it goes on", job.job_id, how)
    return begin(job)


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"ended with status {code}"
    name = signal.Signals(-code).name
    return f"was killed by {name}" + (
        " (the system does that where memory runs out)" if name == "SIGKILL" else ""
    )


def _give_up(job: Job, message: str) -> None:
    with job.lock():
        if not (job := job.reread()).ended:
            job.update(ended="failed", message=message)


def _last_words(job: Job) -> str:
    text = (job.folder / OUTPUT).read_text("utf-8", "replace").strip()
    return f"; it said: {text.splitlines()[-1]}" if text else ""
