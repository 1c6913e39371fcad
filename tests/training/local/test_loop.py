"""The loop over batches: it can be left and entered, and always ends the same."""

from __future__ import annotations

import itertools
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch

from sweepflow.training import Progress, TrainingFailedError
from sweepflow.training.driven import StoppedError
from sweepflow.training.local import Hyperparameters, checkpoints
from sweepflow.training.local.loop import Loop, loss_of
from sweepflow.training.local.samples import Tokens, encode
from tests.training.contract import samples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CHOSEN = Hyperparameters(n_epochs=3, batch_size=4, lora_rank=0, learning_rate=3e-3)
STEPS = 9
Tokenizer: TypeAlias = Any  # of `transformers`


class Bench:
    """Trains the tiny model on ten samples."""

    def __init__(self, tiny_folder: Path, tokenizer: Tokenizer, folder: Path) -> None:
        self.base = tiny_folder
        self.samples = encode(samples(10), tokenizer, 200)
        self.folder = folder
        self.steps: list[Progress] = []
        self.chosen = CHOSEN

    def model(self) -> Any:  # noqa: ANN401 - of `transformers`
        import transformers

        kind: Any = transformers.AutoModelForCausalLM
        return kind.from_pretrained(self.base)

    def train(self, stop: Callable[[], bool] = lambda: False) -> dict[str, Any]:
        """Train, and give the weights."""
        self.steps.clear()
        model = self.model()
        loop = Loop(model, self.samples, self.chosen, self.folder)
        loop.run(self.steps.append, stop)
        return {name: each.detach() for name, each in model.named_parameters()}

    def train_until(self, step: int) -> None:
        """Train, and be stopped before a step, which counts from 0."""
        looks = itertools.count()
        with pytest.raises(StoppedError):
            self.train(lambda: next(looks) >= step)


@pytest.fixture
def bench(tiny_folder: Path, tokenizer: Tokenizer, tmp_path: Path) -> Bench:
    return Bench(tiny_folder, tokenizer, tmp_path)


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(
        torch.equal(one[name], other[name]) for name in one
    )


def test_the_loss_falls(bench: Bench) -> None:
    bench.train()
    assert [progress.step for progress in bench.steps] == list(range(1, STEPS + 1))
    assert {progress.total for progress in bench.steps} == {STEPS}
    losses = [progress.metrics["loss"] for progress in bench.steps]
    assert losses[-1] < losses[0] / 2


def test_the_seed_decides(bench: Bench) -> None:
    first = bench.train()
    assert same(first, bench.train())
    bench.chosen = replace(CHOSEN, seed=1)
    assert not same(first, bench.train())


def test_one_that_was_left_ends_the_same(bench: Bench, tmp_path: Path) -> None:
    whole = bench.train()
    curve = list(bench.steps)
    for step in (0, 4):
        bench.folder = tmp_path / f"left-{step}"
        bench.train_until(step)
        assert same(whole, bench.train())
        assert bench.steps == curve


def test_a_checkpoint_that_is_broken_is_passed_over(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = bench.train()
    bench.train_until(3)
    looks = itertools.count(3)
    with pytest.raises(StoppedError):
        bench.train(lambda: next(looks) >= 5)
    first, second = sorted(bench.folder.glob("step-*"))
    weights = bytearray((second / "weights.safetensors").read_bytes())
    weights[-1] ^= 1
    (second / "weights.safetensors").write_bytes(weights)
    assert same(whole, bench.train())
    said = capsys.readouterr().out
    assert f"{second.name} cannot be used: it is not as it was written" in said
    assert "going on after step 3" in said
    (first / "state.json").unlink()
    assert same(whole, bench.train())


def test_only_the_last_two_checkpoints_are_kept(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWEEPFLOW_CHECKPOINT_SECONDS", "0")
    monkeypatch.setattr("sweepflow.training.local.loop._MOST_OF_THE_TIME", 0)
    bench.train()
    names = sorted(path.name for path in bench.folder.iterdir())
    assert names == ["step-00000008", "step-00000009"]
    found = checkpoints.load(bench.folder)
    assert found
    assert len(found.curve) == STEPS


def test_a_loss_beyond_all_bounds_is_told(bench: Bench) -> None:
    bench.chosen = replace(CHOSEN, learning_rate=1e30)
    with pytest.raises(TrainingFailedError, match="at step 2") as error:
        bench.train()
    assert "lower learning_rate, which is 1e+30" in str(error.value)


def test_a_batch_that_trains_nothing_is_refused(bench: Bench) -> None:
    silent = Tokens((1, 2, 3), (False, False, False))
    with pytest.raises(TrainingFailedError, match="no token that is trained"):
        loss_of(bench.model(), [silent])


def test_the_loss_is_the_mean_over_what_is_trained(bench: Bench) -> None:
    model, batch = bench.model(), bench.samples[:3]
    batch = [batch[0], cut(batch[1], 3), cut(batch[2], 7)]
    total, count = 0.0, 0
    for sample in batch:
        logits = model(input_ids=torch.tensor([sample.ids])).logits[0]
        for place, is_trained in enumerate(sample.trained):
            if is_trained:
                scores = torch.log_softmax(logits[place - 1], dim=0)
                total -= float(scores[sample.ids[place]].detach())
                count += 1
    assert float(loss_of(model, batch).detach()) == pytest.approx(
        total / count, rel=1e-5
    )


def test_each_sample_is_seen_once_an_epoch(bench: Bench) -> None:
    loop = Loop(bench.model(), bench.samples, CHOSEN, bench.folder)
    steps = [[bench.samples.index(each) for each in loop.batch(n)] for n in range(6)]
    assert [len(step) for step in steps] == [4, 4, 2, 4, 4, 2]
    epochs = [[*chain(*steps[:3])], [*chain(*steps[3:])]]
    assert [sorted(epoch) for epoch in epochs] == [list(range(10))] * 2
    assert epochs[0] != epochs[1]


def cut(sample: Tokens, count: int) -> Tokens:
    return Tokens(sample.ids[:-count], sample.trained[:-count], is_cut=True)
