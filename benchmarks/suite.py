"""What every benchmark gets, and the list of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Concatenate, NoReturn, ParamSpec

from benchmarks.measure import Failure, Side, SideError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.measure import Sample

P = ParamSpec("P")


@dataclass(frozen=True)
class Setting:
    """Where and how a benchmark measures.

    Args:
        ours: Sweepflow.
        theirs: HydraFlow, or why there is none.
        folder: An empty folder, on the disk of the project: what is synced costs there
            what it costs a user.
        full: Take the large sizes too.
        repeat: How often to measure; None leaves it to the benchmark.
    """

    ours: Side
    theirs: Side | Failure
    folder: Path
    full: bool
    repeat: int | None

    def by_peer(
        self,
        function: Callable[Concatenate[Side, P], Sample],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Callable[[], Sample]:
        """Give `function(theirs, …)`, or what raises why there is no such side."""
        if isinstance(self.theirs, Failure):
            return partial(_refuse, self.theirs.reason)
        return partial(function, self.theirs, *args, **kwargs)

    def within(self, name: str) -> Setting:
        """Give the same setting in a new folder of that name."""
        folder = self.folder / name
        folder.mkdir()
        return replace(self, folder=folder)


def _refuse(reason: str) -> NoReturn:
    raise SideError(reason)
