"""`sweepflow runs compare --plot`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from sweepflow.cli.text import counted
from sweepflow.errors import RunNotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sweepflow.store.records import Run
    from sweepflow.store.store import Store


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be plotted, and where to.

    Args:
        axes: The texts `x=NAME` and `y=NAME`, in any order.
        group_by: The name of what tells the lines apart.
        out: The file to write.
    """

    axes: tuple[str, str]
    group_by: str | None
    out: Path

    @classmethod
    def of(
        cls, axes: tuple[str, str] | None, group_by: str | None, out: Path | None
    ) -> Asked | None:
        """Give what the options ask for; None if that is no plot."""
        if axes is None:
            if group_by or out:
                raise typer.BadParameter("--group-by and --out belong to --plot")
            return None
        return cls(axes, group_by, out or _missing())

    def names(self) -> tuple[str, str]:
        """Give what stands on the axes."""
        found = {axis: name for axis, _, name in (a.partition("=") for a in self.axes)}
        if found.keys() != {"x", "y"} or not all(found.values()):
            raise typer.BadParameter(
                f"--plot {' '.join(self.axes)}: write --plot x=NAME y=NAME, "
                "such as x=lr y=loss"
            )
        return found["x"], found["y"]


def plot(store: Store, runs: Sequence[Run], asked: Asked) -> None:
    """Draw runs into a file, and say which.

    Raises:
        SweepflowError: There are none, a name stands for no value or several, a value
            is no number, or the file's suffix is unknown.
    """
    from sweepflow.analysis.plots import plot_sweep_metric
    from sweepflow.report import plot_frame

    x, y = asked.names()
    if not runs:
        raise RunNotFoundError("no such runs", hint="`sweepflow runs` lists all")
    frame = plot_frame(store, runs, x, y, asked.group_by)
    names = ", ".join(dict.fromkeys(run.name for run in runs))
    drawn = plot_sweep_metric(frame, x, y, asked.group_by, title=names)
    drawn.save(asked.out)
    typer.echo(f"wrote {asked.out}: {counted(frame.height, 'run')}", err=True)


def _missing() -> Path:
    raise typer.BadParameter("--plot needs --out, such as --out plot.png")
