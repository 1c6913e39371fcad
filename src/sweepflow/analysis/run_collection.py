"""Runs in an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sweepflow.analysis import frames
from sweepflow.analysis.collection import Collection
from sweepflow.analysis.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    import polars as pl

    from sweepflow.analysis.choosing import Get
    from sweepflow.analysis.columns import Key
    from sweepflow.analysis.settings import Value

R = TypeVar("R", bound=Run[Any, Any])


class RunCollection(Collection[R]):
    """Runs in an order; what `Run.load` and `sweepflow.runs` give.

    Args:
        runs: Of any kind.
        get: See `Collection`; `Run.get`, if it is not given.
    """

    def __init__(self, runs: Iterable[R], get: Get[R] | None = None) -> None:
        super().__init__(runs, get or Run.get)

    def _plain(self, item: R, key: str, default: Value) -> Value:
        if self._get is Run.get:
            return item.plain(key, default)
        return super()._plain(item, key, default)

    def update(
        self,
        key: str | tuple[str, ...],
        value: Value | Callable[[R], Value],
        *,
        force: bool = False,
    ) -> None:
        """Set a value in the configuration of each run that has none; see `Run.update`.

        Raises:
            AnalysisError: It cannot be set.
        """
        for run in self:
            run.update(key, value, force=force)

    def to_frame(
        self,
        *keys: str | tuple[str, Any],
        defaults: Mapping[str, Any] | None = None,
        **kwargs: Callable[[R], Any],
    ) -> pl.DataFrame:
        """Give a frame with a row for each run.

        Args:
            *keys: A column for each; or pairs of a key and a default. Without any of
                all this, the frame has all that is known of the runs, and null where a
                run has no such value.
            defaults: Of keys.
            **kwargs: More columns, by functions of a run.

        Raises:
            MissingKeyError: A run has no value of such a key, and there is no default.
        """
        if keys or kwargs:
            return super().to_frame(*keys, defaults=defaults, **kwargs)
        return frames.table([run.row() for run in self])

    def concat(self, function: Callable[[R], pl.DataFrame], *keys: Key) -> pl.DataFrame:
        """Give what a function makes of each run, one below the other.

        Args:
            function: Makes a frame.
            *keys: See `Run.to_frame`.

        Raises:
            MissingKeyError: A run has no such value.
        """
        import polars as pl

        made = [run.to_frame(function, *keys) for run in self]
        return pl.concat(made, how="diagonal_relaxed") if made else pl.DataFrame()

    def iterdir(self, relative_dir: str | Path = "") -> Iterator[Path]:
        """Give what is in a folder of the artifacts of each run."""
        return (path for run in self for path in run.iterdir(relative_dir))

    def glob(self, pattern: str, relative_dir: str | Path = "") -> Iterator[Path]:
        """Give the artifacts of each run that match a pattern."""
        return (path for run in self for path in run.glob(pattern, relative_dir))
