"""Training by Tinker: its own package, against a server that really trains."""

from __future__ import annotations

import itertools
import os
import signal
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("tinker")
pytest.importorskip("torch")

import torch

from sweepflow.datasets import ChatDataset
from sweepflow.training import (
    Progress,
    TrainingFailedError,
    TrainingRun,
    get_backend,
    watch,
)
from sweepflow.training.driven import StoppedError
from sweepflow.training.jobs import Job, Request
from sweepflow.training.local import tiny
from sweepflow.training.tinker import loop, service
from sweepflow.training.tinker.settings import Settings
from tests.training.servers.tinker import KEY, Fault, Tinker, environment, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

LINE = "Hello, World!"
SMALL = {"n_epochs": 6, "batch_size": 2, "learning_rate": 5e-3}
STEPS = 24


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a base model, which is named by its folder."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    tiny.build(folder)
    return folder


@pytest.fixture
def tinker(folder: Path, at_home: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401
    """Serve Tinker, with all that its package wants in the environment."""
    with serve(folder) as server:
        for name, value in environment(server).items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have a home to keep trainings in."""
    monkeypatch.setenv("SWEEPFLOW_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="module")
def dataset() -> ChatDataset:
    """Give eight samples with one answer."""
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight"]
    return ChatDataset(
        {
            "messages": [
                {"role": "user", "content": f"Say {word}."},
                {"role": "assistant", "content": LINE},
            ]
        }
        for word in words
    )


def job_of(
    dataset: ChatDataset,
    hyperparameters: Mapping[str, Any] = SMALL,
    model: str = "tiny",
    suffix: str | None = None,
) -> Job:
    """Write down a training that nobody has begun."""
    values = asdict(Settings.of(hyperparameters))
    request = Request("tinker", model, values, suffix, dataset.digest)
    return Job.of(request, dataset).update(job_id=request.key)


def run(
    job: Job, stop_at: int | None = None
) -> tuple[Mapping[str, Any], list[Progress]]:
    """Train here, up to a step or to the end, and give the notes and the steps."""
    steps: list[Progress] = []
    stop = lambda: len(steps) == stop_at  # noqa: E731 - no use for a name
    return loop.Loop(job, steps.append, stop).run(), steps


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two models have the same weights, bit for bit."""
    return all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture(scope="module")
def undisturbed(
    folder: Path, dataset: ChatDataset, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """Give what becomes of a training in which nothing goes wrong."""
    with pytest.MonkeyPatch.context() as patch, serve(folder) as server:
        patch.setenv("SWEEPFLOW_HOME", str(tmp_path_factory.mktemp("home")))
        for name, value in environment(server).items():
            patch.setenv(name, value)
        notes, steps = run(job_of(dataset, suffix="a hello!"))
        yield {
            "server": server,
            "notes": notes,
            "steps": steps,
            "requests": list(server.requests),
            "weights": server.weights[notes["model_id"]]["model"],
        }


def test_a_model_learns_what_it_is_taught(undisturbed: dict[str, Any]) -> None:
    import tinker

    steps: list[Progress] = undisturbed["steps"]
    assert [step.step for step in steps] == list(range(1, STEPS + 1))
    assert {step.total for step in steps} == {STEPS}
    assert steps[0].metrics["loss"] > 4
    assert steps[-1].metrics["loss"] < 1
    saved = [said for name, said in undisturbed["requests"] if name == "save_weights"]
    assert [said["path"] for said in saved] == [
        "checkpoint-1",
        "checkpoint-2",
        "checkpoint-1",
    ]
    assert all(said["ttl_seconds"] and said["overwrite"] for said in saved)
    model = undisturbed["notes"]["model_id"]
    assert model.startswith("tinker://")
    assert "/sampler_weights/a-hello-tinker-" in model
    client = tinker.ServiceClient()
    sampler = client.create_sampling_client(model_path=model).result()
    tokenizer: Any = sampler.get_tokenizer()
    text = "<|im_start|>user\nSay nine.<|im_end|>\n<|im_start|>assistant\n"
    prompt = tinker.ModelInput.from_ints(tokenizer(text)["input_ids"])
    params = tinker.SamplingParams(max_tokens=20, temperature=0)
    answer = sampler.sample(prompt, 1, params).result().sequences[0]
    client.close("success").result()
    assert tokenizer.decode(answer.tokens) == f"{LINE}<|im_end|>"


def test_only_what_the_assistant_says_counts(undisturbed: dict[str, Any]) -> None:
    import transformers

    server: Tinker = undisturbed["server"]
    loader: Any = transformers.AutoTokenizer
    tokenizer = loader.from_pretrained(server.folder)
    for batch in server.batches:
        assert sum(sum(datum.weights) for datum in batch) == pytest.approx(1)
        for datum in batch:
            assert datum.targets[:-1] == datum.tokens[1:]
            counted = [
                target
                for target, weight in zip(datum.targets, datum.weights, strict=True)
                if weight
            ]
            assert tokenizer.decode(counted) == f"{LINE}<|im_end|>"


def test_requests_that_go_wrong_on_the_way_change_nothing(
    tinker: Tinker, dataset: ChatDataset, undisturbed: dict[str, Any]
) -> None:
    tinker.faults = [
        Fault("create_session", 503),
        Fault("create_model"),
        Fault("forward_backward", 429, after=1),
        Fault("forward_backward", after=3),
        Fault("optim_step", after=4),
        Fault("retrieve_future", 503, after=5),
        Fault("retrieve_future", after=7),
        Fault("save_weights", after=1),
        Fault("save_weights_for_sampler", 500),
    ]
    notes, steps = run(job_of(dataset))
    assert not any(fault.times for fault in tinker.faults)
    assert steps == undisturbed["steps"]
    assert same(tinker.weights[notes["model_id"]]["model"], undisturbed["weights"])


def test_a_stopped_training_goes_on_where_it_was(
    tinker: Tinker, dataset: ChatDataset, undisturbed: dict[str, Any]
) -> None:
    job = job_of(dataset)
    with pytest.raises(StoppedError):
        run(job, stop_at=13)
    job = job.reread()
    assert job.notes["checkpoint"]["step"] == 13
    notes, steps = run(job)
    assert steps == undisturbed["steps"][13:]
    assert tinker.batches == undisturbed["server"].batches[:STEPS]
    assert same(tinker.weights[notes["model_id"]]["model"], undisturbed["weights"])


def test_what_the_service_loses_is_done_again(
    tinker: Tinker, dataset: ChatDataset, undisturbed: dict[str, Any]
) -> None:
    tinker.faults = [
        Fault("optim_step", fails=True, category="server", after=14, words="we died")
    ]
    notes, steps = run(job_of(dataset))
    assert tinker.asked["load_weights"] == 1
    numbers = [step.step for step in steps]
    assert numbers == [*range(1, 15), *range(11, STEPS + 1)]
    assert same(tinker.weights[notes["model_id"]]["model"], undisturbed["weights"])


def test_a_service_that_loses_all_is_given_up(
    tinker: Tinker, dataset: ChatDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_once(*_: float, **__: float) -> Iterator[float]:
        return itertools.repeat(0.0)

    monkeypatch.setattr(loop, "pauses", at_once)
    tinker.faults = [
        Fault("optim_step", fails=True, category="server", times=99, words="we died")
    ]
    with pytest.raises(service.LostError, match="Tinker says: we died"):
        run(job_of(dataset))
    assert tinker.asked["create_model"] == loop.ATTEMPTS


def test_a_checkpoint_that_has_expired_is_done_without(
    tinker: Tinker, dataset: ChatDataset, undisturbed: dict[str, Any]
) -> None:
    gone = {"path": "tinker://gone/weights/step-20", "step": 20}
    job = job_of(dataset).update(notes={"checkpoint": gone})
    _, steps = run(job)
    assert steps == undisturbed["steps"]


def test_a_refusal_is_told_in_the_words_of_the_service(
    tinker: Tinker, dataset: ChatDataset
) -> None:
    tinker.faults = [
        Fault("forward_backward", fails=True, after=2, words="sample too long: 5000")
    ]
    with pytest.raises(TrainingFailedError) as failure:
        run(job_of(dataset))
    assert failure.value.message == "Tinker says: sample too long: 5000"
    with pytest.raises(TrainingFailedError, match="base model nope is not supported"):
        run(job_of(dataset, model="nope"))


def test_a_loss_that_is_no_number_ends_it(tinker: Tinker, dataset: ChatDataset) -> None:
    with torch.no_grad():
        next(tinker.base.parameters()).fill_(float("nan"))
    with pytest.raises(TrainingFailedError, match="the loss of step 1 is nan") as error:
        run(job_of(dataset))
    assert error.value.hint == "lower learning_rate"


def test_a_killed_training_goes_on_and_is_paid_once(
    tinker: Tinker, dataset: ChatDataset, at_home: Path, undisturbed: dict[str, Any]
) -> None:
    tinker.pause = 0.1
    begun = get_backend("tinker").train(dataset, "tiny", SMALL)
    wait_until(lambda: tinker.asked["forward_backward"] > 12)
    (child,) = [
        child
        for (_, job), child in watch._children.items()  # pyright: ignore[reportPrivateUsage]
        if job.name == begun.job_id and job.is_relative_to(at_home)
    ]
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    tinker.pause = 0
    begun.save(at_home / "run.json")
    steps: list[Progress] = []
    model = TrainingRun.load(at_home / "run.json").wait(steps.append)
    assert tuple(steps) == model.curve == tuple(undisturbed["steps"])
    assert tinker.asked["create_model"] == tinker.asked["load_weights"] == 1
    assert len(tinker.batches) < STEPS + 2 * loop.SAVE_STEPS
    assert same(tinker.weights[model.model_id]["model"], undisturbed["weights"])
    asked = sum(tinker.asked.values())
    again = get_backend("tinker").train(dataset, "tiny", {**SMALL, "seed": None})
    assert again.wait() == model
    assert sum(tinker.asked.values()) == asked
    assert KEY not in written(at_home)


def test_a_wrong_key_is_told_and_written_nowhere(
    tinker: Tinker,
    dataset: ChatDataset,
    at_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TINKER_API_KEY", wrong := "tml-wrong-and-secret")
    backend = get_backend("tinker")
    begun = backend.train(dataset, "tiny", SMALL)
    with pytest.raises(TrainingFailedError) as failure:
        begun.wait()
    assert "Tinker says (401): this key is not known" in str(failure.value)
    assert "TINKER_API_KEY" in str(failure.value)
    assert backend.is_lost(begun.job_id)
    assert begun.status() == "failed"
    assert wrong not in written(at_home) + str(failure.value)


def written(home: Path) -> str:
    """Give all that was written in a home."""
    files = (path for path in home.rglob("*") if path.is_file())
    return "".join(path.read_text("utf-8", "replace") for path in files)


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_run_says_what_it_was_asked_for(tinker: Tinker, dataset: ChatDataset) -> None:
    run(job := job_of(dataset, {**SMALL, "n_epochs": 1, "lora_rank": 7, "seed": 3}))
    said = dict(tinker.requests)["create_model"]
    assert said["lora_config"]["rank"] == 7
    assert said["lora_config"]["seed"] == 3
    assert said["user_metadata"] == {"sweepflow": job.request.key}
