"""Running a workflow from Python: what it takes, what it gives, how it is stopped."""

from __future__ import annotations

import asyncio
import functools
import os
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path  # noqa: TC003 - read by @step
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from pydantic import BaseModel

from sweepflow.atom import Atom
from sweepflow.engine.events import TaskFinished, TaskStarted
from sweepflow.errors import AtomNotFoundError, PlanError
from sweepflow.workflow import (
    AtomConstructor,
    Resources,
    Step,
    Workflow,
    WorkflowError,
    arun_workflow,
    run_workflow,
    step,
)
from sweepflow.workflow.errors import ConfigError
from tests.engine import flows
from tests.engine.processes import wait_for
from tests.engine.some_steps import does, makes, note, write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.workflow import WorkflowState
    from sweepflow.workflow.run import Place
    from sweepflow.workflow.steps import StepFunction
    from tests.engine.flows import Flow

flow = flows.flow

Inputs = dict[str, Any]
Made = list[AtomConstructor]
PLACES: tuple[Place, ...] = ("in-process", "local")


def plain(config: object, inputs: Inputs, workspace: Path) -> Made:
    return write(workspace, "x", "plain")


def with_text(text: str, config: object, inputs: Inputs, workspace: Path) -> Made:
    return write(workspace, "x", text)


class Tool:
    def __init__(self, text: str) -> None:
        self.text = text

    def method(self, config: object, inputs: Inputs, workspace: Path) -> Made:
        return write(workspace, "x", self.text)

    @staticmethod
    def static(config: object, inputs: Inputs, workspace: Path) -> Made:
        return write(workspace, "x", "static")

    @classmethod
    def of_class(cls, config: object, inputs: Inputs, workspace: Path) -> Made:
        return write(workspace, "x", cls.__name__)

    def __call__(self, config: object, inputs: Inputs, workspace: Path) -> Made:
        return write(workspace, "x", self.text)


class AsyncTool:
    async def __call__(self, config: object, inputs: Inputs, workspace: Path) -> Made:
        return write(workspace, "x", "async tool")


async def waits(config: object, inputs: Inputs, workspace: Path) -> Made:
    await asyncio.sleep(0)
    return write(workspace, "x", "waits")


async def waits_with(text: str, config: object, inputs: Inputs, work: Path) -> Made:
    return write(work, "x", text)


def closure(text: str) -> StepFunction:
    def inner(config: object, inputs: Inputs, workspace: Path) -> Made:
        return write(workspace, "x", text)

    return inner


FORMS: dict[str, StepFunction] = {
    "plain": plain,
    "lambda": lambda config, inputs, workspace: write(workspace, "x", "lambda"),
    "closure": closure("closure"),
    "partial": functools.partial(with_text, "partial"),
    "method": Tool("method").method,
    "static": Tool.static,
    "Tool": Tool.of_class,
    "object": Tool("object"),
    "async tool": AsyncTool(),
    "waits": waits,
    "async partial": functools.partial(waits_with, "async partial"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_step_is_any_callable(flow: Flow, place: Place) -> None:
    def taking(name: str, function: StepFunction) -> tuple[Step, ...]:
        return (does(name, function),)

    for text, function in FORMS.items():
        for status in ("completed", "cached"):
            state = flow.run(*taking("x", function), executor=place)
            assert state["x"].status == status, (text, state)
            assert flow.text(state, "x") == text
        if place == "local" and text not in ("plain", "closure", "method"):
            break  # the others are made like one of these, and a process takes time


@step
def prepare(temp_workspace: Path) -> Annotated[Path, "text"]:
    path = temp_workspace / "any.txt"
    path.write_text("decorated")
    return path


@pytest.mark.parametrize("place", PLACES)
def test_a_decorated_step(flow: Flow, place: Place) -> None:
    workflow = Workflow.from_steps("w", [prepare])
    state = run_workflow(workflow, executor=place)
    assert flow.text(state, "prepare") == "decorated"


@dataclass
class Inner:
    rate: float = 0.5


@dataclass
class Settings:
    count: int
    inner: Inner = field(default_factory=Inner)


class Model(BaseModel):
    count: int
    inner: Inner = Inner()


def tells(config: Any, inputs: Inputs, workspace: Path) -> Made:  # noqa: ANN401 - two kinds
    text = f"{type(config).__name__} {config.count} {config.inner.rate}"
    return write(workspace, "x", text)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", [Settings, Model])
def test_configs(flow: Flow, kind: type[Any], place: Place) -> None:
    tell = Step("tell", tells, {}, kind)
    for config in ({"tell": {"count": 3}}, {"tell": kind(count=3)}):
        state = flow.run(tell, config=config, executor=place)
        assert flow.text(state, "x") == f"{kind.__name__} 3 0.5"
    assert state["tell"].status == "cached"
    config = {"tell": {"count": 3, "inner": {"rate": 0.25}}}
    assert flow.run(tell, config=config)["tell"].status == "completed"
    with pytest.raises(ConfigError, match=r"tell\.count"):
        flow.run(tell, config={"tell": {"count": "many"}})


def test_the_state_says_it_all(flow: Flow, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("in")
    atom = Atom.create("text", path=tmp_path / "in", user="ann")
    began = time.time()
    state = flow.run(makes("a", "given"), makes("b", "a"), inputs={"given": atom})

    assert state
    assert state["a"].input_atoms == {"given": atom.id}
    assert state["b"].input_atoms == state["a"].output_atoms
    assert set(state.outputs) == {"a", "b"}
    for each in state:
        assert began <= (each.started_at or 0) <= (each.finished_at or 0) <= time.time()
    made = Atom.get(state.outputs["b"])
    assert made.user == "ann"
    assert made.made_from == {"a": state.outputs["a"]}


def test_atoms_by_id_and_those_that_are_not(flow: Flow, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("in")
    atom = Atom.create("text", path=tmp_path / "in", user="ann")
    workflow = Workflow("w", {"a": "text"}, [makes("b", "a")])

    assert run_workflow(workflow, {"a": atom.id}, executor="in-process")
    with pytest.raises(AtomNotFoundError):
        run_workflow(workflow, {"a": "text-ann-absent"})
    with pytest.raises(PlanError, match="needs an input 'a' of type 'text'"):
        run_workflow(workflow)
    with pytest.raises(PlanError, match="takes no input 'c'"):
        run_workflow(workflow, {"a": atom, "c": atom})
    other = Atom.create("note", path=tmp_path / "in", user="ann")
    with pytest.raises(PlanError, match="but note-ann-"):
        run_workflow(workflow, {"a": other})


def fails(*_: object) -> Made:
    raise ValueError("broken")


@pytest.mark.parametrize("jobs", [1, 4])
def test_one_failure_stops_only_what_needs_it(flow: Flow, jobs: int) -> None:
    steps = (
        does("bad", fails),
        makes("a", declared=True),
        makes("b", "a", declared=True),
        Step("after", plain, {"bad_thing": "text"}, output_atom_types={"x": "text"}),
    )
    bad = Step("bad", fails, output_atom_types={"bad_thing": "text"})
    workflow = Workflow("w", {}, [bad, *steps[1:]])

    with pytest.raises(WorkflowError) as caught:
        run_workflow(workflow, executor="in-process", jobs=jobs)

    state = caught.value.state
    assert [s.status for s in state] == ["failed", "completed", "completed", "skipped"]
    assert state["bad"].error == "ValueError: broken"
    assert state["after"].error == "bad did not complete"
    assert "bad failed: ValueError: broken" in str(caught.value)
    assert "1 skipped" in str(caught.value)


def test_fail_fast_stops_all(flow: Flow) -> None:
    async def lingers(config: object, inputs: Inputs, workspace: Path) -> Made:
        await asyncio.sleep(60)
        return []

    steps = makes("a"), does("slow", lingers), does("bad", fails, "a"), makes("c", "a")
    began = time.monotonic()
    state = flow.run(*steps, jobs=1, fail_fast=True)

    assert time.monotonic() - began < 20
    assert [s.status for s in state] == [
        "completed",
        "interrupted",
        "failed",
        "skipped",
    ]


def test_fail_fast_lets_others_clean_up(flow: Flow, tmp_path: Path) -> None:
    def careful(name: str) -> StepFunction:
        def function(config: object, inputs: Inputs, workspace: Path) -> Made:
            def clean_up(_signum: int, _frame: object) -> None:
                time.sleep(0.5 if name == "slow" else 0.0)
                (tmp_path / f"cleaned-{name}").touch()
                os._exit(1)

            signal.signal(signal.SIGTERM, clean_up)
            (tmp_path / f"began-{name}").touch()
            time.sleep(60)
            return []

        return function

    def fails_later(*_: object) -> Made:
        for name in ("slow", "quick"):
            wait_for(tmp_path / f"began-{name}")
        raise ValueError

    steps = (
        does("slow", careful("slow")),
        does("quick", careful("quick")),
        does("bad", fails_later),
    )
    flow.run(*steps, jobs=3, fail_fast=True, executor="local")

    assert (tmp_path / "cleaned-quick").exists()
    assert (tmp_path / "cleaned-slow").exists()  # not killed when `quick` had gone


def test_resources_are_shared_out(flow: Flow) -> None:
    now: list[str] = []
    most: list[float] = []
    lock = threading.Lock()

    def takes(name: str, cpus: int) -> Step:
        def function(config: object, inputs: Inputs, workspace: Path) -> Made:
            with lock:
                now.extend([name] * cpus)
                most.append(len(now))
            time.sleep(0.05)
            with lock:
                for _ in range(cpus):
                    now.remove(name)
            return []

        return does(name, function, resources=Resources(cpus=cpus))

    sizes = [1, 2, 3, 4, 9, 1, 2, 1]
    steps = [takes(f"s{n}", min(size, 4)) for n, size in enumerate(sizes)]
    assert flow.run(*steps, jobs=4, cache="off")
    assert max(most) <= 4
    assert len(most) == len(sizes)


@pytest.mark.parametrize(
    ("resources", "said"),
    [
        (Resources(memory="1000TiB"), "bytes of memory, there are"),
        (Resources(gpus=1000), "1,000 GPUs, there are"),
    ],
)
def test_more_than_there_is(flow: Flow, resources: Resources, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        flow.run(makes("a", resources=resources))
    assert not flow.ran()


def test_more_cores_than_there_are_means_all(flow: Flow) -> None:
    assert flow.run(makes("a", resources=Resources(cpus=10_000)), makes("b"), jobs=2)


def test_undeclared_outputs_are_learned_and_order_decides(flow: Flow) -> None:
    def two(config: object, inputs: Inputs, workspace: Path) -> Made:
        return write(workspace, "y") + write(workspace, "z")

    state = flow.run(
        makes("a"), does("two", two), makes("c", "y"), makes("d", "z", "c")
    )
    assert flow.text(state, "d") == "dcyz"

    def late(config: object, inputs: Inputs, workspace: Path) -> Made:
        return write(workspace, "w")

    state = flow.run(makes("a"), makes("c", "w"), does("late", late))
    assert state["c"].status == "failed"
    assert state["c"].error == ("its input 'w' was made by none of the steps before it")


def test_a_learned_output_of_another_type(flow: Flow) -> None:
    def note_of(config: object, inputs: Inputs, workspace: Path) -> Made:
        return write(workspace, "n", kind="note")

    state = flow.run(does("a", note_of), makes("b", "n"))
    assert "should be of type 'text', but a made it of type 'note'" in str(
        state["b"].error
    )


def test_within_a_running_loop(flow: Flow) -> None:
    async def main() -> WorkflowState:
        return run_workflow(Workflow("w", {}, [makes("a")]), executor="in-process")

    assert asyncio.run(main())


def sleeps_a_little(*_: object) -> Made:
    time.sleep(0.3)
    return []


def test_beside_what_else_the_loop_does(flow: Flow) -> None:
    ticks = 0

    async def main() -> WorkflowState:
        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        ticking = asyncio.create_task(tick())
        slow = does("slow", sleeps_a_little)
        workflows = [Workflow(f"w{n}", {}, [makes(f"a{n}"), slow]) for n in range(3)]
        states = await asyncio.gather(
            *(arun_workflow(w, executor="in-process") for w in workflows)
        )
        ticking.cancel()
        assert all(states)
        return states[0]

    assert asyncio.run(main())
    assert ticks > 5


def test_arun_raises_what_failed(flow: Flow) -> None:
    workflow = Workflow("w", {}, [does("bad", fails), makes("a")])
    with pytest.raises(WorkflowError) as caught:
        asyncio.run(arun_workflow(workflow, executor="in-process"))
    assert caught.value.state["a"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("delay", [0.0, 0.01, 0.1, None])
def test_cancelling_ends_what_runs_and_the_loop_goes_on(
    flow: Flow, tmp_path: Path, place: Place, delay: float | None
) -> None:
    async def lingers(config: object, inputs: Inputs, workspace: Path) -> Made:
        (tmp_path / "began").touch()
        await asyncio.sleep(60)
        return []

    def sleeps(config: object, inputs: Inputs, workspace: Path) -> Made:
        (tmp_path / "began").touch()
        time.sleep(60)
        return []

    slow = does("slow", lingers if place == "in-process" else sleeps)
    workflow = Workflow("w", {}, [makes("a"), slow])

    async def main() -> str:
        work = asyncio.create_task(arun_workflow(workflow, executor=place))
        await asyncio.sleep(delay or 0)
        if delay is None:
            await asyncio.to_thread(wait_for, tmp_path / "began")
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        await asyncio.sleep(0.01)
        return "went on"

    began = time.monotonic()
    assert asyncio.run(main()) == "went on"
    assert time.monotonic() - began < 25
    assert not flow.store.ledger.runs(status="running")


def test_a_timeout_around_it(flow: Flow) -> None:
    async def lingers(config: object, inputs: Inputs, workspace: Path) -> Made:
        await asyncio.sleep(60)
        return []

    async def main() -> None:
        async with asyncio.timeout(0.2):
            await arun_workflow(Workflow("w", {}, [does("a", lingers)]))

    with pytest.raises(TimeoutError):
        asyncio.run(main())


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_keeps_what_was_done(flow: Flow, signum: signal.Signals) -> None:
    async def lingers(config: object, inputs: Inputs, workspace: Path) -> Made:
        note("slow")
        await asyncio.sleep(60)
        return []

    def on_start(event: object) -> None:
        if isinstance(event, TaskStarted) and event.task.key == "slow":
            os.kill(os.getpid(), signum)

    steps = makes("a"), does("slow", lingers, "a"), makes("c")
    before = signal.getsignal(signum)
    workflow = Workflow("w", {}, steps)
    expected: dict[int, type[BaseException]] = {
        signal.SIGINT: KeyboardInterrupt,
        signal.SIGTERM: WorkflowError,
    }
    with pytest.raises(expected[signum]):
        run_workflow(workflow, executor="in-process", jobs=1, listeners=[on_start])
    assert signal.getsignal(signum) is before
    assert flow.ran()["a"] == 1
    runs = {run.task: run.status for run in flow.store.ledger.runs()}
    assert runs["a"] == "completed"
    assert runs["slow"] == "interrupted"

    state = flow.run(*steps[::2])
    assert state["a"].status == "cached"


def test_every_end_is_told_once(flow: Flow) -> None:
    flow.run(makes("a"), makes("b", "a"), does("bad", fails))

    ends = [e.task.key for e in flow.events if isinstance(e, TaskFinished)]
    assert sorted(ends) == ["a", "b", "bad"]


def test_an_error_can_be_pickled(flow: Flow) -> None:
    import pickle

    with pytest.raises(WorkflowError) as caught:
        run_workflow(Workflow("w", {}, [does("bad", fails)]), executor="in-process")
    again: WorkflowError = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert again.state == caught.value.state
    assert str(again) == str(caught.value)


def test_many_steps_leave_no_file_open(flow: Flow) -> None:
    def opened() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - to be counted

    flow.run(makes("a"))
    before = opened()
    assert flow.run(*(makes(f"s{n}") for n in range(200)), jobs=8)
    assert opened() <= before + 4


def test_a_known_result_that_is_outdated_is_made_again(flow: Flow) -> None:
    asked: list[str] = []
    gone: list[str] = []

    def outdated(known: Mapping[str, Atom]) -> str | None:
        asked.append(known["a"].path.read_text())
        return gone[0] if gone else None

    steps = makes("a", outdated=outdated), makes("b", "a")
    assert flow.run(*steps)["a"].status == "completed"
    assert asked == []
    assert flow.run(*steps)["a"].status == "cached"
    gone.append("the job has failed")
    state = flow.run(*steps)
    assert (state["a"].status, state["b"].status) == ("completed", "cached")
    assert asked == ["a", "a"]
    assert flow.ran() == {"a": 2, "b": 1}
