"""A configuration as MLflow parameters, so that runs can be compared in MLflow's UI."""

from __future__ import annotations

import hashlib
import logging
import posixpath
import re
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

from sweepflow.app.config import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlflow.entities import Run

logger = logging.getLogger(__name__)

# MLflow's own limits; it refuses the whole batch when one parameter is beyond them.
_BATCH = 100
_KEY_LENGTH = 250
_VALUE_LENGTH = 6000

# A parameter can be read by everyone who sees the run.
_MAY_BE_SECRET = ("oc.env",)


def flatten(config: object) -> dict[str, str]:
    """Give the resolved configuration as parameters with dotted keys.

    `{"model": {"layers": [64]}}` becomes `{"model.layers.0": "64"}`; an empty list or
    dict is a value. Environment variables stay the text `${oc.env:NAME}`. Keys and
    values that MLflow would refuse are changed in a marked way; of two keys that become
    the same the first one counts.
    """
    params: dict[str, str] = {}
    for path, value in _leaves(plain(config, keep=_MAY_BE_SECRET), ()):
        params.setdefault(_key(".".join(path)), _text(value))
    return params


def log_params(run: Run, config: object) -> None:
    """Log the configuration as parameters of `run`.

    A parameter of MLflow cannot change. Where an earlier attempt of the same run logged
    another value (as under `match_overrides`), that one stays, and a warning says so.
    """
    import mlflow
    from mlflow.entities import Param

    known = run.data.params
    params = flatten(config)
    changed = [key for key, value in params.items() if known.get(key, value) != value]
    if changed:
        logger.warning(
            "MLflow keeps the first values of the parameters %s of run %s; "
            "the present ones are in its .hydra/config.yaml",
            ", ".join(changed),
            run.info.run_id,
        )
    new = [Param(key, value) for key, value in params.items() if key not in known]
    client = mlflow.MlflowClient()
    for start in range(0, len(new), _BATCH):
        client.log_batch(run.info.run_id, params=new[start : start + _BATCH])


def _leaves(
    value: object, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(value, dict) and value:
        for key, child in cast("dict[Any, Any]", value).items():
            yield from _leaves(child, (*path, _text(key)))
    elif isinstance(value, (list, tuple)) and value:
        for index, child in enumerate(cast("list[Any]", value)):
            yield from _leaves(child, (*path, str(index)))
    elif path:
        yield path, value


def _text(value: object) -> str:
    text = value.name if isinstance(value, Enum) else str(value)
    if len(text) <= _VALUE_LENGTH:
        return text
    mark = f"… [{len(text)} characters in all]"
    return text[: _VALUE_LENGTH - len(mark)] + mark


def _key(key: str) -> str:
    key = re.sub(r"[^\w\-. :/]", "_", key, flags=re.ASCII)
    if key != posixpath.normpath(key) or key.startswith(("/", "..")) or key == ".":
        key = re.sub(r"[/.]", "_", key)  # MLflow refuses what looks like another path
    if len(key) <= _KEY_LENGTH:
        return key
    return f"{key[: _KEY_LENGTH - 9]}_{hashlib.sha256(key.encode()).hexdigest()[:8]}"
