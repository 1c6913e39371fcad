"""Workflows on a store of their own, and what is known of how they ran."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Unpack

import pytest

from sweepflow.atom import Atom
from sweepflow.engine.events import Event
from sweepflow.store.store import Store, use_store
from sweepflow.workflow import Workflow, WorkflowError, run_workflow
from tests.engine.some_steps import LOG

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sweepflow.store import Home
    from sweepflow.workflow import Step, WorkflowState
    from sweepflow.workflow.run import Options


@dataclass
class Flow:
    """Runs steps as a workflow; plain ones in threads, unless told otherwise."""

    store: Store
    log: Path
    options: Options = field(default_factory=lambda: {"executor": "in-process"})
    events: list[Event] = field(default_factory=list[Event])

    def run(
        self,
        *steps: Step,
        inputs: Mapping[str, Atom] | None = None,
        config: object = None,
        **options: Unpack[Options],
    ) -> WorkflowState:
        """Run steps, and give how they ended, well or not."""
        given = inputs or {}
        types = {name: atom.type for name, atom in given.items()}
        workflow = Workflow("flow", types, steps)
        listening: Options = {"listeners": [self.events.append]}
        merged: Options = {**self.options, **listening, **options}
        try:
            return run_workflow(workflow, given, config, "ann", **merged)
        except WorkflowError as error:
            return error.state

    def ran(self) -> Counter[str]:
        """Give how often each step noted that it ran since this was last asked."""
        names = self.log.read_text().split() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return Counter(names)

    def text(self, state: WorkflowState, name: str) -> str:
        """Give what a step made."""
        return Atom.get(state.outputs[name]).path.read_text()

    def told(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
def flow(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flow]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(LOG, str(tmp_path / "log"))
    with Store(home) as store, use_store(store):
        yield Flow(store, tmp_path / "log")
