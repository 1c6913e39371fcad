"""What holds for any values, names and steps."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.errors import PlanError
from sweepflow.operations.expand import expand
from sweepflow.operations.flags.values import format_value
from sweepflow.project.operations.book import OperationModel, Operations
from sweepflow.project.operations.flags import Flag
from sweepflow.project.operations.models import Operation
from sweepflow.project.operations.steps import StepEntry
from tests.operations.expand.conftest import one

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.operations.planned import Asked

HERE = Path("/project")
SCALARS = (
    st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
VALUES = SCALARS | st.dictionaries(st.sampled_from("abc"), SCALARS)
PLAIN = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="$\0"))


def operation(
    name: str, *steps: StepEntry, flags: Mapping[str, object] | None = None
) -> Operation:
    """An operation with flags and their defaults, and steps or nothing to do."""
    defined = {n: Flag(name=n, default=v) for n, v in (flags or {}).items()}
    if steps:
        return Operation(name=name, steps=steps, flags=defined)
    return Operation(name=name, exec="true", flags=defined)


def step(of: str, **said: Any) -> StepEntry:  # noqa: ANN401
    return StepEntry(run=of, operation=of, **said)


def asked(first: Operation, *others: Operation, words: tuple[str, ...] = ()) -> Asked:
    every = {one.name: one for one in (first, *others)}
    operations = Operations(
        HERE / "sweepflow.yaml", HERE, {"": OperationModel("", every)}
    )
    return expand(operations, first, words, folder=HERE)


def same(left: object, right: object) -> bool:
    return left == right and type(left) is type(right)


@given(VALUES)
def test_a_reference_passes_any_value_on(value: Any) -> None:  # noqa: ANN401
    p = operation("p", step("q", flags={"v": "${v}"}), flags={"v": None})
    q = operation("q", step("a", arguments=(("v", "${v}"),)), flags={"v": None})
    run = one(
        asked(p, q, operation("a", flags={"v": 0}), words=(f"v={format_value(value)}",))
    )
    got = run.steps[0].trials[0].steps[0].trials[0].values["v"]
    if isinstance(value, str) and "${" in value:
        return  # itself a reference, as for every flag
    assert same(got, value)


@given(PLAIN)
def test_any_text_stands_for_itself_in_a_step(text: str) -> None:
    p = operation("p", step("a", arguments=(("v", format_value(text)),)))
    (trial,) = one(asked(p, operation("a", flags={"v": 0}))).steps[0].trials
    assert trial.values == {"v": text}


@given(st.lists(st.sampled_from(["a", "a_2", "b", "x y", "x-y"]), min_size=1))
def test_names_of_links_are_plain_and_differ(names: list[str]) -> None:
    p = operation("p", *(step("a", name=name) for name in names))
    given = [link.name for link in one(asked(p, operation("a"))).steps]
    assert len(set(given)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in given)
    for name, link in zip(names, given, strict=True):
        assert re.fullmatch(rf"{re.sub(' ', '-', name)}(_[0-9]+)*", link)


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=3),
    st.lists(st.integers(0, 3), max_size=3),
)
def test_there_is_a_run_for_every_combination(
    outer: list[int], inner: list[int]
) -> None:
    own: dict[str, object] = {
        f"o{n}": list(range(size)) for n, size in enumerate(outer)
    }
    lists = {f"i{n}": list(range(size)) for n, size in enumerate(inner)}
    p = operation("p", step("a", flags=lists), flags=own)
    found = asked(p, operation("a", flags=dict.fromkeys(lists, 0)))
    assert len(found.trials) == math.prod(outer)
    for trial in found.trials:
        assert len(trial.steps[0].trials) == math.prod(inner)
        assert trial.steps[0].is_batch == bool(inner)


NODES = st.integers(0, 4)


@given(st.sets(st.tuples(NODES, NODES)))
def test_steps_come_to_an_end_or_are_told_to_go_in_a_circle(
    edges: set[tuple[int, int]],
) -> None:
    below = {n: sorted(to for of, to in edges if of == n) for n in range(5)}
    every = [operation(f"p{n}", *(step(f"p{to}") for to in below[n])) for n in below]
    if _goes_in_a_circle(0, below, ()):
        with pytest.raises(PlanError, match="steps go in a circle: "):
            asked(*every)
    else:
        assert asked(*every).trials


def _goes_in_a_circle(
    node: int, below: dict[int, list[int]], above: tuple[int, ...]
) -> bool:
    trail = (*above, node)
    return node in above or any(_goes_in_a_circle(n, below, trail) for n in below[node])
