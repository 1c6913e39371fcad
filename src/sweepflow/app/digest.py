"""When are two configurations the same? When their digests are.

The digest is the SHA-256 of canonical JSON. The order of keys does not count, the order
of lists does. An Enum counts by its name and a path by its text, so that a value means
the same whether it was written in Python, in YAML or on the command line.
"""

from __future__ import annotations

import hashlib
import json
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, cast

from sweepflow.app.config import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

# What these say is true of one launch only, and is no part of the experiment.
_OF_THE_LAUNCH = ("hydra", "now")


def config_digest(config: object) -> str:
    """Give the digest of the resolved configuration, as 64 hexadecimal digits."""
    return _digest(_canonical(plain(config, keep=_OF_THE_LAUNCH)))


def overrides_digest(overrides: Iterable[str]) -> str:
    """Give the digest of a job's overrides; their order does not count."""
    return _digest(sorted(overrides))


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: object) -> object:
    if isinstance(value, dict):
        pairs = cast("dict[Any, Any]", value).items()
        # A key is written as JSON itself: the keys 1 and "1" are not the same.
        return {json.dumps(_scalar(key)): _canonical(item) for key, item in pairs}
    if isinstance(value, (list, tuple)):
        return [_canonical(item) for item in cast("list[Any]", value)]
    return _scalar(value)


def _scalar(value: object) -> object:
    match value:
        case Enum():
            return value.name
        case PurePath():
            return str(value)
        case bytes():
            return {"bytes": value.hex()}
        case str() | bool() | int() | float() | None:
            return value
        case _:
            return {"object": repr(value)}
