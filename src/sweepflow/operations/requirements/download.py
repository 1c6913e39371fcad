"""Files from URLs, downloaded once into the cache."""

from __future__ import annotations

import http.client
import json
import re
import time
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

from sweepflow.operations.requirements.cached import (
    check_digest,
    file_digest,
    made_once,
)
from sweepflow.operations.requirements.errors import RequirementError
from sweepflow.store.records import sha256

if TYPE_CHECKING:
    from pathlib import Path

PAUSES: Final = (0.5, 2.0)
"""Seconds before another attempt, where the server or the way there failed."""

_RECORD: Final = ".sweepflow-download.json"
_TIMEOUT: Final = 60.0
_CHUNK: Final = 1 << 20


def downloaded(url: str, cache: Path, digest: str) -> Path:
    """Give the file that a URL stands for.

    Args:
        url: Of the web.
        cache: Where it is kept.
        digest: Its SHA-256 digest; empty if the project does not know it.

    Raises:
        RequirementError: It cannot be had, or is another one.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise RequirementError(
            f"url {url!r} is not one of the web", hint="write http://… or https://…"
        )
    name = _name(parts.path)

    def make(folder: Path) -> None:
        _download(url, folder / name)
        # Checked before it is kept: what is wrong is downloaded again the next time.
        check_digest(folder / name, digest, url)
        record = {"url": url, "sha256": file_digest(folder / name)}
        (folder / _RECORD).write_text(json.dumps(record), "utf-8")

    folder = made_once(cache / "downloads" / sha256(url), make)
    check_digest(folder / name, digest, url)
    return folder / name


def _name(path: str) -> str:
    name = re.sub(r"[^\w.+=@ -]", "_", unquote(PurePosixPath(path).name))
    return name if name.strip(".") else "download"


def _download(url: str, place: Path) -> None:
    for pause in (*PAUSES, None):
        try:
            _attempt(url, place)
        except HTTPError as error:
            error.close()
            problem = f"{error.code} {error.reason}"
            if error.code < 500 and error.code not in {408, 429}:
                pause = None  # noqa: PLW2901 - it would be the same the next time
        except URLError as error:
            problem = str(error.reason)
        except (OSError, http.client.HTTPException, ValueError) as error:
            problem = str(error) or type(error).__name__
        else:
            return
        if pause is None:
            raise RequirementError(
                f"cannot download {url}: {problem}",
                hint="is the address right, and can this machine reach it?",
            )
        time.sleep(pause)


def _attempt(url: str, place: Path) -> None:
    request = Request(url, headers={"User-Agent": "sweepflow"})  # noqa: S310
    with (
        urlopen(request, timeout=_TIMEOUT) as response,  # noqa: S310 - scheme is checked
        place.open("wb") as file,
    ):
        expected: str | None = response.headers.get("Content-Length")
        received = 0
        while chunk := response.read(_CHUNK):
            file.write(chunk)
            received += len(chunk)
    if expected is not None and received != int(expected):
        raise http.client.IncompleteRead(b"", int(expected) - received)
