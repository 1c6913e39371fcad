from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.engine.plan import Plan
from sweepflow.engine.task import Command, Task
from sweepflow.errors import PlanError


def task(key: str, *after: str) -> Task:
    return Task(key, Command(("true",), "/"), after=after)


def test_two_tasks_of_one_key_are_refused() -> None:
    with pytest.raises(PlanError, match=r"two tasks of 'p' have the key 'a'"):
        Plan("p", (task("a"), task("b"), task("a")))


def test_a_task_that_waits_for_an_unknown_one_is_refused() -> None:
    with pytest.raises(PlanError, match=r"'a' of 'p' waits for 'z'"):
        Plan("p", (task("a", "z"),))


def test_a_circle_is_refused_and_named() -> None:
    with pytest.raises(PlanError, match="wait for each other") as caught:
        Plan("p", (task("a", "c"), task("b", "a"), task("c", "b"), task("d")))
    assert all(key in str(caught.value) for key in "abc")


@given(st.lists(st.sets(st.integers(0, 30)), max_size=30))
def test_any_graph_without_a_circle_is_accepted(edges: list[set[int]]) -> None:
    tasks = tuple(
        task(str(n), *(str(m) for m in sorted(before) if m < n))
        for n, before in enumerate(edges)
    )
    assert Plan("p", tasks).tasks == tasks
