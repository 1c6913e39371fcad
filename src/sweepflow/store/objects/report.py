"""What a place for objects raises, turned into what the user can mend."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sweepflow.errors import StoreError
from sweepflow.store.objects.backend import DamagedError

if TYPE_CHECKING:
    from collections.abc import Generator

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_AGAIN = "store the same content again, as by a run of what made it"


@contextmanager
def reported(doing: str, location: str) -> Generator[None]:
    """Report what goes wrong while doing something at a location."""
    try:
        yield
    except DamagedError as error:
        raise StoreError(
            f"cannot {doing}: the object {error} in {location} is missing or damaged",
            hint=_AGAIN,
        ) from None
    except OSError as error:
        where = f" ({os.fsdecode(error.filename)})" if error.filename else ""
        raise StoreError(
            f"cannot {doing}: {error.strerror or error}{where}",
            hint=f"make room in {location}, then do it again"
            if error.errno in _FULL
            else f"see that {location} can be reached, read and written",
        ) from error


@contextmanager
def reading(digest: str, location: str) -> Generator[None]:
    """Report likewise, where a file that is not found is the object itself."""
    with reported(f"read {digest}", location):
        try:
            yield
        except FileNotFoundError:
            raise StoreError(
                f"{location} has no object {digest}", hint=_AGAIN
            ) from None
