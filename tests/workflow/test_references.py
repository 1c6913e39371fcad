"""How another process finds a step's function: by its name, or else by its value."""

from __future__ import annotations

import functools
import pickle
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.workflow import AtomConstructor, step
from sweepflow.workflow.decorator import step_function
from sweepflow.workflow.references import (
    is_importable,
    name_of,
    pickle_by_value,
    users_function,
)
from tests.engine import misbehaving_steps, some_steps

if TYPE_CHECKING:
    from pathlib import Path


class Holder:
    def method(self) -> str:
        return "method"

    @staticmethod
    def static() -> str:
        return "static"

    @classmethod
    def of_class(cls) -> str:
        return cls.__name__

    def __call__(self) -> str:
        return "called"


def function() -> str:
    return "function"


@step
def decorated(temp_workspace: Path) -> list[AtomConstructor]:
    return []


HERE = __name__


@pytest.mark.parametrize(
    ("thing", "name"),
    [
        (function, f"{HERE}:function"),
        (Holder, f"{HERE}:Holder"),
        (Holder.static, f"{HERE}:Holder.static"),
        (Holder().method, f"{HERE}:Holder.method"),
        (Holder(), f"{HERE}:Holder"),
        (functools.partial(function), f"{HERE}:function"),
        (functools.partial(functools.partial(function)), f"{HERE}:function"),
        (some_steps.note, "tests.engine.some_steps:note"),
        (len, "builtins:len"),
    ],
)
def test_names(thing: object, name: str) -> None:
    assert name_of(thing) == name


def test_a_lambda_has_the_name_of_where_it_stands() -> None:
    assert name_of(lambda: 1).startswith(f"{HERE}:test_a_lambda_has")


@pytest.mark.parametrize("thing", [function, Holder, Holder.static, some_steps.note])
def test_what_can_be_imported(thing: object) -> None:
    assert is_importable(thing)


@pytest.mark.parametrize(
    "thing",
    [
        lambda: 1,
        Holder().method,
        Holder(),
        functools.partial(function),
        5,
        Holder.of_class,
    ],
)
def test_what_cannot_be_imported(thing: object) -> None:
    assert not is_importable(thing)


def test_a_function_that_another_has_replaced_is_not_importable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = function
    monkeypatch.setattr(sys.modules[HERE], "function", lambda: "other")
    assert not is_importable(before)


def test_a_module_that_the_path_does_not_lead_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "strange_module.py").write_text(
        "def f():\n    return helper()\n\ndef helper():\n    return 'helped'\n"
    )
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    module = import_module("strange_module")
    assert is_importable(module.f)
    monkeypatch.setattr(sys, "path", [p for p in sys.path if p != str(tmp_path)])

    assert not is_importable(module.f)
    carried = pickle_by_value(module.f, module.f)
    del sys.modules["strange_module"]
    again: Any = pickle.loads(carried)  # noqa: S301 - we made it
    assert again() == "helped"


def test_a_module_that_is_shadowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("one", "two"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "shadowed.py").write_text(f"def f():\n    return {place!r}")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "one"), *sys.path])
    module = import_module("shadowed")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "two"), *sys.path])

    assert not is_importable(module.f)
    del sys.modules["shadowed"]


def test_the_users_function_below_the_decorator() -> None:
    made = step_function(decorated)
    found = users_function(made)
    assert found.__name__ == "decorated"
    assert users_function(misbehaving_steps.forks) is misbehaving_steps.forks


def test_what_the_user_has_wrapped_stays_wrapped() -> None:
    @functools.wraps(misbehaving_steps.forks)
    def wrapper(
        config: object, inputs: dict[str, Any], workspace: Path
    ) -> list[AtomConstructor]:
        return misbehaving_steps.forks(config, inputs, workspace)

    assert users_function(wrapper) is wrapper
