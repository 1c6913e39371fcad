"""Steps, and what they give back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from sweepflow.engine.policy import Resources, Retry
from sweepflow.workflow.errors import WorkflowDefinitionError

if TYPE_CHECKING:
    from sweepflow.atom import Atom


@dataclass(frozen=True, init=False)
class AtomConstructor:
    """What a step returns for each atom that it made.

    Args:
        name: By which later steps ask for it.
        path: The file or folder with its content, in the step's workspace.
        type: Such as `dataset` or `model`.
        tags: Words to find it by.
        metadata: What JSON can say about it.
    """

    name: str
    path: Path
    type: str
    tags: tuple[str, ...]
    metadata: Mapping[str, Any]

    def __init__(
        self,
        name: str,
        path: str | Path,
        type: str,  # noqa: A002 - the word for it everywhere
        tags: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "path", Path(path))
        object.__setattr__(self, "type", type)
        object.__setattr__(self, "tags", _texts("tags", tags))
        object.__setattr__(self, "metadata", dict(metadata or {}))


StepFunction: TypeAlias = Callable[
    [Any, dict[str, Any], Path],
    Sequence[AtomConstructor] | Awaitable[Sequence[AtomConstructor]],
]
"""`(config, input_atoms, temp_workspace) -> list[AtomConstructor]`, plain or async."""


Outdated: TypeAlias = "Callable[[Mapping[str, Atom]], str | None]"
"""Says why a result that is known will not do any more, or None where it will."""


@dataclass(frozen=True, init=False)
class DependsOn:
    """What decides a step's result beside its code, config and inputs.

    Args:
        environment: Names of environment variables.
        files: Paths of files, taken from the project's folder.
        packages: Names of installed packages.
    """

    environment: tuple[str, ...]
    files: tuple[Path, ...]
    packages: tuple[str, ...]

    def __init__(
        self,
        environment: Sequence[str] = (),
        files: Sequence[str | Path] = (),
        packages: Sequence[str] = (),
    ) -> None:
        paths = [str(file) for file in _texts("files", files)]
        object.__setattr__(self, "environment", _texts("environment", environment))
        object.__setattr__(self, "files", tuple(map(Path, paths)))
        object.__setattr__(self, "packages", _texts("packages", packages))


@dataclass(frozen=True)
class Step:
    """One node of a workflow.

    Steps connect by name: an input gets the output of the same name of another step,
    or the atom of that name that the workflow is given.

    Args:
        name: Unique in its workflow.
        function: Takes the config, a mapping from names to input atoms, and an empty
            folder to write into; gives a list of `AtomConstructor`. May be async.
        input_atom_types: The type of each input, by name.
        config_class: A dataclass or pydantic model, or None where it takes no config.
        output_atom_types: The type of each output, by name; None where they are
            learned from what the function returns. Then only steps further down the
            list can take them.
        resources: What it takes while it runs.
        retry: After which errors it is tried again; None for those that mostly pass by
            themselves (timeouts and lost connections, three attempts in all).
        timeout: Seconds after which it is ended; None for no limit.
        depends_on: What else decides its result.
        outdated: Gets the atoms of a result that is known, by name, before that is
            used, and says why it will not do any more, or None. It is for what stands
            for something outside that may be gone, such as a job at a service. It is
            asked each time, so it should be quick and ask nobody else.
    """

    name: str
    function: StepFunction
    input_atom_types: Mapping[str, str] = field(default_factory=dict[str, str])
    config_class: type[Any] | None = None
    output_atom_types: Mapping[str, str] | None = None
    resources: Resources = field(default_factory=Resources)
    retry: Retry | None = None
    timeout: float | None = None
    depends_on: DependsOn = field(default_factory=DependsOn)
    outdated: Outdated | None = None

    def __post_init__(self) -> None:
        for name in ("input_atom_types", "output_atom_types"):
            types: object = getattr(self, name)
            if types is not None and not isinstance(types, Mapping):
                raise WorkflowDefinitionError(
                    f"{name} of step {self.name!r} is {types!r}",
                    hint=f"write {name}={{'name': 'type'}}",
                )


def _texts(name: str, given: Sequence[Any]) -> tuple[Any, ...]:
    if isinstance(given, str | Path):  # a text is a sequence of texts too
        raise WorkflowDefinitionError(
            f"{name} is {str(given)!r}, not a list", hint=f"write {name}=[{given!r}]"
        )
    return tuple(given)
