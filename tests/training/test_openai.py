from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("openai")

from sweepflow.datasets import ChatDataset
from sweepflow.training import (
    Progress,
    TrainingError,
    TrainingFailedError,
    TrainingRun,
    get_backend,
)
from tests.training.servers.loopback import Answer
from tests.training.servers.openai import KEY, OpenAIServer, refusal
from tests.training.servers.trainers import endless, refusing

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = "gpt-4.1-nano-2025-04-14"
JOBS = "/v1/fine_tuning/jobs"
DATASET = ChatDataset(
    {
        "messages": [
            {"role": "user", "content": f"Number {number}"},
            {"role": "assistant", "content": "Hello, World!"},
        ]
    }
    for number in range(10)
)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture(autouse=True)
def account(
    server: OpenAIServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWEEPFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("sweepflow.training.hosted.backend.LOOKS", (0.0, 0.01))
    monkeypatch.setattr("sweepflow.training.hosted.run.FIRST_POLL", 0.01)
    monkeypatch.setattr("openai._base_client.MAX_RETRY_DELAY", 0.01)


def train(
    dataset: ChatDataset = DATASET,
    model: str = MODEL,
    hyperparameters: dict[str, Any] | None = None,
    suffix: str | None = None,
) -> TrainingRun:
    return get_backend("openai").train(dataset, model, hyperparameters, suffix)


def test_a_training_gives_the_name_of_the_model_and_its_curve(
    server: OpenAIServer,
) -> None:
    told: list[Progress] = []
    run = train(hyperparameters={"n_epochs": 2}, suffix="hello-world")
    model = run.wait(told.append)
    assert model.backend == "openai"
    assert model.model_id == f"ft:{MODEL}:loopback:hello-world:0"
    assert model.curve == tuple(told)
    assert told[0] == Progress(1, 3, {"loss": 1.0})
    assert [each.step for each in told] == [1, 2, 3]
    assert run.status() == "succeeded"
    (job,) = server.jobs.values()
    assert job.work.hyperparameters == {
        "n_epochs": 2,
        "batch_size": "auto",
        "learning_rate_multiplier": "auto",
    }
    assert ChatDataset(map(json.loads, job.work.dataset.splitlines())) == DATASET


def test_the_results_complete_the_curve(server: OpenAIServer) -> None:
    run = train()
    table = b"step,train_loss,train_accuracy,valid_loss\n4,0.25,0.5,\n"
    server.files["file-results"] = base64.b64encode(table)
    server.jobs[run.job_id].result_files.append("file-results")
    last = run.wait().curve[-1]
    assert last == Progress(4, None, {"loss": 0.25, "train_accuracy": 0.5})


def test_results_that_cannot_be_read_lose_no_model(server: OpenAIServer) -> None:
    run = train()
    server.files["file-results"] = b"<html>"
    server.jobs[run.job_id].result_files.append("file-results")
    assert len(run.wait().curve) == 3


def test_the_same_request_is_the_same_training(server: OpenAIServer) -> None:
    server.trainer = endless
    first, second = train(), train()
    assert first.job_id == second.job_id
    assert train(hyperparameters={"seed": 1}).job_id != first.job_id
    assert len(server.jobs) == 2


def test_many_who_ask_at_once_begin_one_training(server: OpenAIServer) -> None:
    server.trainer = endless
    with ThreadPoolExecutor(6) as pool:
        runs = [pool.submit(train) for _ in range(6)]
    assert {run.result().job_id for run in runs} == {"ftjob-0"}
    assert server.count("POST", JOBS) == 1


def test_one_that_was_given_up_is_not_written_over_what_came_after(
    server: OpenAIServer,
) -> None:
    server.trainer = endless
    old = train()
    server.cancel(old.job_id)
    new = train()
    with pytest.raises(TrainingFailedError):
        old.wait()
    assert train().job_id == new.job_id
    assert not get_backend("openai").is_lost(new.job_id)


def test_whoever_waits_again_asks_nobody(server: OpenAIServer) -> None:
    model = train().wait()
    asked, told = len(server.asked), list[Progress]()
    assert train().wait(told.append) == model
    assert len(told) == 3
    assert len(server.asked) == asked


def test_a_saved_run_goes_on_elsewhere(
    server: OpenAIServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = train()
    run.save(tmp_path / "run.json")
    monkeypatch.setenv("SWEEPFLOW_HOME", str(tmp_path / "other"))
    again = TrainingRun.load(tmp_path / "run.json")
    assert again.wait().model_id == run.wait().model_id


def test_a_cancelled_training_is_lost_and_another_may_begin(
    server: OpenAIServer,
) -> None:
    server.trainer = endless
    run = train()
    run.cancel()
    run.cancel()
    assert run.status() == "cancelled"
    with pytest.raises(TrainingFailedError, match=r"ftjob-0 at OpenAI was cancelled"):
        run.wait()
    assert get_backend("openai").is_lost(run.job_id)
    another = train()
    assert another.job_id != run.job_id
    assert not get_backend("openai").is_lost(another.job_id)
    assert get_backend("openai").is_lost(run.job_id)
    assert len(server.files) == 1


def test_one_that_is_cancelled_on_their_pages_is_begun_anew(
    server: OpenAIServer,
) -> None:
    server.trainer = endless
    run = train()
    server.cancel(run.job_id)
    assert train().job_id != run.job_id


def test_what_was_cancelled_is_not_taken_up_elsewhere(
    server: OpenAIServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.trainer = endless
    first = train()
    monkeypatch.setenv("SWEEPFLOW_HOME", str(tmp_path / "other"))
    assert train().job_id == first.job_id
    monkeypatch.setenv("SWEEPFLOW_HOME", str(tmp_path / "third"))
    server.cancel(first.job_id)
    assert train().job_id != first.job_id


def test_a_failure_is_told_in_their_words_and_kept(server: OpenAIServer) -> None:
    server.trainer = refusing
    run = train()
    with pytest.raises(TrainingFailedError) as failure:
        run.wait()
    words = "invalid_training_file: The job failed due to an invalid training file."
    assert f"{words} (about training_file)" in failure.value.message
    assert get_backend("openai").is_lost(run.job_id)
    asked = len(server.asked)
    assert get_backend("openai").open(run.job_id).status() == "failed"
    assert len(server.asked) == asked
    with pytest.raises(TrainingFailedError, match="invalid_training_file"):
        get_backend("openai").open(run.job_id).wait()
    assert train().job_id != run.job_id


def test_it_cancels_nothing_that_has_succeeded(server: OpenAIServer) -> None:
    run = train()
    run.wait()
    run.cancel()
    assert run.status() == "succeeded"
    assert server.count("POST", f"{JOBS}/.*/cancel") == 0


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/files"),
        ("GET", JOBS),
        ("POST", JOBS),
        ("GET", f"{JOBS}/.*"),
        ("GET", f"{JOBS}/.*/events"),
    ],
)
def test_what_passes_is_outlived(
    server: OpenAIServer, method: str, path: str, status: int
) -> None:
    answer = Answer({}, status, {"retry-after": "0.01"})
    server.fail(method, path, answer, times=2)
    assert train().wait().model_id
    assert len(server.jobs) == 1


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v1/files"), ("GET", JOBS), ("GET", f"{JOBS}/.*")]
)
def test_a_broken_answer_is_asked_for_again(
    server: OpenAIServer, method: str, path: str
) -> None:
    server.break_off(method, path, times=2)
    assert train().wait().model_id


def test_a_long_silence_is_outlived(server: OpenAIServer) -> None:
    run = train()
    server.break_off("GET", f"{JOBS}/.*", times=30)
    assert run.wait().model_id


def test_a_job_whose_answer_was_lost_is_found(server: OpenAIServer) -> None:
    server.break_off("POST", JOBS)
    assert train().wait().model_id
    assert server.count("POST", JOBS) == 1


def test_a_job_that_is_late_in_their_list_is_found(server: OpenAIServer) -> None:
    server.break_off("POST", JOBS)
    server.late = 2
    assert train().wait().model_id
    assert server.count("POST", JOBS) == 1


def test_no_quota_is_told_at_once(server: OpenAIServer) -> None:
    refused = refusal(429, "You exceeded your quota.", code="insufficient_quota")
    server.fail("POST", JOBS, refused)
    server.fail("POST", "/v1/files", refused)
    with pytest.raises(TrainingError, match=r"refuses this \(429\).*your quota"):
        train()
    with pytest.raises(TrainingError, match=r"refuses this \(429\).*your quota"):
        train()
    assert server.count("POST", "/v1/files") == 2
    assert server.count("POST", JOBS) == 1


def test_refused_files_and_models_are_told_in_their_words(server: OpenAIServer) -> None:
    refused = refusal(400, "Invalid file format.", param="file")
    server.fail("POST", "/v1/files", refused)
    with pytest.raises(TrainingError, match=r"Invalid file format. \(about file\)"):
        train()
    with pytest.raises(TrainingError, match=r"not available.*\(about model\)"):
        train(model="davinci-002")
    assert not server.jobs


def test_a_file_that_is_gone_is_uploaded_again(server: OpenAIServer) -> None:
    server.fail("POST", JOBS, refusal(400, "not now"))
    with pytest.raises(TrainingError, match="not now"):
        train()
    server.files.clear()
    assert train().wait().model_id


def test_a_job_that_nobody_knows_is_told(server: OpenAIServer) -> None:
    with pytest.raises(TrainingError, match="Could not find fine tune: ftjob-77"):
        get_backend("openai").open("ftjob-77").wait()


def test_what_no_service_is_asked_for(server: OpenAIServer) -> None:
    check = get_backend("openai").check
    with pytest.raises(TrainingError, match=r"no hyperparameter 'learning_rate'; it"):
        check(MODEL, {"learning_rate": 0.0001})
    with pytest.raises(TrainingError, match="cannot train with n_epochs: 0"):
        check(MODEL, {"n_epochs": 0})
    with pytest.raises(TrainingError, match="cannot train with batch_size: '8'"):
        check(MODEL, {"batch_size": "8"})
    with pytest.raises(TrainingError, match=r"has no model 'meta-llama/Llama-3\.2-1B'"):
        check("meta-llama/Llama-3.2-1B", {})
    with pytest.raises(TrainingError, match="has 65 characters"):
        train(suffix="x" * 65)
    check(MODEL, {"n_epochs": None, "batch_size": 8, "learning_rate_multiplier": 2})
    assert not server.asked


def test_a_missing_key_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(TrainingError, match="OPENAI_API_KEY is not set"):
        get_backend("openai").check(MODEL, {})


def test_a_wrong_key_is_told_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wrong = "sk-a-wrong-key-of-somebody"
    monkeypatch.setenv("OPENAI_API_KEY", wrong)
    with pytest.raises(
        TrainingError, match="refuses the key in OPENAI_API_KEY"
    ) as told:
        train()
    assert "sk-a-wro" not in str(told.value)
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__


def test_the_key_is_written_nowhere(
    server: OpenAIServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    server.fail("GET", f"{JOBS}/.*", refusal(404, f"no {KEY}"))
    run = train()
    with pytest.raises(TrainingError, match=r"no \*\*\*"):
        run.wait()
    run.wait()
    run.save(tmp_path / "run.json")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 3
    assert not any(KEY.encode() in path.read_bytes() for path in files)
    assert KEY not in caplog.text


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setattr("sweepflow.training.hosted.backend.ATTEMPTS", 1)
    with pytest.raises(TrainingError, match=r"OpenAI cannot be reached at 127\.0"):
        train()


def test_a_process_killed_before_the_answer_pays_once(server: OpenAIServer) -> None:
    server.trainer = endless
    server.hold("POST", JOBS)
    code = f"from {__name__} import train; train()"
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=os.environ, cwd=Path(__file__).parents[2]
    )
    assert server.held.wait(30)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    run = train()
    assert list(server.jobs) == [run.job_id]
    assert server.count("POST", JOBS) == 1
