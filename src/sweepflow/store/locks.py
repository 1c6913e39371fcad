"""Locks between processes and threads, held on a file.

They are the kernel's (flock): a lock ends with the process that holds it, however that
ends. A forked child holds its parent's for as long as it lives, which is right: it may
be at work.
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
def exclusive(path: Path, *, wait: bool) -> Generator[None]:
    """Hold a lock that nobody else holds.

    Raises:
        BlockingIOError: Somebody does, and that is not to be waited for.
    """
    kind = fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB
    with _held(path, os.O_RDWR, kind):  # NFS wants it writable
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
