"""What the process of an evaluation is told, and the words it leaves on failure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sweepflow.evals.backend import Target

if TYPE_CHECKING:
    from collections.abc import Mapping

_SPEC = "spec.json"
_FAILURE = "failure.json"


@dataclass(frozen=True, slots=True)
class Spec:
    """An evaluation to be made.

    Args:
        target: The model.
        task: Where it is defined.
        task_args: Arguments of its function.
        limit: How many samples, or all.
        eval_kwargs: What else `inspect_ai.eval` is told.
    """

    target: Target
    task: str
    task_args: Mapping[str, Any]
    limit: int | None
    eval_kwargs: Mapping[str, Any]

    def write(self, folder: Path) -> Path:
        """Write it as JSON, and give the file.

        Raises:
            TypeError, ValueError: It holds what JSON cannot say.
        """
        said = asdict(self)
        said["target"]["path"] = self.target.path and str(self.target.path.absolute())
        file = folder / _SPEC
        file.write_text(json.dumps(said, allow_nan=False), "utf-8")
        return file

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read what was written."""
        said: dict[str, Any] = json.loads(file.read_text("utf-8"))
        target: dict[str, Any] = said.pop("target")
        path = target.pop("path")
        return cls(Target(**target, path=Path(path) if path else None), **said)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no score.

    Args:
        message: In the words of the log, where there is one.
        hint: What to do.
        begun: Whether the evaluation had begun.
    """

    message: str
    hint: str | None = None
    begun: bool = False

    def write(self, folder: Path) -> None:
        """Leave it, whole or not at all."""
        draft = folder / f".{_FAILURE}"
        draft.write_text(json.dumps(asdict(self)), "utf-8")
        draft.replace(folder / _FAILURE)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Read what was left; None if nothing was."""
        file = folder / _FAILURE
        return cls(**json.loads(file.read_text("utf-8"))) if file.is_file() else None
