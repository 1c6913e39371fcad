"""Training on this machine, by processes, as users have it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("peft")

import transformers

from sweepflow.training import TrainedModel, TrainingError, get_backend
from sweepflow.training.jobs import Job
from tests.training.contract import LINE, Contract, Setting, Trained, samples

if TYPE_CHECKING:
    from pathlib import Path

CHOSEN = {"n_epochs": 3, "batch_size": 4, "learning_rate": 1e-2}
LONG = {**CHOSEN, "n_epochs": 500, "lora_rank": 0, "learning_rate": 1e-3}


def files_of(model: TrainedModel) -> dict[str, bytes]:
    assert model.path
    return {path.name: path.read_bytes() for path in model.path.iterdir()}


def answer(folder: Path, question: str) -> str:
    """Ask a model, which takes the likeliest token each time."""
    automatic: Any = transformers
    tokenizer = automatic.AutoTokenizer.from_pretrained(folder)
    model = automatic.AutoModelForCausalLM.from_pretrained(folder)
    asked = tokenizer.apply_chat_template(
        [{"role": "user", "content": question}],
        add_generation_prompt=True,
        return_dict=True,
        return_tensors="pt",
    )
    said = model.generate(**asked, max_new_tokens=30, do_sample=False)
    return tokenizer.decode(said[0][asked["input_ids"].shape[1] :])


class TestLocal(Contract):
    """It keeps to the contract, and what it has made can do what it was taught."""

    @pytest.fixture(scope="class")
    @classmethod
    def setting(cls, class_home: Path) -> Setting:
        failing = {**CHOSEN, "learning_rate": 1e30, "lora_rank": 0}
        return Setting("local", "tiny", samples(32), CHOSEN, LONG, failing)

    def test_it_says_what_it_was_taught(self, trained: Trained) -> None:
        assert trained.model.path
        assert answer(trained.model.path, "Say 77, please.") == f"{LINE}<|im_end|>"
        assert [step.step for step in trained.steps] == list(range(1, 25))

    def test_equal_trainings_make_equal_files(
        self, setting: Setting, trained: Trained, own_home: Path
    ) -> None:
        again = (run := setting.train()).wait()
        assert again.path
        assert own_home in again.path.parents
        assert files_of(again) == files_of(trained.model)
        assert str(own_home).encode() not in b"".join(files_of(again).values())
        again.path.rename(own_home / "taken")
        assert setting.trains.is_lost(run.job_id)
        with pytest.raises(TrainingError, match=r"is not in .* any more"):
            run.wait()
        run = setting.train()
        assert run.status() != "succeeded"
        run.cancel()

    def test_a_killed_training_ends_with_equal_files(
        self, setting: Setting, trained: Trained, own_home: Path, tmp_path: Path
    ) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SWEEPFLOW_CHECKPOINT_SECONDS", "0")
            run = setting.train()
        job = Job.find("local", run.job_id)
        assert job
        until = time.monotonic() + 60
        while len([*job.folder.glob("checkpoints/step-*")]) < 2:  # so one is whole
            assert time.monotonic() < until
            time.sleep(0.005)
        kill_driver(job.folder)
        model = run.wait()
        assert "going on after step" in (job.folder / "output.log").read_text()
        assert model.curve == tuple(trained.steps)
        assert files_of(model) == files_of(trained.model)
        until = time.monotonic() + 30
        while (job.folder / "checkpoints").exists():  # they go when it has succeeded
            assert time.monotonic() < until
            time.sleep(0.005)

    def test_training_goes_on_from_a_folder(
        self, setting: Setting, trained: Trained, own_home: Path
    ) -> None:
        assert trained.model.path
        first = setting.trains.train(
            samples(8, "Bye."), str(trained.model.path), {**LONG, "n_epochs": 8}
        )
        model = first.wait()
        assert model.path
        assert model.curve[0].metrics["loss"] > model.curve[-1].metrics["loss"]

    def test_a_full_disk_is_told(
        self, setting: Setting, own_home: Path, tiny_folder: Path
    ) -> None:
        limit = (100_000, 100_000)  # of the size of a file
        code = (
            f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, {limit})\n"
            "from tests.training.contract import Setting, samples\n"
            f"chosen = {CHOSEN | {'n_epochs': 1, 'lora_rank': 0}}\n"
            f"setting = Setting('local', {str(tiny_folder)!r}, samples(4), chosen)\n"
            "setting.train().wait()\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        assert "TrainingFailedError" in done.stderr
        assert "File too large" in done.stderr


def kill_driver(folder: Path) -> None:
    """Kill the process that drives the training in a folder."""
    import psutil

    for process in psutil.process_iter(["cmdline"]):
        words: list[str] = process.info["cmdline"] or []
        if words[-1:] == [str(folder)] and "sweepflow.training.drive" in words:
            os.kill(process.pid, signal.SIGKILL)


@pytest.mark.usefixtures("own_home")
class TestCheck:
    @pytest.mark.parametrize(
        ("model", "words"),
        [
            ("tinny", "did you mean 'tiny'"),
            ("./nowhere", "has no config.json"),
            ("someone/something", "not in the cache of Hugging Face"),
        ],
    )
    def test_a_model_that_is_not_there_is_told(self, model: str, words: str) -> None:
        with pytest.raises(TrainingError, match=words):
            get_backend("local").check(model, {})

    def test_a_device_that_is_not_there_is_told(self) -> None:
        import torch

        if torch.backends.mps.is_available():
            pytest.skip("it is there")
        with pytest.raises(TrainingError, match="no device 'mps' here"):
            get_backend("local").check("tiny", {"device": "mps"})

    def test_without_the_packages_nothing_begins(self, own_home: Path) -> None:
        code = (
            "import sys; sys.modules['torch'] = None\n"
            "from sweepflow.training import get_backend\n"
            "from sweepflow.errors import MissingExtraError\n"
            "try: get_backend('local').check('tiny', {})\n"
            "except MissingExtraError as error: print(error)\n"
        )
        said = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        assert "training on this machine needs torch, which is not installed" in said
        assert 'pip install "sweepflow[local]"' in said
        assert not own_home.exists()

    def test_an_empty_dataset_is_refused(self) -> None:
        with pytest.raises(TrainingError, match="the dataset is empty"):
            get_backend("local").train(samples(0), "tiny")
