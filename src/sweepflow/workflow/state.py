"""How the run of a workflow ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from sweepflow.errors import SweepflowError
from sweepflow.workflow.errors import UnknownStepError
from sweepflow.workflow.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

StepStatus: TypeAlias = Literal[
    "completed", "cached", "failed", "interrupted", "skipped"
]


@dataclass(frozen=True)
class StepState:
    """How a step ended.

    Args:
        name: Of the step.
        status: `completed`; `cached`, its outputs taken from an earlier run; `failed`
            by itself; `interrupted` from outside; or `skipped`, never started.
        input_atoms: Ids of the atoms that it got, by name.
        output_atoms: Ids of the atoms that it made, by name.
        started_at: Unix time in seconds, as is `finished_at`; None where it did not
            start.
        error: Why it did not complete.
        run_id: Of its run in the ledger.
        log: The file with what it printed.
        cached_from: The run that made the outputs of a cached step.
    """

    name: str
    status: StepStatus
    input_atoms: Mapping[str, str] = field(default_factory=dict[str, str])
    output_atoms: Mapping[str, str] = field(default_factory=dict[str, str])
    started_at: float | None = None
    finished_at: float | None = None
    error: str | None = None
    run_id: str | None = None
    log: Path | None = None
    cached_from: str | None = None

    @property
    def succeeded(self) -> bool:
        """Whether its outputs are there."""
        return self.status in {"completed", "cached"}

    @property
    def seconds(self) -> float | None:
        """How long it took, or None where it did not run to an end."""
        if self.started_at is None or self.finished_at is None:
            return None
        return self.finished_at - self.started_at

    def __bool__(self) -> bool:
        return self.succeeded


@dataclass(frozen=True, repr=False)
class WorkflowState:
    """How a workflow ended; true if every step's outputs are there.

    Args:
        workflow: Its name.
        step_states: In the order of the workflow's steps.
        settings: Of a point of a sweep, the values that tell it from the others, by
            their dotted paths, as they were written.
    """

    workflow: str
    step_states: list[StepState]
    settings: Mapping[str, str] = field(default_factory=dict[str, str])

    def step(self, name: str) -> StepState:
        """Give the state of a step; `state[name]` is short for it.

        Raises:
            UnknownStepError: There is no step of that name.
        """
        for each in self.step_states:
            if each.name == name:
                return each
        names = [each.name for each in self.step_states]
        raise UnknownStepError(
            f"workflow {self.workflow!r} has no step {name!r}",
            hint=did_you_mean(str(name), names, "steps"),
        )

    def __getitem__(self, name: str) -> StepState:
        return self.step(name)

    def __iter__(self) -> Iterator[StepState]:
        return iter(self.step_states)

    def __len__(self) -> int:
        return len(self.step_states)

    def __bool__(self) -> bool:
        return all(self.step_states)

    @property
    def failed(self) -> list[StepState]:
        """The steps that failed or were interrupted, but not those skipped."""
        return [s for s in self.step_states if s.status in {"failed", "interrupted"}]

    @property
    def outputs(self) -> dict[str, str]:
        """The ids of all atoms that the steps made, by name."""
        return {
            name: atom
            for step in self.step_states
            for name, atom in step.output_atoms.items()
        }

    def __repr__(self) -> str:
        lines = (f"  {each.name}: {_tell(each)}" for each in self.step_states)
        at = "".join(f" {key}={value}" for key, value in self.settings.items())
        return "\n".join((f"WorkflowState of {self.workflow!r}{at}:", *lines))


class WorkflowError(SweepflowError):
    """A step of a workflow did not complete.

    Args:
        state: How each step ended. Those that did not depend on it are done.
    """

    exit_status = 1

    def __init__(self, state: WorkflowState) -> None:
        count = len(state.step_states)
        lines = [
            f"\n  {each.name} {each.status}{_because(each)}" for each in state.failed
        ]
        if skipped := sum(each.status == "skipped" for each in state.step_states):
            lines.append(f"\n  {skipped} skipped, which needed what they make")
        done = sum(map(bool, state.step_states))
        super().__init__(
            f"workflow {state.workflow!r} did not complete: {done} of {count} steps "
            f"are done{''.join(lines)}"
        )
        self.state = state

    def __reduce__(self) -> tuple[type[WorkflowError], tuple[WorkflowState]]:
        return type(self), (self.state,)


def _because(step: StepState) -> str:
    error = f": {step.error}" if step.error else ""
    return f"{error} (log: {step.log})" if step.log else error


def _tell(step: StepState) -> str:
    text = step.status
    if step.seconds is not None and step.status != "cached":
        text += f" in {step.seconds:.3g} s"
    if step.output_atoms:
        made = ", ".join(f"{name}={atom}" for name, atom in step.output_atoms.items())
        text += f", made {made}"
    return f"{text}: {step.error}" if step.error else text
