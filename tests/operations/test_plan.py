"""From what was asked for to a plan: which tasks there are, and what they wait for."""

from __future__ import annotations

import textwrap
import time
from typing import TYPE_CHECKING

import pytest

from sweepflow.engine.task import AtomRef, Group, Made
from sweepflow.errors import PlanError, SweepflowError
from sweepflow.operations.expand import expand
from sweepflow.operations.plan import plan_operation
from sweepflow.operations.planned import PlannedStep
from sweepflow.operations.restart import Previous
from sweepflow.project.operations.read import read_guild
from sweepflow.project.operations.steps import StepEntry
from sweepflow.store.records import AtomRecord, Ending, Output, Provenance, Run
from sweepflow.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sweepflow.engine.plan import Plan
    from sweepflow.engine.task import Task
    from sweepflow.store import Home

OPERATIONS = """
prep: {exec: 'true', flags: {n: 1}}
other: {exec: 'true'}
train: {exec: 'true', requires: [{operation: prep}]}
test:
  exec: 'true'
  requires: [{operation: train}, {operation: prep}, {operation: other}]
either: {exec: 'true', requires: [{operation: prep|other}]}
named:
  exec: 'true'
  requires:
    - {operation: prep|other, name: data}
    - {operation: prep, name: data}
    - {operation: other, name: x, flag-name: 'b#2'}
    - {operation: other, name: b}
    - {operation: other, name: b}
pipe: {flags: {n: 7}, steps: ['prep n=${n}', train]}
lone: {steps: [train]}
open: {steps: [{run: train, isolate-runs: no}]}
batch: {steps: ['prep n=[1,2]', train]}
strict: {steps: [{run: 'prep n=[1,2]', fail-on-trial-error: yes}, other]}
nested: {steps: [prep, {run: inner}]}
inner: {steps: [train]}
"""


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    with Store(home) as store:
        yield store


class Planner:
    """Plans operations of a project."""

    def __init__(self, folder: Path, store: Store, text: str = OPERATIONS) -> None:
        file = folder / "guild.yml"
        file.write_text(textwrap.dedent(text))
        self.store = store
        self.operations = read_guild(file)

    def __call__(
        self,
        name: str,
        *words: str,
        needed: bool = False,
        with_deps: bool = False,
        previous: Previous | None = None,
    ) -> Plan:
        operation = self.operations.operation(name)
        asked = expand(self.operations, operation, words, folder=self.operations.root)
        entry = StepEntry.model_construct(run=name, needed=needed, isolate_runs=False)
        step = PlannedStep(name, entry, operation, asked.trials, asked.is_batch)
        return plan_operation(
            self.operations, step, self.store, with_deps=with_deps, previous=previous
        )

    def record(
        self,
        run_id: str,
        name: str,
        status: str = "completed",
        *,
        parent: str | None = None,
        step: str | None = None,
        **params: int,
    ) -> None:
        """Record a run that has ended, with one file."""
        now = time.time()
        run = Run(
            id=run_id,
            plan_id="p",
            kind="operation",
            name=name,
            task=name,
            command="true",
            cwd=str(self.operations.root),
            provenance=Provenance("here", "me", None, None, "3.11", "0"),
            started_at=now,
            params=params,
            parent=parent,
            step=step,
        )
        self.store.ledger.start(run)
        file = Output("data.txt", "file", "d" * 64, 1, "data.txt")
        made = {"data.txt": AtomRecord.of(file, "me", now)}
        outputs = made if status == "completed" else {}
        self.store.ledger.commit([Ending(run_id, status, now, outputs=outputs)])


@pytest.fixture
def plan(tmp_path: Path, store: Store) -> Planner:
    folder = tmp_path / "project"
    folder.mkdir()
    return Planner(folder, store)


def tasks(plan: Plan) -> dict[str, Task]:
    return {task.key: task for task in plan.tasks}


def makers(task: Task) -> dict[str, tuple[str, ...]]:
    """What a task gets from others of its plan, by the name of the requirement."""
    refs = task.inputs.items()
    return {name: ref.tasks for name, ref in refs if isinstance(ref, Made)}


def test_steps_wait_for_one_another_and_belong_to_a_group(plan: Planner) -> None:
    found = tasks(plan("pipe"))
    assert list(found) == ["pipe/prep", "pipe/train", "pipe"]
    assert found["pipe/train"].after == ("pipe/prep",)
    action = found["pipe"].action
    assert isinstance(action, Group)
    assert action.members == ("pipe/prep", "pipe/train")
    assert found["pipe/prep"].params == {"n": 7}
    assert [t.info.name for t in found.values()] == ["prep", "train", "pipe"]


def test_a_step_gets_what_an_earlier_one_makes(plan: Planner) -> None:
    plan.record("outside", "prep")
    found = tasks(plan("pipe"))
    assert makers(found["pipe/train"]) == {"operation:prep": ("pipe/prep",)}
    assert not found["pipe/train"].info.origins


def test_the_last_trial_comes_first(plan: Planner) -> None:
    found = tasks(plan("batch"))
    assert makers(found["batch/train"]) == {
        "operation:prep": ("batch/prep/2", "batch/prep/1")
    }
    assert found["batch/prep/2"].after == ()


def test_trials_wait_for_one_another_where_the_first_failure_ends_them(
    plan: Planner,
) -> None:
    found = tasks(plan("strict"))
    assert found["strict/prep/2"].after == ("strict/prep/1",)
    assert found["strict/other"].after == ("strict/prep",)


def test_siblings_of_an_enclosing_operation_are_seen(plan: Planner) -> None:
    found = tasks(plan("nested"))
    assert makers(found["nested/inner/train"]) == {"operation:prep": ("nested/prep",)}


def test_what_is_outside_is_not_seen_by_steps_unless_said(plan: Planner) -> None:
    plan.record("outside", "prep")
    with pytest.raises(SweepflowError, match="no suitable run for prep") as caught:
        plan("lone")
    assert "isolate-runs: no" in (caught.value.hint or "")
    found = tasks(plan("open"))
    assert found["open/train"].info.origins == {"operation:prep": "outside"}


def test_the_latest_completed_run_is_taken(plan: Planner) -> None:
    plan.record("first", "prep")
    plan.record("second", "prep")
    plan.record("third", "prep", "failed")
    train = tasks(plan("train"))["train"]
    assert train.info.origins == {"operation:prep": "second"}
    assert isinstance(train.inputs["operation:prep/data.txt"], AtomRef)


def test_nothing_there_is_told_with_what_to_do(plan: Planner) -> None:
    with pytest.raises(SweepflowError, match="no suitable run for prep") as caught:
        plan("train")
    assert "sweepflow run prep" in (caught.value.hint or "")
    assert not plan.store.home.has_ledger()


def test_a_named_run_is_taken_whatever_is_newer(plan: Planner) -> None:
    plan.record("aaa", "prep")
    plan.record("bbb", "prep")
    train = tasks(plan("train", "prep=aa"))["train"]
    assert train.info.origins == {"operation:prep": "aaa"}


def test_a_pattern_of_names_means_the_latest_run_of_any(plan: Planner) -> None:
    plan.record("aaa", "prep")
    plan.record("bbb", "other")
    either = tasks(plan("either"))["either"]
    assert either.info.origins == {"operation:prep|other": "bbb"}


def test_what_is_required_goes_by_the_name_that_users_have_for_it(
    plan: Planner,
) -> None:
    plan.record("aaa", "prep")
    plan.record("bbb", "other")
    info = tasks(plan("named"))["named"].info
    assert info.origins.keys() == {"data", "data#2", "b#2", "b", "b#3"}
    assert (info.origins["data"], info.origins["data#2"]) == ("bbb", "aaa")


def test_what_is_required_is_planned_once_and_where_needed(plan: Planner) -> None:
    plan.record("there", "prep")
    found = tasks(plan("test", needed=True, with_deps=True))
    assert set(found) == {"prep", "train", "other", "test"}
    assert makers(found["test"]) == {
        "operation:train": ("train",),
        "operation:prep": ("prep",),
        "operation:other": ("other",),
    }
    assert makers(found["train"]) == {"operation:prep": ("prep",)}
    assert all(task.reuse for task in found.values())


def test_only_what_is_needed_takes_known_results(plan: Planner) -> None:
    assert not tasks(plan("prep"))["prep"].reuse
    assert tasks(plan("prep", needed=True))["prep"].reuse


def test_requirements_in_a_circle_are_told(tmp_path: Path, store: Store) -> None:
    text = """
    a: {exec: 'true', requires: [{operation: b}]}
    b: {exec: 'true', requires: [{operation: a}]}
    """
    plan = Planner(tmp_path, store, text)
    with pytest.raises(PlanError, match=r"in a circle: (a -> b -> a|b -> a -> b)"):
        plan("a", with_deps=True)


def test_a_batch_is_a_task_a_trial(plan: Planner) -> None:
    found = tasks(plan("prep", "n=[5,6]"))
    assert {key: dict(task.params) for key, task in found.items()} == {
        "prep.1": {"n": 5},
        "prep.2": {"n": 6},
    }


class TestRestart:
    """A run that goes on redoes what had not completed, under the same ids."""

    @pytest.fixture
    def previous(self, plan: Planner) -> Previous:
        plan.record("p0", "pipe", "failed", n=7)
        plan.record("s1", "prep", parent="p0", step="prep", n=7)
        plan.record("s2", "train", "failed", parent="p0", step="train")
        return Previous.load(plan.store, "p0")

    def test_what_completed_is_left_out(
        self, plan: Planner, previous: Previous
    ) -> None:
        found = tasks(plan("pipe", previous=previous))
        assert list(found) == ["pipe/train", "pipe"]
        assert found["pipe/train"].info.run_id == "s2"
        assert found["pipe/train"].info.origins == {"operation:prep": "s1"}
        assert found["pipe"].info.run_id == "p0"
        action = found["pipe"].action
        assert isinstance(action, Group)
        assert list(action.made) == ["prep/data.txt"]

    def test_what_has_other_flags_is_done_anew_with_what_takes_from_it(
        self, plan: Planner
    ) -> None:
        plan.record("p0", "pipe", "failed", n=7)
        plan.record("s1", "prep", parent="p0", step="prep", n=7)
        plan.record("s2", "train", parent="p0", step="train")
        previous = Previous.load(plan.store, "p0")
        found = tasks(plan("pipe", "n=8", previous=previous))
        assert list(found) == ["pipe/prep", "pipe/train", "pipe"]
        assert found["pipe/prep"].params == {"n": 8}
        # Others may stand on what these made.
        assert found["pipe/prep"].info.run_id == ""
        assert found["pipe/train"].info.run_id == ""

    def test_of_a_batch_only_the_trials_that_failed_are_done_again(
        self, plan: Planner
    ) -> None:
        plan.record("p0", "batch", "failed")
        plan.record("b0", "prep", "failed", parent="p0", step="prep")
        plan.record("t1", "prep", parent="b0", step="1", n=1)
        plan.record("t2", "prep", "failed", parent="b0", step="2", n=2)
        previous = Previous.load(plan.store, "p0")
        found = tasks(plan("batch", previous=previous))
        assert set(found) == {
            *("batch/prep/2", "batch/prep"),
            *("batch/train", "batch"),
        }
        assert found["batch/prep/2"].info.run_id == "t2"
        assert found["batch/prep"].info.run_id == "b0"

    def test_a_step_that_goes_on_by_itself_stays_where_it_belongs(
        self, plan: Planner
    ) -> None:
        plan.record("p0", "pipe", "failed", n=7)
        plan.record("s1", "prep", "failed", parent="p0", step="prep", n=7)
        previous = Previous.load(plan.store, "s1")
        info = tasks(plan("prep", "n=7", previous=previous))["prep"].info
        assert (info.parent, info.step, info.run_id) == ("p0", "prep", "s1")

    def test_a_group_that_is_done_is_left_out(self, plan: Planner) -> None:
        plan.record("p0", "nested", "failed")
        plan.record("s1", "prep", parent="p0", step="prep", n=1)
        plan.record("i0", "inner", parent="p0", step="inner")
        plan.record("s2", "train", parent="i0", step="train")
        previous = Previous.load(plan.store, "p0")
        assert list(tasks(plan("nested", previous=previous))) == ["nested"]

    def test_its_flags_are_those_that_it_had(
        self, plan: Planner, previous: Previous
    ) -> None:
        assert previous.words(plan.operations.operation("pipe"), ()) == ["n=7"]
