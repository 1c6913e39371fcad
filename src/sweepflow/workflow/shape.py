"""What the annotations of a step's function say."""

from __future__ import annotations

import inspect
import types
import typing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

from sweepflow.workflow.config_class import is_config_class
from sweepflow.workflow.errors import WorkflowDefinitionError
from sweepflow.workflow.results import Outputs
from sweepflow.workflow.steps import AtomConstructor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NOTHING: Final = inspect.Signature.empty
_INPUT_HINT: Final = 'write DatasetAtom, or Annotated[Atom, "dataset"]'
_OUTPUT_HINT: Final = (
    'write -> Annotated[Path, "dataset"], or a TypedDict or NamedTuple of such fields'
)


class Input(NamedTuple):
    """An atom that a step's function takes.

    Args:
        name: Of the parameter.
        type: Of the atom.
        as_path: Whether the function wants the path of the files, not the atom.
    """

    name: str
    type: str
    as_path: bool


@dataclass(frozen=True)
class Shape:
    """What a step's function takes and makes."""

    takes_config: bool
    takes_workspace: bool
    config_class: type[Any] | None
    inputs: tuple[Input, ...]
    outputs: Outputs

    def arguments(
        self, config: object, atoms: Mapping[str, Any], workspace: Path
    ) -> dict[str, object]:
        """Give what the function is called with."""
        given: dict[str, object] = {
            each.name: atoms[each.name].path if each.as_path else atoms[each.name]
            for each in self.inputs
        }
        if self.takes_config:
            given["config"] = config
        if self.takes_workspace:
            given["temp_workspace"] = workspace
        return given


def read_shape(function: Callable[..., object], name: str) -> Shape:
    """Read the annotations of a function.

    Args:
        function: What stands below `@step`.
        name: Of the step.

    Raises:
        WorkflowDefinitionError: They do not say what it takes and makes; the message
            has every problem.
    """
    reader = _Reader(function, name)
    signature = inspect.signature(function)
    inputs = [reader.input(each) for each in signature.parameters.values()]
    config_class = reader.config_class(signature)
    outputs = reader.outputs(signature.return_annotation)
    reader.finish()
    return Shape(
        takes_config="config" in signature.parameters,
        takes_workspace="temp_workspace" in signature.parameters,
        config_class=config_class,
        inputs=tuple(each for each in inputs if each is not None),
        outputs=outputs,
    )


class _Reader:
    def __init__(self, function: Callable[..., object], name: str) -> None:
        self._globals: dict[str, Any] = getattr(
            inspect.unwrap(function), "__globals__", {}
        )
        self._name = name
        self._problems: list[tuple[str, str]] = []

    def input(self, parameter: inspect.Parameter) -> Input | None:
        name = parameter.name
        if parameter.kind not in {
            inspect.Parameter.KEYWORD_ONLY,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
        }:
            return self._problem(
                f"the parameter {name!r} has no name to be given by",
                "write each input as a parameter of its own, without * and /",
            )
        if name in {"config", "temp_workspace"}:
            return None
        if parameter.default is not _NOTHING:
            return self._problem(
                f"the input {name!r} has a default value, which no atom is",
                "remove it; a value that may change belongs into the config",
            )
        hint = self._hint(f"the input {name!r}", parameter.annotation)
        if hint is None:
            return None
        kind = _annotated_type(hint) or getattr(hint, "type", None)
        if not isinstance(kind, str):
            return self._problem(
                f"the annotation of the input {name!r} names no type of atom",
                _INPUT_HINT,
            )
        base = typing.get_args(hint)[0] if _annotated_type(hint) else hint
        return Input(name, kind, isinstance(base, type) and issubclass(base, Path))

    def config_class(self, signature: inspect.Signature) -> type[Any] | None:
        parameter = signature.parameters.get("config")
        if parameter is None:
            return None
        hint = self._hint("config", parameter.annotation)
        if hint is None or is_config_class(hint):
            return hint
        return self._problem(
            "config is annotated with what is no config's class",
            "write a dataclass or a pydantic model",
        )

    def outputs(  # noqa: PLR0911 - one for each form
        self, annotation: object
    ) -> Outputs:
        if annotation is None:
            return Outputs.of({})
        hint = self._hint("what it returns", annotation)
        if hint is types.NoneType:
            return Outputs.of({})
        if kind := _annotated_type(hint):
            return Outputs.single(self._name, kind)
        inner = typing.get_args(hint)
        if typing.get_origin(hint) is list and inner == (AtomConstructor,):
            return Outputs.plain()
        if typing.get_origin(hint) is dict and len(inner) == 2:
            kind = _annotated_type(inner[1])
            if inner[0] is str and kind is not None:
                return Outputs.learned(kind)
        if isinstance(hint, type) and (
            typing.is_typeddict(hint) or hasattr(hint, "_fields")
        ):
            return self._fields(hint)
        if hint is not None:
            self._problem("what it returns names no types of atoms", _OUTPUT_HINT)
        return Outputs.of({})

    def _fields(self, kind: type[Any]) -> Outputs:
        """Read a TypedDict or NamedTuple."""
        declared: dict[str, str] = {}
        for name, hint in self._hints(kind).items():
            found = _annotated_type(hint)
            if found is None or name in getattr(kind, "__optional_keys__", ()):
                self._problem(
                    f"{kind.__name__}.{name} names no type of an atom that is always "
                    "made",
                    f'write {name}: Annotated[Path, "dataset"]',
                )
            else:
                declared[name] = found
        return Outputs.of(declared)

    def _hints(self, kind: type[Any]) -> dict[str, Any]:
        try:
            return typing.get_type_hints(kind, include_extras=True)
        except Exception as error:  # noqa: BLE001 - whatever an annotation raises
            self._unreadable(kind.__name__, error)
            return {}

    def _hint(self, what: str, annotation: object) -> Any:  # noqa: ANN401 - any type
        """Give what an annotation stands for; None where there is a problem."""
        if annotation is _NOTHING:
            hint = _OUTPUT_HINT if what == "what it returns" else _INPUT_HINT
            return self._problem(
                f"{what} has no annotation",
                "name its class" if what == "config" else hint,
            )

        def probe() -> None: ...

        # One by one: that of the workspace is not needed, and may be for checkers only.
        probe.__annotations__ = {"it": annotation}
        try:
            return typing.get_type_hints(
                probe, globalns=self._globals, include_extras=True
            )["it"]
        except Exception as error:  # noqa: BLE001 - whatever an annotation raises
            return self._unreadable(what, error)

    def _unreadable(self, what: str, error: Exception) -> None:
        self._problem(
            f"the annotation of {what} cannot be read: {error}",
            "import what it names at the module's top, outside `if TYPE_CHECKING`",
        )

    def _problem(self, message: str, hint: str) -> None:
        self._problems.append((message, hint))

    def finish(self) -> None:
        if len(self._problems) == 1:
            message, hint = self._problems[0]
            raise WorkflowDefinitionError(f"step {self._name!r}: {message}", hint=hint)
        if self._problems:
            lines = (f"\n  {message}: {hint}" for message, hint in self._problems)
            raise WorkflowDefinitionError(f"step {self._name!r}:{''.join(lines)}")


def _annotated_type(hint: object) -> str | None:
    """Give the type of atom that `Annotated[…, "type"]` names."""
    if typing.get_origin(hint) is not Annotated:
        return None
    names = (each for each in typing.get_args(hint)[1:] if isinstance(each, str))
    return next(names, None)
