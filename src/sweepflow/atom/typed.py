"""Atoms of the types that training and evaluation speak of.

What they tell stands in their metadata, or in the JSON file that they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from sweepflow.atom.atom import Atom
from sweepflow.atom.errors import AtomError
from sweepflow.atom.loaders import json_file, json_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import polars as pl

METRICS = "metrics.json"
"""In the folder of an evaluation: its metrics."""

SAMPLES = "samples.jsonl"
"""Likewise: a line for each sample."""


class _Described(Atom):
    """An atom that says something of itself."""

    __slots__ = ()

    def _said(self, name: str) -> Any:  # noqa: ANN401 - it is JSON
        """Give what the metadata or the content says under a name.

        Raises:
            AtomError: Neither says it.
        """
        if name in self.metadata:
            return self.metadata[name]
        content = _object(self.path)
        if name in content:
            return content[name]
        raise AtomError(
            f"atom {self.id} does not say its {name!r}",
            hint=f"put {name!r} into its metadata, or create it of an object with it",
        )


class ModelAtom(_Described):
    """A model: a folder with its weights, or the name that a service knows it by."""

    __slots__ = ()

    type: ClassVar[str] = "model"

    @property
    def model_id(self) -> str:
        """What it is loaded by: the service's name for it, else the path of its folder.

        Raises:
            AtomError: It is a file that does not name one.
        """
        if "model_id" not in self.metadata and self.path.is_dir():
            return str(self.path)
        return str(self._said("model_id"))


class EvalAtom(_Described):
    """The result of an evaluation: a folder with its files, or metrics alone."""

    __slots__ = ()

    type: ClassVar[str] = "eval"

    @property
    def metrics(self) -> dict[str, Any]:
        """Numbers by name.

        Raises:
            AtomError: It has none.
        """
        file = self.path / METRICS
        metrics = json_file(file) if file.is_file() else self._said("metrics")
        if not isinstance(metrics, dict):
            raise AtomError(f"the metrics of atom {self.id} are {metrics!r}")
        return cast("dict[str, Any]", metrics)

    def samples(self) -> Iterator[dict[str, Any]]:
        """Give what is known of each sample, in the memory of one; nothing if none is.

        Raises:
            AtomError: A line is not JSON.
        """
        file = self.path / SAMPLES
        if file.is_file():
            yield from (row for _, row in json_lines(file))

    def to_frame(self) -> pl.DataFrame:
        """Give the samples as a frame, a row for each.

        Raises:
            AtomError: polars is not installed.
        """
        try:
            import polars as pl
        except ImportError:
            raise AtomError(
                "a frame is made by polars, which is not installed",
                hint="`pip install polars`, or use `samples()`",
            ) from None
        return pl.DataFrame(list(self.samples()), infer_schema_length=None)


class TaskAtom(_Described):
    """What models are evaluated on."""

    __slots__ = ()

    type: ClassVar[str] = "task"

    @property
    def task(self) -> str:
        """Where it is defined, as `module:function`.

        Raises:
            AtomError: It does not say.
        """
        return str(self._said("task"))


class TrainingJobAtom(_Described):
    """A training that a backend was asked for."""

    __slots__ = ()

    type: ClassVar[str] = "training_job"

    @property
    def job_id(self) -> str:
        """What the backend knows it by.

        Raises:
            AtomError: It does not say. So do all properties.
        """
        return str(self._said("job_id"))

    @property
    def backend(self) -> str:
        """Such as `local`."""
        return str(self._said("backend"))

    @property
    def status(self) -> str:
        """How the job stood when the atom was made."""
        return str(self._said("status"))


def _object(path: Path) -> dict[str, Any]:
    """Give the object in a JSON file; an empty one where there is none."""
    if path.suffix != ".json" or not path.is_file():
        return {}
    content = json_file(path)
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}
