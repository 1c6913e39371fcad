"""Evaluating models at Tinker, by its own package, against a server on loopback."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("tinker")
pytest.importorskip("torch")
pytest.importorskip("inspect_ai")

import tinker as sdk
from inspect_ai.model import (
    ChatMessage,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    ModelOutput,
)
from inspect_ai.tool import ToolInfo

from sweepflow.evals import EvaluationError, Target, get_backend
from sweepflow.evals.inspect.tinker import TinkerModel, end_of_turn
from sweepflow.training.local import tiny
from tests.training.servers.tinker import Fault, Tinker, environment, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINE = "Hello, World!"
TASK = """
from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.scorer import exact

@task
def hello():
    samples = [Sample(input=f"Say {n}.", target="Hello, World!") for n in range(6)]
    return Task(dataset=samples, scorer=exact())
"""


@pytest.fixture(scope="module")
def tinker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tinker]:
    """Serve Tinker, with all that its package wants in the environment."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    tiny.build(folder)
    with pytest.MonkeyPatch.context() as patch, serve(folder) as server:
        for name, value in environment(server).items():
            patch.setenv(name, value)
        patch.setenv("SWEEPFLOW_HOME", str(tmp_path_factory.mktemp("home")))
        yield server


@pytest.fixture(scope="module")
def trained(tinker: Tinker) -> str:
    """Give the name of a model that answers everything with one line."""
    service = sdk.ServiceClient()
    client = service.create_lora_training_client("tiny", rank=4).result()
    tokenizer: Any = client.get_tokenizer()
    data: list[sdk.Datum] = []
    for word in range(8):
        asked = f"<|im_start|>user\nSay {word}.<|im_end|>\n<|im_start|>assistant\n"
        prompt = tokenizer(asked)["input_ids"]
        tokens = [*prompt, *tokenizer(f"{LINE}<|im_end|>")["input_ids"]]
        weights = [float(place >= len(prompt)) for place in range(len(tokens))]
        inputs: Any = {"target_tokens": tokens[1:], "weights": weights[1:]}
        data.append(sdk.Datum(sdk.ModelInput.from_ints(tokens[:-1]), inputs))
    for _ in range(12):
        client.forward_backward(data, "cross_entropy")
        client.optim_step(sdk.AdamParams(learning_rate=5e-3)).result()
    return client.save_weights_for_sampler("it").result().path


def answer(
    model: str, text: str = "Say 7.", *before: ChatMessage, **config: object
) -> ModelOutput:
    """Have a model answer, greedily unless told otherwise."""
    said = {"temperature": 0.0, "max_tokens": 40, **config}
    settings = GenerateConfig.model_validate(said)
    messages = [*before, ChatMessageUser(content=text)]
    output = asyncio.run(TinkerModel(model).generate(messages, [], "none", settings))
    assert isinstance(output, ModelOutput)
    return output


def test_a_trained_model_is_evaluated(
    tinker: Tinker, trained: str, tmp_path: Path
) -> None:
    (tmp_path / "task.py").write_text(TASK)
    backend = get_backend("inspect")
    target = Target("tinker", trained)
    folder = tmp_path / "result"
    tinker.requests.clear()
    task = f"{tmp_path / 'task.py'}:hello"
    made = backend.evaluate(target, task, folder, eval_kwargs={"max_tokens": 20})
    assert made.metrics["mean"] == 1.0
    samples = (folder / "samples.jsonl").read_text().splitlines()
    assert {json.loads(line)["completion"] for line in samples} == {LINE}
    asked = [said for name, said in tinker.requests if name == "asample"]
    assert {said["sampling_params"]["temperature"] for said in asked} == {0.0}


def test_a_refusal_is_told_in_the_words_of_the_service(
    tinker: Tinker, trained: str
) -> None:
    tinker.faults = [Fault("asample", fails=True, words="no such luck")]
    with pytest.raises(sdk.RequestFailedError, match="no such luck"):
        answer(trained)
    with pytest.raises(sdk.NotFoundError, match="no weights tinker://gone"):
        answer("tinker://gone")


def test_without_a_key_nothing_begins(
    tinker: Tinker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "task.py").write_text(TASK)
    monkeypatch.delenv("TINKER_API_KEY")
    with pytest.raises(EvaluationError, match="TINKER_API_KEY is not set"):
        get_backend("inspect").check(f"{tmp_path / 'task.py'}:hello", "tinker")


def test_an_answer_ends_with_its_turn(trained: str) -> None:
    output = answer(trained)
    assert output.completion == LINE
    assert output.stop_reason == "stop"
    assert output.usage
    assert output.usage.output_tokens == len(LINE) + 1
    assert output.usage.total_tokens == output.usage.input_tokens + len(LINE) + 1


def test_an_answer_that_is_cut_says_so(trained: str) -> None:
    output = answer(trained, max_tokens=5)
    assert (output.completion, output.stop_reason) == (LINE[:5], "max_tokens")


def test_an_answer_stops_before_a_text(trained: str) -> None:
    output = answer(trained, stop_seqs=["?", ", W"])
    assert (output.completion, output.stop_reason) == ("Hello", "stop")


def test_what_passes_is_asked_again(tinker: Tinker, trained: str) -> None:
    tinker.faults = [Fault("asample", 429), Fault("asample", 503), Fault("asample")]
    assert answer(trained).completion == LINE
    assert not any(fault.times for fault in tinker.faults)


def test_a_base_model_is_asked_by_its_name(tinker: Tinker) -> None:
    output = answer(
        str(tinker.folder), "Hi.", ChatMessageSystem(content="Be short."), max_tokens=3
    )
    assert output.stop_reason == "max_tokens"
    session = dict(tinker.requests)["create_sampling_session"]
    assert session["base_model"] == str(tinker.folder)
    prompt = dict(tinker.requests)["asample"]["prompt"]["chunks"][0]["tokens"]
    tokenizer = tokenizer_of(tinker)
    assert tokenizer.decode(prompt) == (
        "<|im_start|>system\nBe short.<|im_end|>\n"
        "<|im_start|>user\nHi.<|im_end|>\n<|im_start|>assistant\n"
    )


def test_settings_reach_the_service(tinker: Tinker, trained: str) -> None:
    answer(trained, temperature=0.7, top_p=0.9, top_k=5, seed=3, max_tokens=9)
    said = dict(tinker.requests)["asample"]["sampling_params"]
    assert said.pop("stop") == list(end_of_turn(tokenizer_of(tinker)))
    wanted = {"temperature": 0.7, "top_p": 0.9, "top_k": 5, "seed": 3, "max_tokens": 9}
    assert said == wanted


def test_tools_are_refused(trained: str) -> None:
    tool = ToolInfo(name="look", description="Look.")
    with pytest.raises(EvaluationError, match="tools"):
        asyncio.run(TinkerModel(trained).generate([], [tool], "auto", GenerateConfig()))


def test_a_base_model_ends_its_turn_and_its_text_with_different_tokens(
    tinker: Tinker,
) -> None:
    tokenizer = tokenizer_of(tinker)
    turn = tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert end_of_turn(tokenizer) == (turn,)
    tokenizer.eos_token = tokenizer.pad_token
    assert end_of_turn(tokenizer) == (turn, tokenizer.pad_token_id)


def tokenizer_of(tinker: Tinker) -> Any:  # noqa: ANN401
    """Give the tokenizer of the base model."""
    import transformers

    loader: Any = transformers.AutoTokenizer
    return loader.from_pretrained(tinker.folder)
