"""Values for the flags of steps: of their parent, of the file, of the user."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.system.operations.project import Project
from tests.system.operations.scripts import BASE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.system.operations.conftest import Make

PARENT = {
    "n": 1,
    "f": 2.5,
    "b": True,
    "s": "a b",
    "z": "1e3",
    "m": "yo",
    "nested": "<${n}>",
}
STEPS: dict[str, tuple[Any, Any]] = {
    "a number": ("hello msg=${n}", 1),
    "a fraction": ("hello msg=${f}", 2.5),
    "a truth": ("hello msg=${b}", True),
    "a text": ("hello msg=${s}", "a b"),
    "a text that reads as a number": ("hello msg=${z}", "1e3"),
    "a number in a text": ("hello msg=x${n}", "x1"),
    "words in quotes": ("hello msg='${m} again'", "yo again"),
    "a reference to a reference": ("hello msg=${nested}", "<1>"),
    "flags as a mapping": ({"run": "hello", "flags": {"msg": "${m}!"}}, "yo!"),
    "a mapping before words": (
        {"run": "hello msg=fromrun", "flags": {"msg": "fromdict"}},
        "fromdict",
    ),
    "double quotes": ('hello msg="a b"', "a b"),
    "an escaped reference": (r"hello msg=\${lit}", "${lit}"),
    "null": ({"run": "hello", "flags": {"msg": None}}, "hi"),
    "an equals sign": ({"run": "hello", "flags": {"msg": "x=1 y"}}, "x=1 y"),
}


def step(number: int, said: str | dict[str, Any]) -> dict[str, Any]:
    entry = {"run": said} if isinstance(said, str) else said
    return {**entry, "name": f"s{number}"}


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, object]:
    """Give the value that each step got, all of one run, and what it printed."""
    steps = [step(n, said) for n, (said, _) in enumerate(STEPS.values())]
    text = BASE + "p: " + json.dumps({"flags": PARENT, "steps": steps})
    project = Project.make(tmp_path_factory.mktemp("values") / "project", text)
    project.run("p")
    p, *runs = project.runs()
    assert p.params == PARENT  # as they are written
    return dict(zip(STEPS, (run.params["msg"] for run in runs), strict=True))


@pytest.mark.parametrize("what", STEPS)
def test_a_step_gets(values: Mapping[str, object], what: str) -> None:
    expected = STEPS[what][1]
    assert (values[what], type(values[what])) == (expected, type(expected))


def test_what_a_user_gives_a_parent_goes_on_to_its_steps(make: Make) -> None:
    project = make(
        BASE
        + "p: {flags: {m: yo}, steps: ['hello msg=${m}', \"hello msg='${m} again'\"]}"
    )
    project.run("p", "m=bye")
    p, *steps = project.runs()
    assert p.params == {"m": "bye"}
    assert [run.params["msg"] for run in steps] == ["bye", "bye again"]
    assert [project.output(run) for run in steps] == ["bye\n", "bye again\n"]


def test_a_flag_of_the_parent_may_be_one_of_a_step(make: Make) -> None:
    project = make(
        BASE
        + "p: {flags: {'hello:msg': predefined}, steps: [hello]}\n"
        + "q: {steps: [p, 'p hello:msg=user']}"
    )
    project.run("q")
    runs = [run.params["msg"] for run in project.runs() if run.name == "hello"]
    assert runs == ["predefined", "user"]
    project.run("p", "hello:msg=me")
    assert project.latest("p/hello").params["msg"] == "me"


def test_the_name_of_an_operation_with_its_model_goes_before_that_of_a_step(
    make: Make,
) -> None:
    project = make(
        "- model: m\n  operations:\n"
        "    hello: {main: step, flags: {msg: hi}}\n"
        "    p: {flags: {'hello:msg': name, 'm:hello:msg': spec}, steps: [hello]}\n"
    )
    project.run("m:p")
    p, hello = project.runs()
    assert (p.name, hello.name) == ("m:p", "m:hello")
    assert hello.params["msg"] == "spec"
