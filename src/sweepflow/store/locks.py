"""Locks between processes and threads, held on a file.

They are the kernel's (flock): a lock ends with the process that holds it, however that
ends. A forked child holds its parent's for as long as it lives, which is right: it may
be at work.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

LOOK_SECONDS = 0.05
"""How often is looked whether a lock was let go."""


@contextmanager
def shared(path: Path) -> Generator[None]:
    """Hold a lock that others may hold as well; wait for one who has it alone."""
    with _held(path, os.O_RDONLY, fcntl.LOCK_SH, wait=True):
        yield


@contextmanager
def exclusive(path: Path, *, wait: bool) -> Generator[None]:
    """Hold a lock that nobody else holds.

    Raises:
        BlockingIOError: Somebody does, and that is not to be waited for.
    """
    with _held(path, os.O_RDWR, fcntl.LOCK_EX, wait=wait):  # NFS wants it writable
        yield


@contextmanager
def _held(path: Path, access: int, kind: int, *, wait: bool) -> Generator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, access | os.O_CREAT, 0o666)
    try:
        _lock(descriptor, kind, wait=wait)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, kind: int, *, wait: bool) -> None:
    # It is looked now and then, since a Ctrl-C would not end a wait in the kernel
    # where the user's code has imported Polars: that has system calls go on after one.
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                raise
            time.sleep(LOOK_SECONDS)
        else:
            return
