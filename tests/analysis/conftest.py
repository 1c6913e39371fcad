"""Folders of runs, as MLflow and Hydra leave them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sweepflow.analysis import Run, RunCollection

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any, TypeAlias

    Runs: TypeAlias = RunCollection[Run[Any, Any]]
    Load: TypeAlias = Callable[..., Runs]

HYDRA = """\
hydra:
  mode: RUN
  sweep:
    dir: multirun
  job:
    name: train
    chdir: null
"""


def write_run(folder: Path, config: str, hydra: str = HYDRA) -> Path:
    """Write the folder of a run with this configuration."""
    inner = folder / "artifacts" / ".hydra"
    inner.mkdir(parents=True)
    (inner / "config.yaml").write_text(config, "utf-8")
    (inner / "hydra.yaml").write_text(hydra, "utf-8")
    return folder


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Give runs with these configurations, named `r0`, `r1` and so on."""

    def load(*configs: str) -> Runs:
        root = tmp_path / "mlruns" / "1"
        folders = [write_run(root / f"r{n}", text) for n, text in enumerate(configs)]
        return Run.load(folders)

    return load


@pytest.fixture
def six(load: Load) -> Runs:
    """Give runs with widths of 100 and 200 and heights of 1, 2 and none."""
    return load(
        *(
            f"width: {width}\nheight: {height}\nmodel:\n  name: m{width}\n"
            f"  layers:\n  - {width}\n  - 3\ntwice: ${{width}}\n"
            for width in (100, 200)
            for height in (1, 2, "null")
        )
    )
