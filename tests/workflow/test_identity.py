"""What decides a step's result: code, config, and what it declares to depend on."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import pytest

from sweepflow.errors import PlanError
from sweepflow.workflow import AtomConstructor, DependsOn, Step, Workflow
from sweepflow.workflow.decorator import as_step
from sweepflow.workflow.identity import Identities
from sweepflow.workflow.plan import plan_workflow
from sweepflow.workflow.resolve import resolve_config
from sweepflow.zoo.steps import prepare_task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sweepflow.engine.task import Task

MODULE = '''
from dataclasses import dataclass

from project_helper import help_with, unused

LIMIT = 10

@dataclass
class Config:
    scale: float = 1.0
    function: str = "project_helper:chosen"

def make(config, inputs, workspace):
    """Make a thing."""
    return help_with(LIMIT)

def other(config, inputs, workspace):
    return 2
'''
HELPER = """
def help_with(limit):
    return limit + 1

def unused():
    return 0

def chosen():
    return 3
"""

Made = list[AtomConstructor]


class Project:
    """Two modules of a user, edited and planned again."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write()

    def write(self, module: str = MODULE, helper: str = HELPER) -> None:
        (self.root / "project_module.py").write_text(module)
        (self.root / "project_helper.py").write_text(helper)

    def plan(
        self, config: object = None, depends_on: DependsOn | None = None
    ) -> Mapping[str, Task]:
        for name in ("project_module", "project_helper"):
            sys.modules.pop(name, None)
        module = import_module("project_module")
        steps = [
            Step(
                "make",
                module.make,
                config_class=module.Config,
                depends_on=depends_on or DependsOn(),
            ),
            Step("other", module.other),
        ]
        workflow = Workflow("w", {}, steps)
        configs = resolve_config(workflow, config)
        plan = plan_workflow(workflow, {}, configs, root=self.root)
        return {task.key: task for task in plan.tasks}

    def codes(self, config: object = None) -> dict[str, str]:
        return {
            key: identity.code.digest
            for key, task in self.plan(config).items()
            if (identity := task.identify())
        }


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield Project(tmp_path)
    for name in ("project_module", "project_helper"):
        sys.modules.pop(name, None)


NONE: set[str] = set()


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ('"""Make a thing."""', '"""Make some thing."""', NONE),
        ("LIMIT = 10", "LIMIT = 10  # ten", NONE),
        ("LIMIT = 10", "LIMIT = 11", {"make"}),
        ("return 2", "return 3", {"other"}),
        ("scale: float = 1.0", "scale: float = 1.0\n    more: int = 0", {"make"}),
        ("return limit + 1", "return limit + 2", {"make"}),
        ("return limit + 1", "return limit+1", NONE),
        ("return 0", "return 1", NONE),
        ("return 3", "return 4", {"make"}),  # which the config names
    ],
)
def test_an_edit_changes_the_steps_that_it_concerns(
    project: Project, old: str, new: str, changed: set[str]
) -> None:
    before = project.codes()
    project.write(MODULE.replace(old, new), HELPER.replace(old, new))
    after = project.codes()
    assert {key for key in before if before[key] != after[key]} == changed


def test_a_config_names_another_function(project: Project) -> None:
    before = project.codes()
    after = project.codes({"make": {"function": "project_helper:unused"}})
    assert before["make"] != after["make"]
    nothing = project.codes({"make": {"function": "project_helper:absent"}})
    assert nothing["make"] not in (before["make"], after["make"])


def test_params_are_the_configs_values(project: Project) -> None:
    assert project.plan({"make": {"scale": 2}})["make"].params == {
        "scale": 2.0,
        "function": "project_helper:chosen",
    }


def test_what_is_declared(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    (project.root / "data").write_text("1")
    monkeypatch.setenv("A_SECRET", "s3cret")
    monkeypatch.delenv("ABSENT", raising=False)
    declared = DependsOn(["A_SECRET", "ABSENT"], ["data"], ["pytest"])

    task = project.plan(depends_on=declared)["make"]

    identity = task.identify()
    assert identity
    found = identity.depends_on
    assert list(found) == ["env:A_SECRET", "env:ABSENT", "file:data", "package:pytest"]
    assert found["env:ABSENT"] == "unset"
    assert found["package:pytest"] == pytest.__version__
    assert "s3cret" not in str(found)


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        (DependsOn(files=["absent"]), "cannot be read: No such file"),
        (DependsOn(files=["."]), "cannot be read: Is a directory"),
        (DependsOn(packages=["no-such"]), "'no-such', which is not installed"),
    ],
)
def test_what_is_declared_and_not_there(
    project: Project, declared: DependsOn, said: str
) -> None:
    with pytest.raises(PlanError, match=said) as caught:
        project.plan(depends_on=declared)
    assert caught.value.hint


def test_a_step_without_a_file(tmp_path: Path) -> None:
    """As in a notebook, where code comes from nowhere."""

    def identity(body: str) -> str:
        namespace: dict[str, Any] = {}
        exec(f"def f(config, inputs, workspace):\n    return {body}", namespace)  # noqa: S102
        workflow = Workflow("w", {}, [Step("s", namespace["f"])])
        [task] = plan_workflow(workflow, {}, {"s": None}, root=tmp_path).tasks
        found = task.identify()
        assert found
        return found.code.digest

    assert identity("1 + len('a')") == identity("1 + len('a')  # one")
    assert identity("1 + len('a')") != identity("1 + len('b')")


def test_what_a_closure_holds_counts(tmp_path: Path) -> None:
    @dataclass
    class Held:
        value: int

    def digest(held: object) -> str:
        def f(config: object, inputs: object, workspace: object) -> Made:
            return cast("Made", held)

        workflow = Workflow("w", {}, [Step("s", f)])
        [task] = plan_workflow(workflow, {}, {"s": None}, root=tmp_path).tasks
        found = task.identify()
        assert found
        return found.code.digest

    assert digest(1) == digest(1)
    assert digest(1) != digest(2)
    assert digest(Held(1)) == digest(Held(1))
    assert digest(Held(1)) != digest(Held(2))


def test_steps_of_ours_count_by_our_version(tmp_path: Path) -> None:
    step = as_step(prepare_task)
    code = Identities([step], tmp_path).of(step, {}).code
    assert list(json.loads(code.texts[code.digest])) == ["package:sweepflow"]
