"""Sweeps over workflows: one plan, in which the same work is done once."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.errors import PlanError, SweepflowError
from sweepflow.sweep import SweepSyntaxError
from sweepflow.workflow import Step, Workflow, run_sweep
from sweepflow.workflow.points import grid_points, read_points
from sweepflow.workflow.variants import variants
from tests.engine import flows
from tests.engine.some_steps import note, write

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.workflow import AtomConstructor, WorkflowState
    from tests.engine.flows import Flow

flow = flows.flow


@dataclass
class Value:
    x: float = 0.0
    text: str = ""


def step(name: str, *reads: str) -> Step:
    def make(
        config: Value, inputs: dict[str, Any], work: Path
    ) -> list[AtomConstructor]:
        note(name)
        if config.x < 0:
            raise ValueError("less than nothing")
        read = "".join(inputs[key].path.read_text() for key in sorted(inputs))
        return write(work, name, f"{name}{config.x}{config.text}({read})")

    return Step(name, make, dict.fromkeys(reads, "text"), Value, {name: "text"})


LINE = Workflow("line", {}, [step("a"), step("b", "a"), step("c", "b"), step("d", "c")])


def sweep(grid: dict[str, Any], base: object = None) -> list[WorkflowState]:
    return run_sweep(LINE, base, grid, user="ann", executor="in-process")


def test_what_the_points_share_is_done_once_and_what_is_known_not_at_all(
    flow: Flow,
) -> None:
    values = [number / 10 for number in range(100)]
    states = sweep({"c.x": values})
    assert flow.ran() == Counter(a=1, b=1, c=100, d=100)
    assert [state.settings for state in states] == [{"c.x": str(x)} for x in values]
    assert [flow.text(state, "d") for state in states] == [
        f"d0.0(c{x}(b0.0(a0.0())))" for x in values
    ]
    again = sweep({"c.x": values})
    assert flow.ran() == Counter()
    assert [s.outputs for s in again] == [s.outputs for s in states]
    sweep({"c.x": [*values, 99.0]})
    assert flow.ran() == Counter(c=1, d=1)


def test_equal_points_are_one_and_the_last_key_varies_fastest(flow: Flow) -> None:
    states = sweep({"c.x": [1.0, 2.0, 1.0], "a.text": "p,q"})
    settings = [(s.settings["c.x"], s.settings["a.text"]) for s in states]
    assert settings == [(x, t) for x in ("1.0", "2.0", "1.0") for t in ("p", "q")]
    assert flow.ran() == Counter(a=2, b=2, c=4, d=4)
    assert states[0].outputs == states[4].outputs


def test_a_failure_is_marked_and_stops_only_its_own_point(flow: Flow) -> None:
    states = sweep({"c.x": [1.0, -1.0, 2.0]}, {"a": {"text": "t"}})
    assert [bool(state) for state in states] == [True, False, True]
    (failed,) = states[1].failed
    assert (failed.name, "less than nothing" in (failed.error or "")) == ("c", True)
    assert states[1]["d"].status == "skipped"


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        ({"c.y": [1.0]}, "unknown key 'y'"),
        ({"c.x": ["much"]}, "c.x must be a number"),
        ({"e.x": [1.0]}, "unknown key 'e'"),
        ({"c.x": "log(1:"}, "never closed"),
    ],
)
def test_what_is_wrong_is_told_before_anything_runs(
    flow: Flow, grid: dict[str, Any], said: str
) -> None:
    with pytest.raises((SweepflowError, SweepSyntaxError), match=said):
        sweep(grid)
    assert flow.ran() == Counter()


def test_steps_that_do_not_say_what_they_make_are_swept_too(flow: Flow) -> None:
    names = ("a", "b", "c")
    steps = [
        step(name, *reads) for name, reads in zip(names, ("", "a", "b"), strict=True)
    ]
    some = Workflow("some", {}, [replace(one, output_atom_types=None) for one in steps])
    states = run_sweep(
        some, None, {"a.x": [1.0, 2.0], "b.x": [3.0, -4.0]}, executor="in-process"
    )
    assert [bool(state) for state in states] == [True, False, True, False]
    assert flow.text(states[0], "c") == "c0.0(b3.0(a1.0()))"
    assert flow.text(states[2], "c") == "c0.0(b3.0(a2.0()))"
    assert states[1]["c"].status == "skipped"
    assert flow.ran() == Counter(a=2, b=4, c=2)


@pytest.mark.parametrize(
    ("argument", "values"),
    [
        ("c.x=1:3", ["1", "2", "3"]),
        ("c.x=log(0.01:1:3)", ["0.01", "0.1", "1"]),
        ("c.text=(p,q)_(r,s)", ["p_r", "p_s", "q_r", "q_s"]),
        ("c.text='a,b'", None),
        ('c.text="1:3"', None),
        ("c.text=the cat, and (the dog", None),
        ("c.text=module:function", None),
    ],
)
def test_a_value_is_a_sweep_if_it_stands_for_several(
    argument: str, values: list[str] | None
) -> None:
    points = read_points(LINE, None, [argument])
    if values is None:
        assert [point.settings for point in points] == [{}]
        quoted = argument.partition("=")[2].strip("'\"")
        assert points[0].configs["c"].text == quoted
    else:
        key = argument.partition("=")[0]
        assert [point.settings[key] for point in points] == values


def test_too_many_points_are_refused() -> None:
    with pytest.raises(PlanError, match="has 1,000,000 points, more than 999,999"):
        read_points(LINE, None, ["c.x=1:1000", "d.x=1:1000"], limit=999_999)


@given(
    st.lists(st.tuples(*[st.integers(0, 2)] * 4), min_size=1, max_size=12),
)
def test_work_is_the_same_iff_its_config_and_all_before_it_are(
    points: list[tuple[int, ...]],
) -> None:
    configs = [
        dict(zip("abcd", (Value(float(x)) for x in point), strict=True))
        for point in points
    ]
    names = variants(LINE, configs)
    for index, step_name in enumerate("abcd"):
        by_name = {
            (named[step_name], point[: index + 1])
            for named, point in zip(names, points, strict=True)
        }
        assert len(by_name) == len({name for name, _ in by_name})
        assert len(by_name) == len({before for _, before in by_name})


def test_values_of_a_grid_keep_their_types() -> None:
    (point, _) = grid_points(LINE, None, {"c.text": ["1", "null"]})
    assert point.configs["c"].text == "1"
    assert json.loads(point.settings["c.text"]) == "1"
