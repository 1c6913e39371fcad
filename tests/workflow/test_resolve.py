"""From the config of a workflow to those of its steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, model_validator

from sweepflow.workflow import AtomConstructor, Step, Workflow
from sweepflow.workflow.errors import ConfigError
from sweepflow.workflow.resolve import load_config, resolve_config

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Prepare:
    dataset_loader: str
    loader_kwargs: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass
class Hyper:
    n_epochs: int
    learning_rate: float = 1e-3


@dataclass
class Submit:
    model: str
    hyperparameters: Hyper
    suffix: str = ""


@dataclass
class Wait:
    seconds: float = 1.0


@dataclass
class TrainAndEvaluateConfig:
    prepare_dataset: Prepare
    submit_training: Submit
    wait_for_training: Wait


def function(
    config: object, input_atoms: dict[str, Any], temp_workspace: Path
) -> list[AtomConstructor]:
    return []


STEPS = [
    Step("prepare_dataset", function, config_class=Prepare),
    Step("submit_training", function, config_class=Submit),
    Step("wait_for_training", function, config_class=Wait),
    Step("report", function),
]
FLOW = Workflow("flow", {}, STEPS, TrainAndEvaluateConfig)
LOOSE = Workflow("flow", {}, STEPS)

DATA: dict[str, Any] = {
    "prepare_dataset": {"dataset_loader": "a:b", "loader_kwargs": {"num": 100}},
    "submit_training": {
        "model": "m",
        "hyperparameters": {"n_epochs": 2, "learning_rate": 1e-4},
    },
    "wait_for_training": {},
}
CONFIGS = {
    "prepare_dataset": Prepare("a:b", {"num": 100}),
    "submit_training": Submit("m", Hyper(2, 1e-4)),
    "wait_for_training": Wait(),
    "report": None,
}


def said(flow: Workflow, config: object) -> str:
    with pytest.raises(ConfigError) as caught:
        resolve_config(flow, config)
    return str(caught.value)


@pytest.mark.parametrize("flow", [FLOW, LOOSE], ids=["class", "no class"])
@pytest.mark.parametrize(
    "config",
    [
        DATA,
        TrainAndEvaluateConfig(**DATA),
        TrainAndEvaluateConfig(
            Prepare("a:b", {"num": 100}), Submit("m", Hyper(2, 1e-4)), Wait()
        ),
        {key: value for key, value in DATA.items() if key != "wait_for_training"},
        {**DATA, "wait_for_training": None, "report": {}},
        {**DATA, "prepare_dataset": Prepare("a:b", {"num": 100})},
    ],
)
def test_every_way_to_write_a_config_means_the_same(
    flow: Workflow, config: object
) -> None:
    assert resolve_config(flow, config) == CONFIGS


def test_a_workflow_without_configs_needs_none() -> None:
    flow = Workflow("flow", {}, [Step("a", function), Step("b", function)])
    assert resolve_config(flow) == resolve_config(flow, {}) == {"a": None, "b": None}


def test_all_problems_are_told_with_their_paths() -> None:
    config = TrainAndEvaluateConfig(
        prepare_dataset={"dataset_loder": "x"},  # pyright: ignore[reportArgumentType]
        submit_training=Submit("m", {"n_epochs": "2"}),  # pyright: ignore[reportArgumentType]
        wait_for_training={},  # pyright: ignore[reportArgumentType]
    )
    assert set(said(FLOW, config).splitlines()) == {
        (
            "unknown key 'dataset_loder' in prepare_dataset: did you mean "
            "'dataset_loader'? (valid keys: dataset_loader, loader_kwargs)"
        ),
        "prepare_dataset.dataset_loader is missing: write a text",
        "submit_training.hyperparameters.n_epochs must be a whole number, not '2'",
    }


def test_what_belongs_to_no_step() -> None:
    assert "unknown key 'prepare': did you mean 'prepare_dataset'?" in said(
        FLOW, {**DATA, "prepare": {}}
    )
    assert said(FLOW, {**DATA, "report": {"a": 1}}) == (
        "step 'report' takes no config: remove it"
    )
    assert "the config of workflow 'flow' is a int\nhint: give a Train" in said(FLOW, 3)
    assert "hint: give a mapping" in said(LOOSE, 3)
    assert "is a Wait" in said(FLOW, Wait())


def test_defaults_of_the_whole_are_those_of_the_class() -> None:
    @dataclass
    class Whole:
        wait: Wait = field(default_factory=lambda: Wait(5))
        other: dict[str, float] = field(default_factory=lambda: {"seconds": 7.0})

    steps = [Step(name, function, config_class=Wait) for name in ("wait", "other")]
    flow = Workflow("flow", {}, steps, Whole)
    assert resolve_config(flow) == {"wait": Wait(5), "other": Wait(7)}
    assert resolve_config(flow, {"wait": {}})["wait"] == Wait(1)


def test_a_step_with_defaults_may_be_left_out_whatever_its_field_is() -> None:
    @dataclass
    class Whole:
        wait: dict[str, float]

    flow = Workflow("flow", {}, [Step("wait", function, config_class=Wait)], Whole)
    assert resolve_config(flow, {}) == {"wait": Wait()}


class Pair(BaseModel):
    a: Wait
    b: Wait = Wait(1)

    @model_validator(mode="after")
    def _in_order(self) -> Pair:
        if self.a.seconds > self.b.seconds:
            raise ValueError("b must wait as long as a")
        return self


def test_the_class_of_the_whole_may_compare_steps() -> None:
    steps = [Step(name, function, config_class=Wait) for name in ("a", "b")]
    flow = Workflow("flow", {}, steps, Pair)
    assert resolve_config(flow, {"b": {"seconds": 3}})["b"] == Wait(3)
    assert said(flow, {"a": {"seconds": 3}}) == "the config: b must wait as long as a"


def test_a_config_of_a_subclass_stays_one() -> None:
    @dataclass
    class LongWait(Wait):
        reason: str = ""

    flow = Workflow("flow", {}, [Step("a", function, config_class=Wait)])
    assert resolve_config(flow, {"a": LongWait(3, "why")}) == {"a": LongWait(3, "why")}


def test_files_and_arguments_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(
        "prepare_dataset: {dataset_loader: 3}\n"
        "submit_training:\n  model: m\n  hyperparameters: {n_epochs: 1}\n"
    )
    arguments = ["submit_training.hyperparameters.n_epochs=two", "wait=3"]
    with pytest.raises(ConfigError) as caught:
        load_config(FLOW, file, arguments)
    assert set(str(caught.value).splitlines()) == {
        (
            f"{file}:1:35: prepare_dataset.dataset_loader must be a text, not 3: put "
            "it in quotes"
        ),
        (
            "submit_training.hyperparameters.n_epochs must be a whole number, not 'two'"
            f" (set by the argument {arguments[0]!r})"
        ),
        (
            "unknown key 'wait' (valid keys: prepare_dataset, submit_training, "
            "wait_for_training, report) (set by the argument 'wait=3')"
        ),
    }


def test_a_config_may_come_from_arguments_alone() -> None:
    configs = load_config(
        FLOW,
        overrides=[
            "prepare_dataset.dataset_loader=a:b",
            "submit_training={model: m, hyperparameters: {n_epochs: 3}}",
            "submit_training.hyperparameters.learning_rate=1e-5",
        ],
    )
    assert configs["submit_training"] == Submit("m", Hyper(3, 1e-5))


def test_a_file_that_is_no_mapping(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("- 1\n")
    with pytest.raises(ConfigError, match="the config is no mapping"):
        load_config(FLOW, file)
