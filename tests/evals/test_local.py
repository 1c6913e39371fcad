"""A local model is loaded from its folder and answers alike each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("inspect_ai")

from sweepflow.evals import Evaluation, Target, get_backend
from sweepflow.training.local.tiny import build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Rows = Callable[[Path], list[dict[str, Any]]]

TASK = "tests.evals.tasks:numbers"


def test_equal_evaluations_write_equal_files(tmp_path: Path, rows: Rows) -> None:
    model = _model(tmp_path)
    first, second = (_evaluate(model, tmp_path / name).folder for name in "ab")
    for name in ("metrics.json", "samples.jsonl"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    found = rows(first)
    assert [row["id"] for row in found] == [f"s{n}" for n in range(20)]
    assert all(row["completion"] for row in found)


def test_a_temperature_is_heeded(tmp_path: Path, rows: Rows) -> None:
    warm = {"temperature": 1.5, "epochs": 2}
    found = _evaluate(_model(tmp_path), tmp_path / "a", limit=1, eval_kwargs=warm)
    answers = [row["completion"] for row in rows(found.folder)]
    assert answers[0] != answers[1]  # to the same question


def _model(folder: Path) -> Target:
    build(folder / "model")
    return Target("local", "tiny", folder / "model")


def _evaluate(model: Target, folder: Path, **more: Any) -> Evaluation:  # noqa: ANN401
    backend = get_backend("inspect")
    return backend.evaluate(model, TASK, folder, task_args={"count": 20}, **more)
