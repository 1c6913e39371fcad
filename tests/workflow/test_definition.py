"""What a workflow is, and what is said of one that can never run."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel

from sweepflow.errors import SweepflowError
from sweepflow.workflow import AtomConstructor, DependsOn, Step, Workflow
from sweepflow.workflow.errors import UnknownStepError, WorkflowDefinitionError

if TYPE_CHECKING:
    from sweepflow.workflow.steps import StepFunction


@dataclass
class Settings:
    lr: float


@dataclass
class OtherSettings:
    lr: float = 1.0


class Whole(BaseModel):
    train: Settings
    prepare: OtherSettings = OtherSettings()


def plain(
    config: object, input_atoms: dict[str, Any], temp_workspace: Path
) -> list[AtomConstructor]:
    return []


def node(
    name: str,
    takes: dict[str, str] | None = None,
    makes: dict[str, str] | None = None,
    **options: Any,  # noqa: ANN401 - arguments of Step
) -> Step:
    return Step(name, plain, takes or {}, output_atom_types=makes, **options)


def problem(
    *steps: Step,
    **options: Any,  # noqa: ANN401 - arguments of Workflow
) -> str:
    with pytest.raises(WorkflowDefinitionError) as caught:
        Workflow("flow", options.pop("inputs", {}), list(steps), **options)
    return str(caught.value)


def test_the_way_of_the_documents() -> None:
    flow = Workflow(
        name="my_pipeline",
        input_atom_types={"input_dataset": "dataset"},
        steps=[
            Step(
                name="process",
                function=plain,
                input_atom_types={"input_dataset": "dataset"},
                config_class=Settings,
            ),
            Step(
                name="analyze",
                function=plain,
                input_atom_types={"output_dataset": "dataset"},
                config_class=OtherSettings,
            ),
        ],
    )
    assert [step.name for step in flow.steps] == ["process", "analyze"]
    assert flow.sources() == {
        "process": {"input_dataset": ("input",)},
        "analyze": {"output_dataset": ("undeclared",)},
    }


def test_declared_outputs_connect_whatever_the_order() -> None:
    flow = Workflow(
        "flow",
        {},
        [node("b", {"x": "t"}, {}), node("a", {}, {"x": "t"})],
    )
    assert flow.sources()["b"] == {"x": ("step", "a")}
    edge = flow.edges[0]
    assert (edge.step, edge.input, edge.type, edge.source) == (
        *("b", "x", "t"),
        ("step", "a"),
    )


def test_a_declared_output_wins_over_undeclared_ones() -> None:
    steps = [node("a"), node("b", {}, {"x": "t"}), node("c", {"x": "t"})]
    assert Workflow("flow", {}, steps).sources()["c"] == {"x": ("step", "b")}


def test_steps_are_found_by_name() -> None:
    flow = Workflow("flow", {}, [node("train"), node("evaluate")])
    assert flow.step("train") is flow.steps[0]
    with pytest.raises(UnknownStepError, match="no step 'trian'") as caught:
        flow.step("trian")
    assert caught.value.hint == "did you mean 'train'?"
    assert isinstance(caught.value, KeyError)


@pytest.mark.parametrize(
    ("steps", "options", "said"),
    [
        ([], {}, "it has no steps"),
        ([node("a"), node("a")], {}, "2 steps are named 'a'"),
        ([node("a b")], {}, "'a b' is no valid name of a step"),
        ([node("../a")], {}, "'../a' is no valid name of a step"),
        ([node("a", {}, {"../x": "t"})], {}, "output '../x' is no valid name"),
        ([node("a")], {"inputs": {"x/y": "t"}}, "input 'x/y' is no valid name"),
        ([node("a")], {"inputs": {"x": ""}}, "input 'x' has the type ''"),
        (
            [node("a", {}, {"x": "t"}), node("b", {}, {"x": "t"})],
            {},
            "the output 'x' is made by the steps 'a' and 'b'",
        ),
        (
            [node("a", {}, {"x": "t"})],
            {"inputs": {"x": "t"}},
            "step 'a' makes 'x', which is an input of the workflow too",
        ),
        ([node("a", {"x": "t"})], {}, "step 'a' takes 'x', which nothing gives"),
        (
            [node("a", {"dataset": "t"}, {}), node("b", {}, {"datasets": "t"})],
            {},
            "did you mean 'datasets'?",
        ),
        (
            [node("a", {"x": "t"}, {}), node("b")],
            {},
            "(the outputs of b are not declared)",
        ),
        (
            [node("a", {"x": "u"})],
            {"inputs": {"x": "t"}},
            "takes 'x' as 'u', but the workflow's input is 't'",
        ),
        (
            [node("a", {}, {"x": "t"}), node("b", {"x": "u"})],
            {},
            "takes 'x' as 'u', but what step 'a' makes is 't'",
        ),
        ([node("a", {"x": "t"}, {"x": "t"})], {}, "wait for each other: a -> a"),
        (
            [
                node("a", {"z": "t"}, {"x": "t"}),
                node("b", {"x": "t"}, {"y": "t"}),
                node("c", {"y": "t"}, {"z": "t"}),
            ],
            {},
            "wait for each other: a -> b -> c -> a",
        ),
        (
            [node("a", {"x": "t"}), node("b", {"y": "t"}, {"x": "t"})],
            {},
            "wait for each other: a -> b -> a",
        ),
        ([node("a", timeout=0)], {}, "timeout is 0"),
        ([node("a", timeout=math.inf)], {}, "timeout is inf"),
        ([node("a", config_class=Settings(1))], {}, "config_class is Settings("),
        ([node("a", config_class=dict)], {}, "config_class is dict"),
        ([node("a")], {"config_class": int}, "config_class is int"),
    ],
)
def test_what_can_never_run(
    steps: list[Step], options: dict[str, Any], said: str
) -> None:
    assert said in problem(*steps, **options)


def test_configs_and_steps_fit_each_other() -> None:
    train = node("train", config_class=Settings)
    prepare = node("prepare", config_class=OtherSettings)
    Workflow("flow", {}, [prepare, train], Whole)
    Workflow("flow", {}, [node("train"), node("prepare")], Whole)
    said = problem(train, config_class=Whole)
    assert "Whole has the field 'prepare', but no step is named so" in said
    said = problem(train, config_class=OtherSettings)
    assert "step 'train' needs a config, but OtherSettings has no such field" in said
    assert "add train: Settings" in said
    swapped = node("prepare", config_class=Settings)
    said = problem(train, swapped, config_class=Whole)
    assert "Whole.prepare is a OtherSettings, but the step takes a Settings" in said


def test_a_step_whose_config_has_only_defaults_needs_no_field() -> None:
    @dataclass
    class OnlyTrain:
        train: Settings

    prepare = node("prepare", config_class=OtherSettings)
    Workflow("flow", {}, [prepare, node("train", config_class=Settings)], OnlyTrain)


def with_two(config: object, input_atoms: object) -> list[AtomConstructor]:
    return []


def with_four(a: object, b: object, c: object, d: object) -> list[AtomConstructor]:
    return []


@functools.wraps(with_two)
def wrapper(*args: object, **kwargs: object) -> list[AtomConstructor]:
    return []


def nothing(*_: object) -> list[AtomConstructor]:
    return []


class Callee:
    def __call__(self, *args: object) -> list[AtomConstructor]:
        return []


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (with_two, "takes (config: 'object', input_atoms: 'object')"),
        (with_four, "not three arguments"),
        ("plain", "is 'plain', which cannot be called"),
        (None, "is None, which cannot be called"),
    ],
)
def test_a_step_needs_a_function_of_three(function: StepFunction, said: str) -> None:
    assert said in problem(Step("a", function))


@pytest.mark.parametrize(
    "function",
    [wrapper, Callee(), functools.partial(with_four, 1), nothing],
)
def test_what_can_be_called_with_three_will_do(function: StepFunction) -> None:
    assert Workflow("flow", {}, [Step("a", function)]).steps[0].function is function


def test_all_problems_are_told_at_once() -> None:
    said = problem(node("a", {"x": "t"}, timeout=-1), node("a b"))
    assert said.count("\n") == 3
    assert "flow' has 3 problems" in said


def test_what_is_no_step_or_no_mapping() -> None:
    with pytest.raises(WorkflowDefinitionError, match="plain is no Step"):
        Workflow("flow", {}, [plain])  # pyright: ignore[reportArgumentType]
    with pytest.raises(WorkflowDefinitionError, match="input_atom_types of step"):
        Step("a", plain, ["x"])  # pyright: ignore[reportArgumentType]


def test_atoms_to_make_are_plain_values() -> None:
    made = AtomConstructor(name="x", path="a/b", type="dataset", tags=["new"])
    assert made == AtomConstructor("x", Path("a/b"), "dataset", ("new",), {})
    with pytest.raises(SweepflowError, match="tags is 'new', not a list"):
        AtomConstructor("x", "a", "dataset", tags="new")


def test_what_a_step_depends_on_is_listed() -> None:
    depends = DependsOn(environment=["HOME"], files=["a.txt", Path("b")])
    assert depends.environment == ("HOME",)
    assert depends.files == (Path("a.txt"), Path("b"))
    for name in ("environment", "files", "packages"):
        with pytest.raises(SweepflowError, match=f"{name} is 'torch', not a list"):
            DependsOn(**{name: "torch"})
