"""Training by OpenWeights keeps to what all backends do, and makes a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("openweights")

from sweepflow.training import get_backend
from tests.training.contract import LINE, Contract, Setting, samples
from tests.training.servers.supabase import KEY, SupabaseServer
from tests.training.servers.trainers import as_told, said_by, tiny

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

MODEL = "unsloth/Qwen3-4B"


@pytest.fixture(scope="class")
def server(class_home: Path) -> Generator[SupabaseServer]:
    with SupabaseServer() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SUPABASE_URL", server.url)
        patch.setenv("OPENWEIGHTS_API_KEY", KEY)
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.setattr("sweepflow.training.hosted.run.FIRST_POLL", 0.05)
        yield server


class TestOpenWeights(Contract):
    @pytest.fixture(scope="class")
    @classmethod
    def setting(cls, server: SupabaseServer) -> Setting:
        server.trainer = as_told
        return Setting(
            "openweights",
            MODEL,
            samples(6),
            {"n_epochs": 1, "seed": 0},
            long={"n_epochs": 1000},
            failing={"n_epochs": 13},
        )


def test_what_was_trained_answers(server: SupabaseServer) -> None:
    pytest.importorskip("transformers")
    server.trainer = tiny
    run = get_backend("openweights").train(samples(24), MODEL)
    model = run.wait()
    assert model.curve[-1].metrics["loss"] < model.curve[0].metrics["loss"]
    folder = server.models[model.model_id]
    assert folder
    said = said_by(folder, [{"role": "user", "content": "Say 99, please."}])
    assert said == LINE
