"""What a file system is asked for: to write out, to share blocks, to link."""

# With pathlib, many small files take nearly twice the time.
# ruff: noqa: PTH108, PTH123

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FEW = 16
"""Up to how many files an fsync for each is the faster way."""

_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP}
_FICLONE = 0x40049409  # from linux/fs.h
_NO_CLONES = {
    *(errno.EOPNOTSUPP, errno.EXDEV, errno.EINVAL, errno.ENOTTY, errno.ENOSYS),
}


def write_out(paths: Iterable[str], count: int, within: str) -> None:
    """Return when files and folders, all on one file system, are on the disk."""
    if count > FEW and sync_file_system(within):
        return
    for path in paths:
        fsync(path)


def sync_file_system(folder: str) -> bool:
    """Write out the file system of a folder, and tell whether this system can."""
    import ctypes

    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        return False
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if syncfs(descriptor) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), folder)
    finally:
        os.close(descriptor)
    return True


def fsync(path: str) -> None:
    """Write out a file or a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write(path: str, data: bytes) -> None:
    """Make a read-only file, whatever the umask."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    try:
        os.fchmod(descriptor, 0o444)
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
    finally:
        os.close(descriptor)


def clone(source: str, target: Path) -> bool:
    """Make a file that shares its blocks with another until one of them is written."""
    try:
        with open(source, "rb") as original, open(target, "xb") as made:
            fcntl.ioctl(made, _FICLONE, original.fileno())
    except OSError as error:
        if error.errno not in _NO_CLONES:
            raise
        with suppress(FileNotFoundError):
            os.unlink(target)
        return False
    return True


def link(source: str, target: Path | str) -> bool:
    """Make a hard link, or tell that it cannot be."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        return False
    return True
