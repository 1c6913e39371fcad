"""Who uses a store, so that nothing is removed from under anyone's hands.

The lock is the kernel's (flock): it ends with the process that holds it, however that
ends, and counts threads and processes alike. A forked child holds its parent's for as
long as it lives, which is right: it may be at work.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@contextmanager
def shared(path: Path) -> Generator[None]:
    """Hold a lock that others may hold as well; wait for one who has it alone."""
    with _held(path, os.O_RDONLY, fcntl.LOCK_SH):
        yield


@contextmanager
def exclusive(path: Path) -> Generator[None]:
    """Hold a lock that nobody else holds.

    Raises:
        BlockingIOError: Somebody does.
    """
    with _held(path, os.O_RDWR, fcntl.LOCK_EX | fcntl.LOCK_NB):  # NFS wants it writable
        yield


@contextmanager
def _held(path: Path, access: int, kind: int) -> Generator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, access | os.O_CREAT, 0o666)
    try:
        fcntl.flock(descriptor, kind)
        yield
    finally:
        os.close(descriptor)
