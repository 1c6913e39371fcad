"""Tasks of Inspect, and a model that answers by rule, which the tests evaluate."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.model import (
    ChatMessage,
    ChatMessageUser,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    modelapi,
)
from inspect_ai.scorer import (
    SampleScore,
    Score,
    Scorer,
    Target,
    accuracy,
    grouped,
    includes,
    mean,
    metric,
    scorer,
    stderr,
)
from inspect_ai.solver import Generate, Solver, TaskState, generate, solver

if TYPE_CHECKING:
    from inspect_ai.scorer import Metric
    from inspect_ai.tool import ToolChoice, ToolInfo


@modelapi(name="echo")
class Echo(ModelAPI):
    """Says again what was said to it."""

    async def generate(
        self,
        input: list[ChatMessage],  # noqa: A002 - Inspect's name for it
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> ModelOutput:
        output = ModelOutput.from_content(self.model_name, input[-1].text)
        output.usage = ModelUsage()
        return output


def samples(count: int = 4) -> list[Sample]:
    """Every other one is answered rightly by an echo."""
    return [
        Sample(
            id=f"s{n}",
            input=[ChatMessageUser(content=f"number {n}")],
            target=str(n if n % 2 else -1),
            metadata={"kind": "odd" if n % 2 else "even"},
        )
        for n in range(count)
    ]


@task
def numbers(count: int = 4, max_tokens: int = 8, temperature: float | None = None):  # noqa: ANN201
    config = GenerateConfig(max_tokens=max_tokens, temperature=temperature)
    return Task(samples(count), solver=generate(), scorer=includes(), config=config)


@scorer(metrics=[accuracy(), stderr(), grouped(accuracy(), "kind")])
def by_kind() -> Scorer:
    async def score(state: TaskState, target: Target) -> Score:
        return Score(value=target.text in state.output.completion)

    return score


@scorer(metrics={"length": [mean(), stderr()], "words": [mean()]})
def parts() -> Scorer:
    async def score(state: TaskState, target: Target) -> Score:
        text = state.output.completion
        return Score(value={"length": len(text), "words": len(text.split())})

    return score


@task
def many_scorers() -> Task:
    scorers = [includes(), includes(ignore_case=False), by_kind(), parts()]
    return Task(samples(), solver=generate(), scorer=scorers, epochs=2)


@metric
def undefined() -> Metric:
    def value(scores: list[SampleScore]) -> float:
        return float("nan")

    return value


@scorer(metrics=[accuracy(), undefined()])
def partly_undefined() -> Scorer:
    return by_kind()


@scorer(metrics=[undefined()])
def wholly_undefined() -> Scorer:
    return by_kind()


@scorer(metrics=[accuracy()])
def not_all() -> Scorer:
    async def score(state: TaskState, target: Target) -> Score:
        is_odd = state.metadata["kind"] == "odd"
        return Score(value=1.0 if is_odd else float("nan"))

    return score


@scorer(metrics=[accuracy()])
def of_the_odd() -> Scorer:
    async def score(state: TaskState, target: Target) -> Score | None:
        is_odd = state.metadata["kind"] == "odd"
        return Score(value=1.0) if is_odd else None

    return score


@scorer(metrics=[accuracy()])
def breaking() -> Scorer:
    async def score(state: TaskState, target: Target) -> Score:
        raise RuntimeError("the scorer broke")

    return score


@solver
def breaks_on_odd() -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        if state.metadata["kind"] == "odd":
            raise RuntimeError("the solver broke")
        return await generate(state)

    return solve


@solver
def stops(*, is_killed: bool, mark: str | None) -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        if is_killed:
            os.kill(os.getpid(), signal.SIGKILL)
        if mark:
            Path(mark).write_text(str(os.getpid()))  # noqa: ASYNC240
        time.sleep(60)  # noqa: ASYNC251 - it is to hold the process up
        return await generate(state)

    return solve


@task
def stopping(*, is_killed: bool = False, mark: str | None = None) -> Task:
    steps = stops(is_killed=is_killed, mark=mark)
    return Task(samples(), solver=steps, scorer=includes())


_SCORERS: dict[str, Any] = {
    "includes": includes,
    "partly_undefined": partly_undefined,
    "wholly_undefined": wholly_undefined,
    "not_all": not_all,
    "of_the_odd": of_the_odd,
    "breaking": breaking,
}


@task
def troubled(scorer: str | None = "includes", *, breaks: bool = False) -> Task:
    steps = breaks_on_odd() if breaks else generate()
    chosen = _SCORERS[scorer]() if scorer else None
    return Task(samples(), solver=steps, scorer=chosen)


@task
def unmade() -> Task:
    raise ValueError("no such data")


def no_task() -> str:
    return "a text"
