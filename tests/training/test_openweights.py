from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("openweights")

from sweepflow.datasets import ChatDataset
from sweepflow.training import (
    Progress,
    TrainingError,
    TrainingFailedError,
    TrainingRun,
    get_backend,
)
from tests.training.servers.loopback import Answer
from tests.training.servers.supabase import KEY, SupabaseServer, refusal
from tests.training.servers.trainers import endless, refusing

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = "unsloth/Qwen3-4B"
JOBS = "/rest/v1/jobs"
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
def server() -> Iterator[SupabaseServer]:
    with SupabaseServer() as server:
        yield server


@pytest.fixture(autouse=True)
def account(
    server: SupabaseServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWEEPFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SUPABASE_URL", server.url)
    monkeypatch.setenv("OPENWEIGHTS_API_KEY", KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("sweepflow.training.hosted.backend.LOOKS", (0.0, 0.01))
    monkeypatch.setattr("sweepflow.training.hosted.run.FIRST_POLL", 0.01)
    hasty = SimpleNamespace(sleep=lambda _: None, monotonic=time.monotonic)  # pyright: ignore[reportUnknownLambdaType]
    monkeypatch.setattr("openweights.client.decorators.time", hasty)
    monkeypatch.setattr("sweepflow.training.retry.time", hasty)


def train(
    dataset: ChatDataset = DATASET,
    model: str = MODEL,
    hyperparameters: dict[str, Any] | None = None,
    suffix: str | None = None,
) -> TrainingRun:
    return get_backend("openweights").train(dataset, model, hyperparameters, suffix)


def test_a_training_gives_the_id_of_the_model_and_its_curve(
    server: SupabaseServer,
) -> None:
    told: list[Progress] = []
    given = {"n_epochs": 2, "batch_size": 6, "lora_rank": 8, "max_seq_len": 64}
    run = train(hyperparameters=given, suffix="hello-world")
    model = run.wait(told.append)
    assert model.backend == "openweights"
    assert model.model_id == f"loopback/Qwen3-4B-{run.job_id}"
    assert run.job_id.endswith("-hello-world")
    assert model.curve == tuple(told)
    assert told[0] == Progress(1, None, {"loss": 1.0, "epoch": 0.5})
    assert [each.step for each in told] == [1, 2, 3]
    assert run.status() == "succeeded"
    work = server.works[run.job_id]
    theirs = work.hyperparameters
    assert theirs["epochs"] == 2
    at_once = theirs["per_device_train_batch_size"]
    assert at_once * theirs["gradient_accumulation_steps"] == 6
    assert (theirs["r"], theirs["is_peft"], theirs["max_seq_length"]) == (8, True, 64)
    assert ChatDataset(map(json.loads, work.dataset.splitlines())) == DATASET


def test_the_same_request_is_the_same_training(server: SupabaseServer) -> None:
    server.trainer = endless
    first, second = train(), train()
    assert first.job_id == second.job_id
    assert train(hyperparameters={"seed": 1}).job_id != first.job_id
    assert len(server.jobs) == 2


def test_a_job_is_found_whose_id_another_version_of_theirs_has_made(
    server: SupabaseServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = train()
    monkeypatch.setenv("SWEEPFLOW_HOME", str(tmp_path / "other"))
    image = "openweights.jobs.unsloth.FineTuning.base_image"
    monkeypatch.setattr(image, "nielsrolf/ow-unsloth:v9")
    assert train().job_id == first.job_id
    assert len(server.jobs) == 1


def test_whoever_waits_again_asks_nobody(server: SupabaseServer) -> None:
    model = train().wait()
    asked, told = len(server.asked), list[Progress]()
    assert train().wait(told.append) == model
    assert len(told) == 3
    assert len(server.asked) == asked


def test_a_saved_run_goes_on_elsewhere(
    server: SupabaseServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = train()
    run.save(tmp_path / "run.json")
    monkeypatch.setenv("SWEEPFLOW_HOME", str(tmp_path / "other"))
    again = TrainingRun.load(tmp_path / "run.json")
    assert again.wait().model_id == run.wait().model_id


def test_a_cancelled_training_is_lost_and_another_begins_under_another_name(
    server: SupabaseServer,
) -> None:
    server.trainer = endless
    run = train()
    run.cancel()
    run.cancel()
    assert run.status() == "cancelled"
    with pytest.raises(TrainingFailedError, match="at OpenWeights was cancelled"):
        run.wait()
    assert get_backend("openweights").is_lost(run.job_id)
    another = train()
    assert another.job_id != run.job_id
    assert another.status() in {"queued", "running"}
    assert server.jobs[0]["status"] == "canceled"


def test_one_that_is_cancelled_on_their_pages_is_begun_anew(
    server: SupabaseServer,
) -> None:
    server.trainer = endless
    run = train()
    server.jobs[0]["status"] = "canceled"
    assert train().job_id != run.job_id


def test_it_cancels_nothing_that_has_succeeded(server: SupabaseServer) -> None:
    run = train()
    run.wait()
    run.cancel()
    assert server.jobs[0]["status"] == "completed"


def test_a_failure_is_told_in_their_words_and_kept(server: SupabaseServer) -> None:
    server.trainer = refusing
    run = train()
    with pytest.raises(TrainingFailedError) as failure:
        run.wait()
    assert "Process exited with return code 1" in failure.value.message
    assert "invalid training file" in failure.value.message
    assert get_backend("openweights").is_lost(run.job_id)
    assert train().job_id != run.job_id


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"<html>", 502),
        Answer({}, 429),
        refusal(500, "57P03", "the database system is starting up"),
        refusal(503, "PGRST001", "Database client error. Retrying the connection."),
    ],
    ids=["gateway", "too many", "database", "no database"],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", JOBS),
        ("POST", JOBS),
        ("GET", "/rest/v1/runs"),
        ("POST", "/rest/v1/rpc/.*"),
    ],
)
def test_what_passes_is_outlived(
    server: SupabaseServer, method: str, path: str, answer: Answer
) -> None:
    server.fail(method, path, answer, times=2)
    assert train().wait().model_id
    assert len(server.jobs) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", JOBS),
        ("POST", JOBS),
        ("POST", "/storage/.*"),
        ("GET", "/rest/v1/events"),
    ],
)
def test_a_broken_answer_is_asked_for_again(
    server: SupabaseServer, method: str, path: str
) -> None:
    server.break_off(method, path, times=2)
    assert train().wait().model_id
    assert len(server.jobs) == 1


def test_a_long_silence_is_outlived(server: SupabaseServer) -> None:
    run = train()
    server.break_off("GET", JOBS, times=40)
    assert run.wait().model_id


def test_storage_that_refuses_is_told_in_its_words(server: SupabaseServer) -> None:
    said = {"message": "The object is too large", "error": "Payload", "statusCode": 413}
    server.fail("POST", "/storage/.*", Answer(said, 413))
    with pytest.raises(TrainingError, match="refuses this: The object is too large"):
        train()
    assert not server.jobs


def test_what_their_package_refuses_is_told(server: SupabaseServer) -> None:
    server.tables["organization_secrets"].clear()
    with pytest.raises(TrainingError, match=r"HF_ORG"):
        train()
    tools = {"role": "tool", "content": "4", "tool_call_id": "1"}
    asked = {"messages": [tools, {"role": "assistant", "content": "4"}]}
    with pytest.raises(TrainingError, match="File content is not valid"):
        train(dataset=ChatDataset([asked]))
    assert not server.jobs


def test_a_job_that_nobody_knows_is_told(server: SupabaseServer) -> None:
    with pytest.raises(TrainingError, match="knows no such job"):
        get_backend("openweights").open("ftjob-77").wait()


def test_what_no_service_is_asked_for(server: SupabaseServer) -> None:
    check = get_backend("openweights").check
    with pytest.raises(TrainingError, match="no hyperparameter 'dtype'; it takes"):
        check(MODEL, {"dtype": "float32"})
    with pytest.raises(TrainingError, match="cannot train with learning_rate: -1"):
        check(MODEL, {"learning_rate": -1})
    with pytest.raises(TrainingError, match="cannot train 'smollm2-135m'"):
        check("smollm2-135m", {})
    with pytest.raises(TrainingError, match="the suffix 'a b'"):
        train(suffix="a b")
    check(MODEL, {"n_epochs": None, "learning_rate": 1})
    assert not server.asked


def test_a_missing_key_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENWEIGHTS_API_KEY")
    with pytest.raises(TrainingError, match="OPENWEIGHTS_API_KEY is not set"):
        get_backend("openweights").check(MODEL, {})


@pytest.mark.parametrize("key", ["ow_wrong_0123456789", "a.wrong.token"])
def test_a_wrong_key_is_told_and_not_shown(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENWEIGHTS_API_KEY", key)
    with pytest.raises(TrainingError, match="refuses the key in OPENWEIGHTS") as told:
        train()
    assert key not in str(told.value)


def test_the_key_is_written_nowhere(
    server: SupabaseServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level("INFO")
    server.trainer = refusing
    run = train()
    server.fail("GET", JOBS, refusal(400, "P0001", f"no {KEY}"))
    with pytest.raises(TrainingError, match=r"no \*\*\*"):
        run.wait()
    with pytest.raises(TrainingFailedError):
        run.wait()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 2
    assert not any(KEY.encode() in path.read_bytes() for path in files)
    assert KEY not in caplog.text + "".join(capfd.readouterr())


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPABASE_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("sweepflow.training.hosted.backend.ATTEMPTS", 1)
    monkeypatch.setattr("sweepflow.training.openweights.service.SECONDS", 0.1)
    with pytest.raises(TrainingError, match="OpenWeights cannot be reached"):
        train()


def test_a_process_killed_before_the_answer_pays_once(server: SupabaseServer) -> None:
    server.trainer = endless
    server.hold("POST", JOBS)
    code = f"from {__name__} import train; train()"
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=os.environ, cwd=Path(__file__).parents[2]
    )
    assert server.held.wait(60)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    run = train()
    assert [job["id"] for job in server.jobs] == [run.job_id]
    assert server.count("POST", JOBS) == 1
