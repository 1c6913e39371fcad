"""Training by OpenAI keeps to what all backends do, and makes a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("openai")

from openai import OpenAI

from sweepflow.training import get_backend
from tests.training.contract import LINE, Contract, Setting, samples
from tests.training.servers.openai import KEY, OpenAIServer
from tests.training.servers.trainers import as_told, tiny

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

MODEL = "gpt-4.1-nano-2025-04-14"


@pytest.fixture(scope="class")
def server(class_home: Path) -> Generator[OpenAIServer]:
    with OpenAIServer() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
        patch.setenv("OPENAI_API_KEY", KEY)
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.setattr("sweepflow.training.hosted.run.FIRST_POLL", 0.05)
        yield server


class TestOpenAI(Contract):
    @pytest.fixture(scope="class")
    @classmethod
    def setting(cls, server: OpenAIServer) -> Setting:
        server.trainer = as_told
        return Setting(
            "openai",
            MODEL,
            samples(6),
            {"n_epochs": 1, "seed": 0},
            long={"n_epochs": 1000},
            failing={"n_epochs": 13},
        )


def test_what_was_trained_answers(server: OpenAIServer) -> None:
    pytest.importorskip("transformers")
    server.trainer = tiny
    run = get_backend("openai").train(samples(24), MODEL)
    model = run.wait()
    assert model.curve[-1].metrics["loss"] < model.curve[0].metrics["loss"]
    said = OpenAI().chat.completions.create(
        model=model.model_id,
        messages=[{"role": "user", "content": "Say 99, please."}],
    )
    assert said.choices[0].message.content == LINE
