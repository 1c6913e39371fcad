"""A workflow: typed steps that feed each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sweepflow.workflow.decorator import as_steps
from sweepflow.workflow.errors import UnknownStepError
from sweepflow.workflow.names import did_you_mean
from sweepflow.workflow.validation import check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sweepflow.workflow.links import Edge, Source
    from sweepflow.workflow.steps import Step


@dataclass(frozen=True, init=False, eq=False)
class Workflow:
    """A graph of typed steps, which connect by the names of what they make and take.

    Args:
        name: By which it is run and listed.
        input_atom_types: The types of the atoms that it is given, by name.
        steps: In any order where outputs are declared; else the makers first.
        config_class: A dataclass or pydantic model with a field for the config of each
            step that needs one, named like the step; None for a mapping of these.

    Raises:
        WorkflowDefinitionError: It can never run; the message has every problem.
    """

    name: str
    input_atom_types: Mapping[str, str]
    steps: tuple[Step, ...]
    config_class: type[Any] | None
    edges: tuple[Edge, ...] = field(repr=False)
    """Every input of every step with what feeds it."""

    def __init__(
        self,
        name: str,
        input_atom_types: Mapping[str, str],
        steps: Sequence[Step],
        config_class: type[Any] | None = None,
    ) -> None:
        inputs = dict(input_atom_types)
        edges = check(name, inputs, tuple(steps), config_class)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "input_atom_types", inputs)
        object.__setattr__(self, "steps", tuple(steps))
        object.__setattr__(self, "config_class", config_class)
        object.__setattr__(self, "edges", edges)

    @classmethod
    def from_steps(
        cls,
        name: str,
        steps: Iterable[Step | Callable[..., object]],
        *,
        input_atom_types: Mapping[str, str] | None = None,
        config_class: type[Any] | None = None,
    ) -> Workflow:
        """Make a workflow of functions that are decorated with `@step`.

        Args:
            name: By which it is run and listed.
            steps: Such functions, or steps.
            input_atom_types: The types of the atoms that it is given, by name.
            config_class: As for `Workflow`.

        Raises:
            WorkflowDefinitionError: It can never run; or one of the functions is not
                decorated, or does not say what it takes or makes.
        """
        return cls(name, input_atom_types or {}, as_steps(steps), config_class)

    def step(self, name: str) -> Step:
        """Give the step of a name.

        Raises:
            UnknownStepError: There is none.
        """
        for each in self.steps:
            if each.name == name:
                return each
        names = [each.name for each in self.steps]
        raise UnknownStepError(
            f"workflow {self.name!r} has no step {name!r}",
            hint=did_you_mean(name, names, "steps"),
        )

    def sources(self) -> dict[str, dict[str, Source]]:
        """Give for each step where each of its inputs comes from."""
        found: dict[str, dict[str, Source]] = {step.name: {} for step in self.steps}
        for edge in self.edges:
            found[edge.step][edge.input] = edge.source
        return found
