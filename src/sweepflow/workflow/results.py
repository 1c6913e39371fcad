"""From what a step's function returns to its atoms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from sweepflow.workflow.errors import StepResultError
from sweepflow.workflow.names import did_you_mean
from sweepflow.workflow.steps import AtomConstructor

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Outputs:
    """What the return annotation of a step's function says.

    Args:
        form: `single`, one path; `fields`, one for each name; `learned`, names that
            are known later; `plain`, a list of `AtomConstructor`.
        declared: The types by name, or None where the names are learned.
        type: That of all learned ones.
    """

    form: Literal["single", "fields", "learned", "plain"]
    declared: Mapping[str, str] | None
    type: str = ""

    @classmethod
    def of(cls, declared: Mapping[str, str]) -> Outputs:
        """Give outputs that are fields of what is returned."""
        return cls("fields", declared)

    @classmethod
    def single(cls, name: str, kind: str) -> Outputs:
        """Give the one output that is what is returned."""
        return cls("single", {name: kind})

    @classmethod
    def learned(cls, kind: str) -> Outputs:
        """Give outputs of one type whose names are learned."""
        return cls("learned", None, kind)

    @classmethod
    def plain(cls) -> Outputs:
        """Give outputs of which nothing is known."""
        return cls("plain", None)

    def atoms(self, result: object) -> Sequence[AtomConstructor]:
        """Give what was returned as a list of atoms to make.

        Raises:
            StepResultError: It is not what the annotation says.
        """
        if self.form == "plain":
            return cast("Sequence[AtomConstructor]", result)  # the engine looks at it
        if self.form == "single":
            return [_atom(*pair, result) for pair in (self.declared or {}).items()]
        values = _mapping(result)
        if self.declared is None:
            return [_atom(name, self.type, value) for name, value in values.items()]
        for name in values:
            if name not in self.declared:
                raise StepResultError(
                    f"the step returned {name!r}, which it does not declare",
                    hint=did_you_mean(name, self.declared, "outputs"),
                )
        if missing := [name for name in self.declared if name not in values]:
            raise StepResultError(
                f"the step did not return {', '.join(map(repr, missing))}",
                hint="return all that its annotation names",
            )
        return [_atom(name, kind, values[name]) for name, kind in self.declared.items()]


def _mapping(result: object) -> Mapping[str, object]:
    if result is None:
        return {}
    if hasattr(result, "_asdict"):  # a NamedTuple
        return cast("Any", result)._asdict()
    if isinstance(result, Mapping):
        return cast("Mapping[str, object]", result)
    raise StepResultError(
        f"the step returned {_shown(result)}, not names with paths",
        hint="return what its annotation says",
    )


def _atom(name: str, kind: str, value: object) -> AtomConstructor:
    if isinstance(value, str | Path):
        return AtomConstructor(name=name, path=value, type=kind)
    if not isinstance(value, AtomConstructor):
        raise StepResultError(
            f"the step returned {_shown(value)} for {name!r}, which is no path",
            hint="return the path of a file or folder in temp_workspace",
        )
    if (value.name, value.type) != (name, kind):
        raise StepResultError(
            f"the step returned {value.name!r} of type {value.type!r}, but declares "
            f"{name!r} of type {kind!r}",
            hint="make the two the same",
        )
    return value


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
