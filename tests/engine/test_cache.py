"""What is known is not done again; what failed, broke or changed is."""

from __future__ import annotations

import os
import shutil
import stat
from typing import TYPE_CHECKING, Any, Unpack, cast

import pytest

from sweepflow.atom import Atom
from sweepflow.engine.events import OutputDamaged
from sweepflow.errors import PlanError
from sweepflow.workflow import DependsOn
from tests.engine import flows
from tests.engine.some_steps import AtomConstructor, does, makes, note, write

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.workflow import Step
    from sweepflow.workflow.run import Options, Place
    from tests.engine.flows import Flow

flow = flows.flow

Inputs = dict[str, Any]
Made = list[AtomConstructor]


def chain() -> tuple[Step, ...]:
    return makes("a"), makes("b", "a"), makes("c", "b")


def statuses(flow: Flow, *steps: Step, **options: Unpack[Options]) -> dict[str, str]:
    return {each.name: each.status for each in flow.run(*steps, **options)}


def place_of(flow: Flow, digest: str) -> Path:
    root = flow.store.home.root / "objects"
    return root / digest[:2] / digest[2:]


def damage(path: Path, data: bytes | None) -> None:
    """Put other bytes into an object, or remove it."""
    if data is None:
        path.unlink()
        return
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    path.write_bytes(data)


def test_a_second_run_runs_nothing_and_gives_the_same(flow: Flow) -> None:
    first = flow.run(*chain())
    assert flow.ran() == {"a": 1, "b": 1, "c": 1}

    second = flow.run(*chain())

    assert not flow.ran()
    assert [step.status for step in second] == ["cached"] * 3
    assert second.outputs == first.outputs
    assert [s.cached_from for s in second] == [s.run_id for s in first]


def test_the_place_where_it_runs_does_not_matter(flow: Flow) -> None:
    flow.run(*chain(), executor="local")
    flow.ran()

    assert set(statuses(flow, *chain()).values()) == {"cached"}
    assert not flow.ran()


def test_other_content_runs_what_depends_on_it(flow: Flow) -> None:
    flow.run(*chain())
    flow.ran()

    state = flow.run(makes("a", text="new"), *chain()[1:])

    assert flow.ran() == {"a": 1, "b": 1, "c": 1}
    assert flow.text(state, "c") == "cbnew"


def test_equal_content_runs_no_more(flow: Flow) -> None:
    flow.run(makes("a"), makes("b", "a"))
    flow.ran()

    def otherwise(config: object, inputs: Inputs, workspace: Path) -> Made:
        note("a")
        return write(workspace, "a", f"{'a'}")

    state = flow.run(does("a", otherwise), makes("b", "a"))

    assert flow.ran() == {"a": 1}
    assert state["b"].status == "cached"


def test_equal_bytes_of_another_type_are_other_content(flow: Flow) -> None:
    flow.run(makes("a"))

    def other(config: object, inputs: Inputs, workspace: Path) -> Made:
        return write(workspace, "a", kind="note")

    first = flow.run(makes("a"))
    second = flow.run(does("a", other))
    assert first.outputs != second.outputs


def test_inputs_from_outside_count_by_content(flow: Flow, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("1")
    (tmp_path / "same").write_text("1")
    one = Atom.create("text", path=tmp_path / "in", user="ann")
    flow.run(makes("b", "a"), inputs={"a": one})
    flow.ran()
    (tmp_path / "in").write_text("2")
    two = Atom.create("text", path=tmp_path / "in", user="ann")

    assert flow.run(makes("b", "a"), inputs={"a": two})["b"].status == "completed"
    assert flow.run(makes("b", "a"), inputs={"a": one})["b"].status == "cached"


@pytest.mark.parametrize("how", ["raises", "returns nothing", "is cut off"])
def test_a_failure_is_no_hit(flow: Flow, tmp_path: Path, how: str) -> None:
    def shaky(config: object, inputs: Inputs, workspace: Path) -> Made:
        note("a")
        if (tmp_path / "well").exists():
            return write(workspace, "a")
        if how == "raises":
            raise ValueError
        if how == "is cut off":
            os._exit(0)
        return cast("Made", None)

    step = does("a", shaky)
    place: Place = "local" if how == "is cut off" else "in-process"
    assert statuses(flow, step, executor=place) == {"a": "failed"}
    assert statuses(flow, step, executor=place) == {"a": "failed"}
    (tmp_path / "well").touch()

    assert statuses(flow, step) == {"a": "completed"}
    assert flow.ran() == {"a": 3}


@pytest.mark.parametrize("data", [b"", b"A", b"aa", None])
def test_a_damaged_object_is_told_and_healed(flow: Flow, data: bytes | None) -> None:
    first = flow.run(*chain())
    flow.ran()
    path = place_of(flow, Atom.get(first.outputs["a"]).digest)
    damage(path, data)

    second = flow.run(*chain())

    assert flow.ran() == {"a": 1}  # it made the same: nothing else is touched
    assert second.outputs == first.outputs
    assert [(e.task.key, e.name) for e in _damage_told(flow)] == [("a", "a")]
    assert path.read_bytes() == b"a"
    assert not list(flow.store.objects.verify_all())
    assert statuses(flow, *chain()) == dict.fromkeys("abc", "cached")


def test_one_file_of_a_folder_is_enough_for_damage(flow: Flow) -> None:
    def folder(config: object, inputs: Inputs, workspace: Path) -> Made:
        note("a")
        for n in range(20):
            (workspace / "a" / str(n)).mkdir(parents=True)
            (workspace / "a" / str(n) / "file").write_text(f"{n}")
        return [AtomConstructor("a", "a", "many")]

    step = does("a", folder)
    first = flow.run(step)
    flow.ran()
    digest = Atom.get(first.outputs["a"]).digest
    entry = next(e for e in flow.store.objects.entries(digest) if hasattr(e, "digest"))
    damage(place_of(flow, getattr(entry, "digest", "")), b"?")

    assert statuses(flow, step) == {"a": "completed"}
    assert flow.ran() == {"a": 1}
    assert not list(flow.store.objects.verify_all())
    assert statuses(flow, step) == {"a": "cached"}


def test_all_objects_gone_is_as_if_nothing_was_known(flow: Flow) -> None:
    first = flow.run(*chain())
    shutil.rmtree(flow.store.home.root / "objects")
    flow.ran()

    second = flow.run(*chain())

    assert flow.ran() == {"a": 1, "b": 1, "c": 1}
    assert second.outputs == first.outputs


def test_renew_runs_all_and_off_leaves_nothing(flow: Flow) -> None:
    flow.run(*chain())
    flow.run(*chain(), cache="renew")
    assert flow.ran() == {"a": 2, "b": 2, "c": 2}
    flow.run(*chain(), cache="off")
    assert flow.ran() == {"a": 1, "b": 1, "c": 1}
    flow.run(makes("d"), cache="off")
    flow.ran()

    assert statuses(flow, makes("d")) == {"d": "completed"}


def test_stages_run_and_the_others_are_known(flow: Flow) -> None:
    flow.run(*chain())
    flow.ran()

    assert statuses(flow, *chain(), stages=["b"]) == {
        "a": "cached",
        "b": "completed",
        "c": "cached",
    }
    assert flow.ran() == {"b": 1}


def test_stages_name_what_is_missing(flow: Flow) -> None:
    state = flow.run(*chain(), stages=["b"])

    assert [s.status for s in state] == ["failed", "skipped", "skipped"]
    assert state["a"].error == "its result is not in the cache, and only b may run"
    assert not flow.ran()
    with pytest.raises(PlanError, match="has no step 'x'"):
        flow.run(*chain(), stages=["x"])


def test_what_a_step_depends_on_counts(
    flow: Flow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = DependsOn(["SOME_SETTING"], ["data.txt"], ["pytest"])
    (tmp_path / "data.txt").write_text("1")

    def again() -> str:
        return statuses(flow, makes("a", depends_on=declared))["a"]

    assert [again(), again()] == ["completed", "cached"]
    monkeypatch.setenv("SOME_SETTING", "1")
    assert [again(), again()] == ["completed", "cached"]
    (tmp_path / "data.txt").write_text("2")
    assert [again(), again()] == ["completed", "cached"]
    (tmp_path / "data.txt").write_text("1")
    assert again() == "cached"  # as it was once
    monkeypatch.delenv("SOME_SETTING")
    assert again() == "cached"
    monkeypatch.setattr("importlib.metadata.version", "{}".format)
    assert [again(), again()] == ["completed", "cached"]


@pytest.mark.parametrize(
    ("declared", "what"),
    [
        (DependsOn(files=["absent"]), "absent, which cannot be read"),
        (DependsOn(packages=["no-such-thing"]), "'no-such-thing', which is not"),
    ],
)
def test_what_is_not_there_is_told(flow: Flow, declared: DependsOn, what: str) -> None:
    with pytest.raises(PlanError, match=what):
        flow.run(makes("a", depends_on=declared))


def test_two_steps_that_do_the_same_do_it_once(flow: Flow) -> None:
    def work(config: object, inputs: Inputs, workspace: Path) -> Made:
        note("work")
        return write(workspace, "x", "1")

    workflow = [does("a", work), does("b", work)]
    state = flow.run(*workflow, jobs=2)

    assert flow.ran() == {"work": 1}
    assert sorted(step.status for step in state) == ["cached", "completed"]


def test_a_name_that_two_steps_make_clashes_when_cached_too(flow: Flow) -> None:
    def also(config: object, inputs: Inputs, workspace: Path) -> Made:
        note("also")
        return write(workspace, "a", "other")

    steps = (makes("a"), does("also", also), makes("c", "a"))
    for _ in range(2):
        state = flow.run(*steps, jobs=1)
        assert [s.status for s in state][1] == "failed"
        assert "which a makes too" in str(state["also"].error)


def _damage_told(flow: Flow) -> list[OutputDamaged]:
    return [event for event in flow.events if isinstance(event, OutputDamaged)]
