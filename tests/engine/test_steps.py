"""Steps in processes of their own, whatever they do there."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.store import Home
from sweepflow.store.store import Store, use_store
from sweepflow.workflow import Workflow, WorkflowError, run_workflow
from tests.engine import flows, misbehaving_steps
from tests.engine.processes import is_gone
from tests.engine.some_steps import AtomConstructor, does, makes, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sweepflow.workflow import WorkflowState
    from tests.engine.flows import Flow

flow = flows.flow

Inputs = dict[str, Any]
Made = list[AtomConstructor]

FAIL = {
    "exits_at_once": "its process ended early",
    "exits_with_3": "exit status 3",
    "calls_sys_exit": "SystemExit: enough",
    "calls_sys_exit_0": "SystemExit: 0",
    "raises_keyboard_interrupt": "KeyboardInterrupt",
    "kills_itself": "killed by SIGKILL",
    "kills_its_group": "killed by SIGKILL",
    "recurses": "RecursionError: maximum recursion depth exceeded",
    "raises_what_has_no_text": "OddError: <exception str() failed>",
    "raises_at_length": "ValueError: xxx",
    "closes_its_output_and_raises": "ValueError: who hears this?",
    "removes_its_workspace": "output 'x': there is no file or folder",
}
SUCCEED = [
    "closes_its_output",
    "closes_all_descriptors",
    "changes_directory",
    "leaves_a_thread",
    "waits_for_its_thread",
    "leaves_a_process",
    "forks",
    "returns_twice",
    "forks_one_that_raises",
    "prints_100_mb",
    "prints_odd_bytes",
    "ignores_signals",
    "draws",
]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkflowState]:
    """Give how all of them ended, run as one workflow."""
    home = Home(tmp_path_factory.mktemp("home"))
    names = [*FAIL, *SUCCEED]
    steps = [does(name, getattr(misbehaving_steps, name)) for name in names]
    with Store(home) as store, use_store(store):
        with pytest.raises(WorkflowError) as caught:
            run_workflow(Workflow("misbehaves", {}, steps), jobs=4)
        yield caught.value.state


@pytest.mark.parametrize("name", FAIL)
def test_a_step_that_fails_says_how(state: WorkflowState, name: str) -> None:
    assert state[name].status == "failed"
    assert FAIL[name] in str(state[name].error)
    assert len(str(state[name].error)) < 1100


@pytest.mark.parametrize("name", SUCCEED)
def test_what_else_it_does_is_its_own_business(state: WorkflowState, name: str) -> None:
    assert state[name].status == "completed", state[name].error
    assert list(state[name].output_atoms) == [name]


def test_all_that_a_step_prints_is_in_its_log(state: WorkflowState) -> None:
    def log(name: str) -> bytes:
        path = state[name].log
        assert path
        return path.read_bytes()

    assert len(log("prints_100_mb")) == 100 << 20
    assert log("waits_for_its_thread") == b"last word\n"
    assert log("prints_odd_bytes") == b"\\udcff\n\xff\x00"
    assert b"KeyboardInterrupt" in log("raises_keyboard_interrupt")


def test_a_traceback_has_the_users_frames_alone(state: WorkflowState) -> None:
    path = state["raises_what_has_no_text"].log
    assert path
    text = path.read_text()
    assert "misbehaving_steps.py" in text
    assert "/sweepflow/engine/" not in text


def test_the_longest_error_is_in_the_log(state: WorkflowState) -> None:
    path = state["raises_at_length"].log
    assert path
    assert path.stat().st_size > 1_000_000


def test_a_timeout_ends_a_step_with_all_that_it_started(
    flow: Flow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAMILY", str(tmp_path))
    step = does("a", misbehaving_steps.has_a_family, timeout=1.5)

    state = flow.run(step, makes("b"), executor="local", jobs=2)

    assert (state["a"].status, state["a"].error) == ("failed", "timed out")
    assert state["b"].status == "completed"
    pids = (tmp_path / "family").read_text().split()
    assert len(pids) == 3
    assert all(is_gone(int(pid)) for pid in pids)


def test_steps_run_in_parallel_and_in_order(flow: Flow, tmp_path: Path) -> None:
    def meets(name: str, other: str) -> Callable[[object, Inputs, Path], Made]:
        def function(config: object, inputs: Inputs, workspace: Path) -> Made:
            os.mkfifo(tmp_path / name)
            deadline = time.monotonic() + 20
            while not (tmp_path / other).exists():
                assert time.monotonic() < deadline, "the other one never came"
                time.sleep(0.01)
            return write(workspace, name)

        return function

    steps = does("a", meets("a", "b")), does("b", meets("b", "a"))
    state = flow.run(*steps, makes("c", "a", "b"), executor="local", jobs=2)

    assert state, state
    assert flow.text(state, "c") == "cab"
    assert flow.ran() == {"c": 1}


def test_it_is_not_known_where_a_step_cannot_go(flow: Flow) -> None:
    lock = threading.Lock()

    def holds(config: object, inputs: Inputs, workspace: Path) -> Made:
        with lock:
            return write(workspace, "a")

    state = flow.run(does("a", holds), executor="local")
    assert "cannot be handed to another process" in str(state["a"].error)
    assert flow.run(does("a", holds), executor="in-process")
