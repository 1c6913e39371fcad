"""The files of an evaluation: its metrics, and a line for each sample."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sweepflow.atom.typed import METRICS, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def write_metrics(folder: Path, metrics: Mapping[str, float]) -> None:
    """Write the metrics of an evaluation, sorted by name.

    Raises:
        ValueError: One of them is not a finite number.
    """
    _write(folder / METRICS, _json(dict(metrics), indent=2))


def write_samples(folder: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write what is known of each sample.

    Raises:
        ValueError: A number in them is not finite.
    """
    _write(folder / SAMPLES, "".join(_json(dict(row)) for row in rows))


def _json(value: object, indent: int | None = None) -> str:
    text = json.dumps(
        value, indent=indent, sort_keys=True, ensure_ascii=False, allow_nan=False
    )
    return f"{text}\n"


def _write(file: Path, text: str) -> None:
    draft = file.with_name(f".{file.name}")
    draft.write_bytes(text.encode("utf-8", "surrogatepass"))
    draft.replace(file)
