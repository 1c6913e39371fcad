"""Training by Tinker keeps to what every backend does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("tinker")
pytest.importorskip("torch")

from sweepflow.training.local import tiny
from tests.training.contract import Contract, Setting, samples
from tests.training.servers.tinker import LARGEST_RANK, environment, serve

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


class TestTinker(Contract):
    @pytest.fixture(scope="class")
    def setting(
        self, class_home: Path, tmp_path_factory: pytest.TempPathFactory
    ) -> Generator[Setting]:
        folder = tmp_path_factory.mktemp("models") / "tiny"
        tiny.build(folder)
        with pytest.MonkeyPatch.context() as patch, serve(folder) as server:
            for name, value in environment(server).items():
                patch.setenv(name, value)
            small = {"n_epochs": 1, "batch_size": 2, "seed": 0}
            yield Setting(
                "tinker",
                "tiny",
                samples(6),
                small,
                long={**small, "n_epochs": 1000},
                failing={**small, "lora_rank": LARGEST_RANK + 1},
            )
