"""What the tests of evaluations share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the home of what is kept of an evaluation that fails."""
    home = tmp_path / "state"
    monkeypatch.setenv("SWEEPFLOW_HOME", str(home))
    for variable in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    return home


@pytest.fixture
def rows() -> Callable[[Path], list[dict[str, Any]]]:
    """Give the function that reads the samples of an evaluation."""
    return lambda folder: [
        json.loads(line)
        for line in (folder / "samples.jsonl").read_text("utf-8").splitlines()
    ]
