"""Steps that note that they ran; a module that other processes import quickly."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sweepflow.workflow import AtomConstructor, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.workflow.steps import StepFunction

LOG = "STEP_LOG"


def note(name: str) -> None:
    with Path(os.environ[LOG]).open("a") as file:  # one short write: atomic
        file.write(f"{name}\n")


def write(
    workspace: Path, name: str, text: str = "", kind: str = "text"
) -> list[AtomConstructor]:
    (workspace / name).write_text(text or name)
    return [AtomConstructor(name, name, kind)]


def maker(name: str, text: str = "") -> StepFunction:
    """Give a function that makes a text of its inputs' texts."""

    def make(
        config: object, inputs: dict[str, Any], workspace: Path
    ) -> list[AtomConstructor]:
        note(name)
        read = (inputs[key].path.read_text() for key in sorted(inputs))
        return write(workspace, name, "".join((text or name, *read)))

    return make


def makes(
    name: str, *reads: str, text: str = "", declared: bool = False, **options: object
) -> Step:
    """Give a step that makes a text of its own name, of those that it reads."""
    outputs: Mapping[str, str] | None = {name: "text"} if declared else None
    inputs = dict.fromkeys(reads, "text")
    some = cast("Any", options)
    return Step(name, maker(name, text), inputs, output_atom_types=outputs, **some)


def does(name: str, function: StepFunction, *reads: str, **options: object) -> Step:
    """Give a step that does what it is told to."""
    return Step(name, function, dict.fromkeys(reads, "text"), **cast("Any", options))
