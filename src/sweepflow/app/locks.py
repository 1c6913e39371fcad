"""Locks between processes, held by the kernel: whoever is killed lets go.

A lock is a POSIX record lock on a file that exists only while somebody holds the lock
or waits for it. Such a lock belongs to one process: its children do not inherit it (as
they would an flock), so that a data loader that outlives a killed app blocks nobody.
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.05
"""How often is looked whether a lock was let go."""


@contextmanager
def hold(path: Path, *, wait_for: str | None = None) -> Generator[None]:
    """Hold the lock named by `path`, waiting for it without a limit.

    Args:
        path: The lock's file; its folder must exist.
        wait_for: Named in a log line when the lock is not free at once.

    Raises:
        OSError: The file cannot be made or locked.
    """
    descriptor = _acquire(path, wait_for)
    try:
        yield
    finally:
        # While it is still held: whoever waits finds that its file is no longer the
        # one at `path`, and tries again.
        with suppress(FileNotFoundError):
            path.unlink()
        os.close(descriptor)


def _acquire(path: Path, wait_for: str | None) -> int:
    # It is looked now and then, since a Ctrl-C would not end a wait in the kernel:
    # Polars, which MLflow imports, has system calls go on after one. It ends a sleep.
    while (descriptor := _try(path)) is None:
        if wait_for:
            logger.info("Waiting for %s", wait_for)
            wait_for = None
        time.sleep(LOOK_SECONDS)
    return descriptor


def _try(path: Path) -> int | None:
    """Give the locked file, or None where somebody else has it, or had it just now."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(path, flags, 0o666)
    try:
        if _lock(descriptor) and _is_at(descriptor, path):
            return descriptor
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _lock(descriptor: int) -> bool:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # POSIX allows either
        return False
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
