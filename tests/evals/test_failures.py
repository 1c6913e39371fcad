"""An evaluation that is not whole gives an error in the log's own words, no score."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

pytest.importorskip("inspect_ai")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    trace = tmp_path_factory.mktemp("trace") / "trace.log"
    command = [sys.executable, "-m", "tests.evals.outcomes", str(trace)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("solver", "2 of 4 samples failed: sample 's1': RuntimeError('the solver"),
        ("tolerated", "2 of 4 samples failed: sample 's1': RuntimeError('the solver"),
        ("scorer", "4 of 4 samples failed: sample 's0': RuntimeError('the scorer"),
        ("no scorer", "the task has no scorer"),
        ("not all", "not all samples were scored: sample 's0' by 'not_all'"),
        ("none", "not all samples were scored: sample 's0'"),
        ("wholly", "none of the metrics is a number"),
    ],
)
def test_an_evaluation_that_fails_gives_no_score(
    case: str, words: str, outcomes: dict[str, dict[str, Any]]
) -> None:
    found = outcomes[case]
    assert words in found["message"]
    assert found["kind"] == "EvaluationFailedError"
    assert "metrics.json" not in found["files"]


def test_a_metric_that_is_no_number_is_left_out(
    outcomes: dict[str, dict[str, Any]],
) -> None:
    assert outcomes["partly"] == {"accuracy": 0.5}


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("unknown argument", "takes no argument 'cuont'\nhint: did you mean 'count'?"),
        ("wrong argument", "max_tokens"),
        ("unmade", "raised ValueError: no such data"),
        ("no task", "gives a str and not a task"),
        ("no samples", "has no samples"),
        ("ours", "eval_kwargs may not say 'log_dir'"),
        ("beside", "write `limit` beside `eval_kwargs`"),
        ("unknown", "takes no 'temprature'\nhint: did you mean 'temperature'?"),
        ("path", "eval_kwargs.model_args may not say 'model_path'"),
    ],
)
def test_what_cannot_be_evaluated_is_an_error_of_its_own(
    case: str, words: str, outcomes: dict[str, dict[str, Any]]
) -> None:
    found = outcomes[case]
    assert words in found["message"]
    assert found["kind"] == "EvaluationError"
    assert found["files"] == []


def test_an_error_of_inspect_itself_is_told(
    outcomes: dict[str, dict[str, Any]],
) -> None:
    assert "Model API nobody" in outcomes["no model"]["message"]
