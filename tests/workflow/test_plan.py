"""From a workflow to a plan: tasks, what feeds them, and what decides their results."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.atom import Atom
from sweepflow.engine.task import AtomRef, OutputRef, StepCall
from sweepflow.errors import PlanError
from sweepflow.store import Home
from sweepflow.store.store import Store, use_store
from sweepflow.workflow import AtomConstructor, DependsOn, Step, Workflow
from sweepflow.workflow.plan import OURS, is_async, modules_of, plan_workflow
from sweepflow.workflow.resolve import resolve_config

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sweepflow.engine.plan import Plan


@dataclass
class Rate:
    """A config."""

    lr: float = 0.1


def make(
    config: object, atoms: dict[str, Any], workspace: Path
) -> list[AtomConstructor]:
    raise NotImplementedError


async def wait(
    config: object, atoms: dict[str, Any], workspace: Path
) -> list[AtomConstructor]:
    raise NotImplementedError


class Callable:
    """A step's function that is an object."""

    async def __call__(
        self, config: object, atoms: dict[str, Any], workspace: Path
    ) -> list[AtomConstructor]:
        raise NotImplementedError


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(Home.of(tmp_path)) as store, use_store(store):
        yield store


def planned(
    *steps: Step, inputs: Mapping[str, Atom] | None = None, config: object = None
) -> Plan:
    atoms = inputs or {}
    types = {name: atom.type for name, atom in atoms.items()}
    workflow = Workflow("w", types, list(steps))
    return plan_workflow(workflow, atoms, resolve_config(workflow, config), user="ann")


def test_a_step_becomes_a_task(store: Store) -> None:
    raw = Atom.create("text", data="x")
    train = Step("train", make, {"raw": "text"}, Rate, {"model": "model"}, timeout=3)
    use = Step("use", make, {"model": "model"})
    plan = planned(train, use, inputs={"raw": raw}, config={"train": {"lr": 2.0}})
    first, second = plan.tasks
    assert (plan.name, plan.kind, plan.user) == ("w", "workflow", "ann")
    assert (first.key, first.timeout, first.params) == ("train", 3, {"lr": 2.0})
    assert first.inputs == {"raw": AtomRef(raw.record)}
    assert second.inputs == {"model": OutputRef("model", "model", "train")}
    assert (first.outputs, second.outputs) == ({"model": "model"}, None)
    assert isinstance(first.action, StepCall)
    assert first.action.ref == f"{__name__}:make"
    assert first.action.config_class == f"{__name__}:Rate"


def test_modules_are_those_of_what_goes_by_name() -> None:
    assert modules_of(planned(Step("s", make, {}, Rate))) == [*OURS, __name__]
    assert modules_of(planned(Step("s", functools.partial(make)))) == [*OURS]


def test_async_is_seen_through_partials_and_objects() -> None:
    assert [is_async(thing) for thing in (make, functools.partial(make))] == [False] * 2
    things = (wait, functools.partial(functools.partial(wait)), Callable())
    assert [is_async(thing) for thing in things] == [True] * 3


def test_dependencies_decide_the_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "words").write_text("one")
    monkeypatch.setenv("A_SECRET", "hidden")
    monkeypatch.delenv("NOT_SET", raising=False)

    def found() -> Mapping[str, str]:
        depends_on = DependsOn(["A_SECRET", "NOT_SET"], ["words"], ["pytest"])
        [task] = planned(Step("s", make, depends_on=depends_on)).tasks
        identity = task.identify()
        assert identity
        return identity.depends_on

    before = found()
    assert before["package:pytest"] == pytest.__version__
    assert before["env:NOT_SET"] == "unset"
    assert "hidden" not in str(before)
    (tmp_path / "words").write_text("two")
    monkeypatch.setenv("A_SECRET", "other")
    after = found()
    changed = {name for name, value in before.items() if after[name] != value}
    assert changed == {"env:A_SECRET", "file:words"}


@pytest.mark.parametrize(
    ("depends_on", "message"),
    [
        (DependsOn(files=["no such file"]), "which cannot be read: No such file"),
        (DependsOn(packages=["no-such-package"]), "which is not installed"),
    ],
)
def test_what_is_depended_on_must_be_there(depends_on: DependsOn, message: str) -> None:
    with pytest.raises(PlanError, match=message):
        planned(Step("s", make, depends_on=depends_on))


def test_the_atoms_must_be_those_that_are_wanted(store: Store) -> None:
    workflow = Workflow("w", {"raw": "text"}, [Step("s", make, {"raw": "text"})])
    text, data = Atom.create("text", data="x"), Atom.create("dataset", data="y")
    problems = {
        "needs an input 'raw' of type 'text'": {},
        "takes no input 'rwa'": {"rwa": text},
        "is of type 'text', but dataset-": {"raw": data},
    }
    for message, atoms in problems.items():
        with pytest.raises(PlanError, match=message):
            plan_workflow(workflow, atoms, resolve_config(workflow))
