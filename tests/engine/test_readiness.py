"""Graphs of any shape, with failures anywhere: who may start, and who never does."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sweepflow.engine.plan import Plan
from sweepflow.engine.readiness import Readiness
from sweepflow.engine.task import Command, OutputRef, Task
from sweepflow.store import Home
from sweepflow.store.store import Store, use_store
from sweepflow.workflow import Step, Workflow, WorkflowError, run_workflow
from tests.engine.some_steps import AtomConstructor, write

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

    from sweepflow.workflow import WorkflowState

NOTHING = Command(("true",), "/")


@dataclass(frozen=True)
class Node:
    """A task of a random plan.

    Args:
        reads: The numbers of tasks whose output it wants.
        is_open: Whether its output is not declared but learned.
        fails: Whether it fails.
        makes: Whether it makes its output, if it is open.
    """

    reads: frozenset[int]
    is_open: bool
    fails: bool
    makes: bool = True


@st.composite
def graphs(draw: st.DrawFn, most: int = 12) -> list[Node]:
    count = draw(st.integers(1, most))
    return [
        Node(
            draw(st.frozensets(st.integers(0, n - 1), max_size=3))
            if n
            else frozenset(),
            draw(st.booleans()),
            draw(st.sampled_from([False, False, False, True])),
            draw(st.sampled_from([True, True, True, False])),
        )
        for n in range(count)
    ]


@st.composite
def graphs_with_vain_hopes(draw: st.DrawFn) -> list[Node]:
    """Give graphs in which tasks also want what only later ones will make."""
    nodes = draw(graphs())
    for n, node in enumerate(nodes):
        later = [m for m in range(n + 1, len(nodes)) if nodes[m].is_open]
        if later and draw(st.booleans()):
            hoped = node.reads | {draw(st.sampled_from(later))}
            nodes[n] = replace(node, reads=hoped)
    return nodes


def plan_of(nodes: Sequence[Node]) -> Plan:
    tasks = [
        Task(
            f"t{n}",
            NOTHING,
            inputs={
                f"o{m}": OutputRef(f"o{m}", "x", None if nodes[m].is_open else f"t{m}")
                for m in node.reads
            },
            outputs=None if node.is_open else {f"o{n}": "x"},
        )
        for n, node in enumerate(nodes)
    ]
    return Plan("random", tuple(tasks))


def expected(nodes: Sequence[Node]) -> Mapping[str, str]:
    """Tell how each ends: by the definition, one after the other."""
    ends: dict[int, str] = {}
    for n, node in enumerate(nodes):
        made = {
            m: ends[m] == "completed" and (nodes[m].makes or not nodes[m].is_open)
            for m in node.reads
        }
        if all(made.values()):
            ends[n] = "failed" if node.fails else "completed"
            continue
        # A declared one that is missing has failed. Of those not declared, any before
        # could have made what is missing: one that failed is reason to skip.
        lacks = [nodes[m] for m, is_there in made.items() if not is_there]
        declared = any(not maker.is_open for maker in lacks)
        lacking = any(maker.is_open for maker in lacks)
        might = [ends[m] for m in range(n) if nodes[m].is_open]
        is_skipped = declared or (lacking and any(e != "completed" for e in might))
        ends[n] = "skipped" if is_skipped else "failed"
    return {f"t{n}": end for n, end in ends.items()}


@given(graphs_with_vain_hopes(), st.randoms(use_true_random=False))
def test_every_task_becomes_ready_once_and_in_order(
    nodes: list[Node], chance: random.Random
) -> None:
    plan = plan_of(nodes)
    readiness = Readiness(plan)
    ready: list[Task] = []
    seen: list[str] = []
    ended: set[str] = set()
    while not readiness.is_over:
        taken = readiness.take()
        assert [t.key for t in taken] == sorted((t.key for t in taken), key=_number)
        for task in taken:
            assert task.waits_for() <= ended
            for ref in task.inputs.values():
                assert isinstance(ref, OutputRef)
                maker = readiness.maker(task, ref)
                if ref.task is None and maker is None:  # all who might have, did not
                    n = _number(task.key)
                    before = {f"t{m}" for m in range(n) if nodes[m].is_open}
                    assert before <= ended
                    assert set(readiness.might_have_made(task)) == before
                elif maker:
                    assert maker in ended
                    assert _number(maker) < _number(task.key)
                    assert maker == f"t{ref.name[1:]}"
        ready += taken
        seen += [task.key for task in taken]
        assert ready, "nothing is ready, and not all has ended"
        task = ready.pop(chance.randrange(len(ready)))
        node = nodes[_number(task.key)]
        makes = node.makes and not node.fails
        readiness.end(task.key, [f"o{_number(task.key)}"] if makes else [])
        ended.add(task.key)
    assert sorted(seen) == sorted(task.key for task in plan.tasks)
    assert readiness.take() == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graphs(8), st.sampled_from([1, 4]))
def test_the_engine_does_what_the_model_says(nodes: list[Node], jobs: int) -> None:
    ran: list[str] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        Store(Home(Path(folder))) as store,
        use_store(store),
    ):
        state = _run(nodes, ran, jobs)
        assert {step.name: step.status for step in state} == expected(nodes)
        started = [key for key in expected(nodes) if _may_run(nodes, key)]
        assert sorted(ran) == sorted(started)
        _assert_in_order(nodes, ran)
        done = {step.name for step in state if step}
        ran.clear()

        again = _run(nodes, ran, jobs)

        assert {s.name: s.succeeded for s in again} == {
            s.name: s.succeeded for s in state
        }
        assert done.isdisjoint(ran)
        assert again.outputs == state.outputs


def _run(nodes: Sequence[Node], ran: list[str], jobs: int) -> WorkflowState:
    def step(n: int, node: Node) -> Step:
        def function(
            config: object, inputs: dict[str, Any], workspace: Path
        ) -> list[AtomConstructor]:
            _NOTES.append(f"t{n}")
            if node.fails:
                raise ValueError
            texts = [inputs[name].path.read_text() for name in sorted(inputs)]
            if node.is_open and not node.makes:
                return []
            return write(workspace, f"o{n}", f"{n}({','.join(texts)})", "x")

        declared = None if node.is_open else {f"o{n}": "x"}
        reads = {f"o{m}": "x" for m in sorted(node.reads)}
        return Step(f"t{n}", function, reads, output_atom_types=declared)

    _NOTES.clear()
    workflow = Workflow("random", {}, [step(n, node) for n, node in enumerate(nodes)])
    try:
        return run_workflow(workflow, executor="in-process", jobs=jobs)
    except WorkflowError as error:
        return error.state
    finally:
        ran += _NOTES


_NOTES: list[str] = []


def _may_run(nodes: Sequence[Node], key: str) -> bool:
    ends = expected(nodes)
    node = nodes[_number(key)]
    return all(
        ends[f"t{m}"] == "completed" and (nodes[m].makes or not nodes[m].is_open)
        for m in node.reads
    )


def _assert_in_order(nodes: Sequence[Node], ran: Sequence[str]) -> None:
    assert set(Counter(ran).values()) <= {1}
    place = {key: n for n, key in enumerate(ran)}
    for key in ran:
        for m in nodes[_number(key)].reads:
            assert place[f"t{m}"] < place[key]


def _number(key: str) -> int:
    return int(key[1:])
