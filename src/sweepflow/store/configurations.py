"""The configurations that one command went through, each as a run to look at.

An app under `--multirun` makes an MLflow run of each, and the ledger has one run of the
command. What the app told of them is a fact of that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sweepflow.store.reader import Reader
    from sweepflow.store.records import Run

CONFIGURATIONS: Final = "configurations"
"""The fact: a list, each with `run`, the MLflow run, `status`, `params`, `metrics`."""


def expanded(
    reader: Reader, runs: Sequence[Run]
) -> tuple[list[Run], Mapping[str, Mapping[str, float]]]:
    """Give runs, in the place of a command's one for each of its configurations.

    Its id has a number behind that of the command: `5f0c…/3`.

    Args:
        reader: Of the ledger.
        runs: In any order.

    Returns:
        The runs, and the numbers of those that are no runs of the ledger, by their ids.
    """
    commands = [run.id for run in runs if run.kind == "job"]
    told: Mapping[str, Mapping[str, Any]] = {}
    if commands:
        told = reader.facts_with(CONFIGURATIONS, commands)
    found: list[Run] = []
    numbers: dict[str, Mapping[str, float]] = {}
    for run in runs:
        if run.id not in told:
            found.append(run)
            continue
        for n, one in enumerate(told[run.id][CONFIGURATIONS], 1):
            own = f"{run.id}/{n}"
            params = {**run.params, **one["params"]}
            found.append(replace(run, id=own, params=params, status=one["status"]))
            numbers[own] = one["metrics"]
    return found, numbers


def command_of(run_id: str) -> str:
    """Give the id of the run in the ledger that an id is of."""
    return run_id.partition("/")[0]
