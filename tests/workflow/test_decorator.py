"""`@step`: what annotations say, and what is said of those that do not."""

import asyncio
import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NamedTuple, TypedDict, cast

import pytest

from sweepflow.workflow import (
    AtomConstructor,
    DependsOn,
    Resources,
    Retry,
    Step,
    Workflow,
    step,
)
from sweepflow.workflow.decorator import step_function
from sweepflow.workflow.errors import StepResultError, WorkflowDefinitionError

if TYPE_CHECKING:
    from decimal import Decimal as Absent


class Thing:
    """Stands for an atom: it has a path."""

    def __init__(self, name: str) -> None:
        self.path = Path(name)


class DatasetThing(Thing):
    type: ClassVar[str] = "dataset"


@dataclass
class Settings:
    lr: float = 1.0


class Trained(TypedDict):
    model: Annotated[Path, "model"]
    report: Annotated[Path, "text"]


class Parts(NamedTuple):
    left: Annotated[Path, "dataset"]
    right: Annotated[Path, "dataset"]


@step
def prepare(config: Settings, temp_workspace: Path) -> Annotated[Path, "dataset"]:
    return temp_workspace / f"{config.lr}.jsonl"


@step
async def train(prepare: DatasetThing, raw: Annotated[Path, "text"]) -> Trained:
    await asyncio.sleep(0)
    return {"model": prepare.path, "report": raw}


@step
def split(prepare: Annotated[Thing, "dataset"], temp_workspace: Path) -> Parts:
    return Parts(temp_workspace / "l", temp_workspace / "r")


@step
def learned(model: Annotated[Thing, "model"]) -> dict[str, Annotated[Path, "eval"]]:
    return {"first": model.path}


@step
def free(model: Annotated[Thing, "model"]) -> list[AtomConstructor]:
    return [AtomConstructor("any", model.path, "thing")]


@step
def watch(model: Annotated[Thing, "model"]) -> None:
    """Make nothing."""


STEPS: list[Callable[..., object]] = [prepare, train, split, learned, free, watch]


def flow() -> Workflow:
    return Workflow.from_steps("flow", STEPS, input_atom_types={"raw": "text"})


def call(function: Callable[..., Any], *names: str, config: object = None) -> Any:  # noqa: ANN401 - whatever a step gives
    atoms = {name: Thing(name) for name in names}
    return step_function(function)(config, atoms, Path("ws"))


def test_annotations_make_the_same_steps_as_written_out() -> None:
    for made, takes, makes in zip(
        flow().steps,
        [
            {},
            {"prepare": "dataset", "raw": "text"},
            {"prepare": "dataset"},
            *[{"model": "model"}] * 3,
        ],
        [
            {"prepare": "dataset"},
            {"model": "model", "report": "text"},
            {"left": "dataset", "right": "dataset"},
            None,
            None,
            {},
        ],
        strict=True,
    ):
        config_class = Settings if made.name == "prepare" else None
        written = Step(made.name, made.function, takes, config_class, makes)
        assert made == written


def test_a_decorated_function_stays_what_it_is() -> None:
    assert prepare(Settings(2), Path("ws")) == Path("ws/2.jsonl")
    assert prepare.__name__ == "prepare"
    assert inspect.isfunction(prepare)


def test_the_function_of_a_step_leads_to_that_of_the_user() -> None:
    for made, function in zip(flow().steps, STEPS, strict=True):
        assert inspect.unwrap(made.function) is function
        assert made.function.__module__ == __name__
        is_async = inspect.iscoroutinefunction(function)
        assert inspect.iscoroutinefunction(made.function) == is_async


def test_steps_are_called_in_the_plain_way() -> None:
    one = AtomConstructor("prepare", "ws/1.0.jsonl", "dataset")
    assert call(prepare, config=Settings()) == [one]
    assert asyncio.run(call(train, "prepare", "raw")) == [
        AtomConstructor("model", "prepare", "model"),
        AtomConstructor("report", "raw", "text"),
    ]
    assert [(a.name, a.path) for a in call(split, "prepare")] == [
        ("left", Path("ws/l")),
        ("right", Path("ws/r")),
    ]
    assert call(learned, "model") == [AtomConstructor("first", "model", "eval")]
    assert call(free, "model") == [AtomConstructor("any", "model", "thing")]
    assert call(watch, "model") == []


def test_a_name_leads_to_what_is_called_whatever_stands_there() -> None:
    def plain(
        config: object, input_atoms: dict[str, Any], temp_workspace: Path
    ) -> list[AtomConstructor]:
        return []

    assert step_function(plain) is plain
    assert step_function(Step("a", plain)) is plain
    made = flow().steps[0]
    assert step_function(made) is made.function


def test_options_go_into_the_step() -> None:
    @step(
        name="again",
        resources=Resources(gpus=1),
        retry=Retry(2),
        timeout=5,
        depends_on=DependsOn(packages=["torch"]),
    )
    def function() -> Annotated[Path, "dataset"]:
        return Path("a")

    (made,) = Workflow.from_steps("flow", [function]).steps
    assert made.name == "again"
    assert made.output_atom_types == {"again": "dataset"}
    assert (made.resources.gpus, made.timeout) == (1, 5)
    assert made.retry == Retry(2)
    assert made.depends_on.packages == ("torch",)


def test_both_kinds_of_steps_can_be_mixed() -> None:
    def plain(
        config: object, input_atoms: dict[str, Any], temp_workspace: Path
    ) -> list[AtomConstructor]:
        return []

    made = Step("last", plain, {"prepare": "dataset"})
    mixed = Workflow.from_steps("flow", [prepare, made])
    assert mixed.steps[1] is made
    assert mixed.sources()["last"] == {"prepare": ("step", "prepare")}


def test_what_wraps_with_functools_keeps_the_annotations() -> None:
    def chatty(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def inner(*args: object, **kwargs: object) -> object:
            return function(*args, **kwargs)

        return inner

    wrapped = chatty(prepare)
    (made,) = Workflow.from_steps("flow", [wrapped]).steps
    assert made.config_class is Settings
    assert len(call(wrapped, config=Settings())) == 1


def no_annotation(raw) -> None: ...  # noqa: ANN001 # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]
def no_return(raw: DatasetThing): ...  # noqa: ANN201
def untyped(raw: Thing) -> None: ...
def with_default(raw: DatasetThing | None = None) -> None: ...
def many(*raw: DatasetThing) -> None: ...
def by_position(raw: DatasetThing, /) -> None: ...
def odd_config(config: dict[str, int]) -> None: ...
def bare_config(config) -> None: ...  # noqa: ANN001 # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]
def bare_path() -> Path: ...  # pyright: ignore[reportReturnType]
def pair() -> tuple[Annotated[Path, "a"], Annotated[Path, "b"]]: ...  # pyright: ignore[reportReturnType]
def absent(raw: "Absent") -> None: ...
def plain_form(input_atoms: dict[str, Thing]) -> list[AtomConstructor]: ...  # pyright: ignore[reportReturnType]
def unknown_workspace(temp_workspace: "Absent") -> None: ...


class Loose(TypedDict, total=False):
    model: Annotated[Path, "model"]


class Untyped(NamedTuple):
    model: Path


def loose() -> Loose: ...  # pyright: ignore[reportReturnType]
def unnamed() -> Untyped: ...  # pyright: ignore[reportReturnType]


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (cast("Any", no_annotation), "the input 'raw' has no annotation"),
        (no_return, "what it returns has no annotation"),
        (untyped, "the annotation of the input 'raw' names no type of atom"),
        (with_default, "the input 'raw' has a default value"),
        (many, "the parameter 'raw' has no name to be given by"),
        (by_position, "the parameter 'raw' has no name to be given by"),
        (odd_config, "config is annotated with what is no config's class"),
        (cast("Any", bare_config), "config has no annotation"),
        (bare_path, "what it returns names no types of atoms"),
        (pair, "what it returns names no types of atoms"),
        (absent, "name 'Absent' is not defined\nhint: import what it names"),
        (plain_form, "the annotation of the input 'input_atoms' names no type"),
        (loose, "Loose.model names no type of an atom that is always made"),
        (unnamed, "Untyped.model names no type of an atom"),
    ],
)
def test_annotations_that_do_not_say_enough(
    function: Callable[..., object], said: str
) -> None:
    with pytest.raises(WorkflowDefinitionError) as caught:
        Workflow.from_steps("flow", [step(function)])
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"step {function.__name__!r}: ")
    assert "hint: " in str(caught.value)


def test_the_annotation_of_the_workspace_need_not_be_readable() -> None:
    assert Workflow.from_steps("flow", [step(unknown_workspace)]).steps


def test_all_functions_that_do_not_say_enough_are_told_at_once() -> None:
    with pytest.raises(WorkflowDefinitionError) as caught:
        Workflow.from_steps("flow", [step(untyped), step(bare_path), len])
    assert "'untyped'" in str(caught.value)
    assert "'bare_path'" in str(caught.value)
    assert "len is no step\nhint: write @step above" in str(caught.value)


def test_a_decorated_function_does_not_go_into_a_step() -> None:
    with pytest.raises(WorkflowDefinitionError, match=r"Workflow\.from_steps"):
        Workflow("flow", {}, [Step("prepare", prepare)])  # pyright: ignore[reportArgumentType]


def returning(result: object, annotation: object) -> Callable[..., Any]:
    def function() -> Any:  # noqa: ANN401 - whatever is tried
        return result

    function.__annotations__["return"] = annotation
    return step(function)


ONE = Annotated[Path, "dataset"]


@pytest.mark.parametrize(
    ("result", "annotation", "said"),
    [
        (None, ONE, "returned None for 'function', which is no path"),
        (3, ONE, "returned 3 for 'function', which is no path"),
        (None, Trained, "did not return 'model', 'report'"),
        ({"model": "a"}, Trained, "did not return 'report'"),
        ({"model": "a", "reports": "b"}, Trained, "returned 'reports'"),
        ({"model": "a", "report": 1}, Trained, "returned 1 for 'report'"),
        ("a", Trained, "returned 'a', not names with paths"),
        ("a", None, "returned 'a', not names with paths"),
        ({"a": None}, dict[str, ONE], "returned None for 'a'"),
        (
            AtomConstructor("other", "a", "dataset"),
            ONE,
            "returned 'other' of type 'dataset', but declares 'function'",
        ),
    ],
)
def test_what_is_returned_must_be_what_is_declared(
    result: object, annotation: object, said: str
) -> None:
    with pytest.raises(StepResultError) as caught:
        call(returning(result, annotation))
    assert said in str(caught.value)


def test_an_atom_to_make_may_stand_for_its_path() -> None:
    made = AtomConstructor("function", "a", "dataset", ["new"], {"rows": 3})
    assert call(returning(made, ONE)) == [made]
    assert call(returning("text", ONE))[0].path == Path("text")
