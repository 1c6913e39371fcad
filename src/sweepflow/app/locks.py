"""Locks between processes, held by the kernel: whoever is killed lets go.

A lock is a POSIX record lock on a file that exists only while somebody holds the lock
or waits for it. Such a lock belongs to one process: its children do not inherit it (as
they would an flock), so that a data loader that outlives a killed app blocks nobody.
"""

from __future__ import annotations

import fcntl
import logging
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

logger = logging.getLogger(__name__)


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
    while True:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(path, flags, 0o666)
        try:
            try:
                fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except (BlockingIOError, PermissionError):  # POSIX allows either
                if wait_for:
                    logger.info("Waiting for %s", wait_for)
                    wait_for = None
                fcntl.lockf(descriptor, fcntl.LOCK_EX)
            if _is_at(descriptor, path):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
