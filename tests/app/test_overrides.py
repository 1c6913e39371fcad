"""The app's own command line: what is rewritten, and what is Hydra's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

import sweepflow
from sweepflow.app.overrides import CommandLine
from sweepflow.errors import PlanError
from sweepflow.sweep import SweepSyntaxError

if TYPE_CHECKING:
    from mlflow.entities import Run

    from tests.app.parts import Here, RunApp, Runs


def parsed(*words: str) -> list[str]:
    return list(CommandLine.parse(words).words)


@pytest.mark.parametrize("multirun", ["-m", "--multirun", "hydra.mode=MULTIRUN"])
def test_a_multirun_takes_sweep_expressions(multirun: str) -> None:
    assert parsed(multirun, "lr=1:3:m", "+a/k=1,2", "model=(a,b)_(x,y)") == [
        multirun,
        "lr=0.001,0.002,0.003",
        "+a=1000,2000",
        "model=a_x,a_y,b_x,b_y",
    ]


def test_a_single_run_takes_single_values() -> None:
    assert parsed("lr=5m", "batch_size=1k") == ["lr=0.005", "batch_size=1000"]


@pytest.mark.parametrize("word", ["lr=1:3", "lr=1,2", "lr=log(1:10:2)"])
def test_several_values_need_a_multirun(word: str) -> None:
    with pytest.raises(PlanError, match="add -m"):
        parsed(word)


@pytest.mark.parametrize(
    "words",
    [
        ("--cfg", "job", "--resolve"),
        ("--config-dir", "a=1:3", "-cn", "x=5m", "--info", "searchpath"),
        ("--config-name=1:3", "-h", "--hydra-help", "-sc", "install=bash"),
        ("lr=1", "--", "lr=1:3", "--dry-run"),
        ("~db", "", "+x={a: 1, b: [1, 2]}"),
        ("name='5m'", "name=\"'x y'\"", "name='a','b'"[:8], r"path=C:\1k", "x=a#b"),
        ("hydra/launcher=joblib", "hydra.run.dir=out/${now:%H}", "db@src=mysql"),
    ],
)
def test_what_is_hydras_stays(words: tuple[str, ...]) -> None:
    assert parsed(*words) == list(words)


def test_dry_run_is_ours() -> None:
    line = CommandLine.parse(["--dry-run", "lr=1"])
    assert (line.words, line.dry_run) == (("lr=1",), True)
    assert not CommandLine.parse(["lr=1"]).dry_run


def test_a_bad_expression_is_told() -> None:
    with pytest.raises(SweepSyntaxError):
        parsed("-m", "lr=1:3:0")


def test_a_text_with_blanks_is_one_text() -> None:
    assert parsed("name=hello world") == ["name='hello world'"]


@dataclass
class Config:
    lr: float = 0.1
    batch_size: int = 32


def test_the_app_sweeps(here: Here, runs: Runs) -> None:
    seen: list[tuple[float, int]] = []

    @sweepflow.main(Config)
    def app(run: Run, cfg: Config) -> None:
        seen.append((cfg.lr, cfg.batch_size))

    for _ in range(2):
        here(app, "-m", "lr=log(0.0001:0.1:4)", "batch_size=1k,2k")
    sizes = (1000, 2000)
    assert seen == [(lr, size) for lr in (0.0001, 0.001, 0.01, 0.1) for size in sizes]
    assert len(runs()) == 8


@pytest.mark.parametrize("words", [("lr=1:3",), ("-m", "lr=1:3:0")])
def test_the_app_says_what_is_wrong(words: tuple[str, ...], run: RunApp) -> None:
    refused = run(*words)
    assert refused.code == 2
    assert refused.err.startswith("error: ")
    assert "hint: " in refused.err
    assert "Traceback" not in refused.err
