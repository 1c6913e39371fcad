"""Evaluates tasks with a model that says what it is told to, in this process.

Reads a list of evaluations from standard input, and prints what came of each.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from inspect_ai import eval as evaluate  # pyright: ignore[reportUnknownVariableType]
from inspect_ai.model import ModelOutput, ModelUsage, get_model

if TYPE_CHECKING:
    from inspect_ai.model import ChatMessage, Model


def saying(answers: dict[str, str]) -> Model:
    """Give a model that answers by what stands in the prompt; `` stands everywhere."""

    def output(messages: list[ChatMessage], *_: object) -> ModelOutput:
        prompt = messages[-1].text
        said = next(answer for part, answer in answers.items() if part in prompt)
        made = ModelOutput.from_content("mockllm/model", said)
        made.usage = ModelUsage()  # or else its tokens are counted, by a download
        return made

    return get_model("mockllm/model", custom_outputs=output, memoize=False)


def run(wanted: dict[str, Any], logs: str) -> dict[str, Any]:
    module, function = wanted["task"].split(":")
    task = getattr(import_module(module), function)(**wanted.get("args", {}))
    judge = wanted.get("judge")
    log = evaluate(
        task,
        model=saying(wanted["says"]),
        model_roles={"grader": saying({"": judge})} if judge else None,
        limit=wanted.get("limit"),
        log_dir=logs,
        display="none",
    )[0]
    scores = log.results.scores if log.results else []
    return {
        "status": log.status,
        "error": log.error and log.error.message,
        "samples": len(log.samples or []),
        "metrics": {
            f"{score.name}/{name}": metric.value
            for score in scores
            for name, metric in score.metrics.items()
        },
        "scored": {score.name: score.scored_samples for score in scores},
    }


if __name__ == "__main__":
    json.dump([run(wanted, sys.argv[1]) for wanted in json.load(sys.stdin)], sys.stdout)
