"""A public file, downloaded once and then taken from the disk.

It is kept under the cache folder by its address, so that it can be put there by hand
where there is no network. The folder is the caller's, else `SWEEPFLOW_ZOO_CACHE`, else
`sweepflow/zoo` in the user's cache folder. `SWEEPFLOW_ZOO_MIRROR` is the address of a
server that has the same files under `/<host>/<path>`; it is asked instead.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

from sweepflow.errors import SweepflowError

if TYPE_CHECKING:
    from http.client import HTTPResponse

CACHE = "SWEEPFLOW_ZOO_CACHE"
MIRROR = "SWEEPFLOW_ZOO_MIRROR"
TIMEOUT_SECONDS = 60
PAUSES_SECONDS = (0.5, 2.0)
"""Before the second and the third attempt."""

_MAY_PASS = {408, 429, 500, 502, 503, 504}


class FetchError(SweepflowError):
    """A public file cannot be downloaded, or not be kept."""

    exit_status = 1


def fetch(
    url: str, *, cache_dir: str | Path | None = None, refresh: bool = False
) -> Path:
    """Give the path of a file, which is downloaded if it is not there yet.

    Args:
        url: Its public address.
        cache_dir: Where files are kept, if not in the folder that the module names.
        refresh: Download it also if it is there.

    Raises:
        FetchError: It cannot be had, or not be written.
    """
    parts = urlsplit(url)
    path = _cache(cache_dir) / parts.netloc / parts.path.lstrip("/")
    if refresh or not path.exists():
        mirror = os.environ.get(MIRROR)
        source = f"{mirror.rstrip('/')}/{parts.netloc}{parts.path}" if mirror else url
        try:
            _download(source, path)
        except (OSError, HTTPException) as error:
            raise FetchError(
                f"{source} cannot be downloaded: {error}",
                hint="without a network, download it elsewhere and put it here as "
                f"{path}",
            ) from error
    return path


def _cache(folder: str | Path | None) -> Path:
    if chosen := folder or os.environ.get(CACHE):
        return Path(chosen).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "sweepflow" / "zoo"


def _download(source: str, path: Path) -> None:
    """Write the file, all of it or nothing; what may pass is tried again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        for pause in (*PAUSES_SECONDS, None):
            try:
                _read(source, temporary)
                break
            except (OSError, HTTPException) as error:
                if pause is None or not _may_pass(error):
                    raise
                time.sleep(pause)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _read(source: str, file: Path) -> None:
    answer: HTTPResponse
    with urlopen(source, timeout=TIMEOUT_SECONDS) as answer, file.open("wb") as out:  # noqa: S310 - of ours, or the user's mirror
        shutil.copyfileobj(answer, out)
        wanted = answer.headers.get("Content-Length")
    if wanted is not None and file.stat().st_size != int(wanted):
        raise ConnectionError(f"it ended before its {int(wanted):,} bytes")


def _may_pass(error: Exception) -> bool:
    """Tell whether another attempt may go better: not if the server says no."""
    return not isinstance(error, HTTPError) or error.code in _MAY_PASS
