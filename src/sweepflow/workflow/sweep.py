"""Running a workflow with many configs from Python."""

from __future__ import annotations

import signal
from contextlib import closing
from typing import TYPE_CHECKING, Unpack

from sweepflow.engine.recovery import settle
from sweepflow.here import current_store
from sweepflow.workflow.plan import plan_points
from sweepflow.workflow.points import grid_points
from sweepflow.workflow.run import given_atoms, make_engine, states_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sweepflow.atom import Atom
    from sweepflow.workflow.run import Options
    from sweepflow.workflow.state import WorkflowState
    from sweepflow.workflow.workflow import Workflow


def run_sweep(  # noqa: PLR0913, PLR0917 - what is swept, and how
    workflow: Workflow,
    base_config: object = None,
    param_grid: Mapping[str, Sequence[object] | str] | None = None,
    input_atoms: Mapping[str, Atom | str] | None = None,
    user: str | None = None,
    max_parallel: int | None = None,
    **options: Unpack[Options],
) -> list[WorkflowState]:
    """Run a workflow with every combination of some values, as one plan.

    What is the same in several points is done once, and what is known is taken from the
    cache. A failure stops only what depends on it.

    Args:
        workflow: What to run.
        base_config: What the points have in common, as for `run_workflow`.
        param_grid: For each dotted path into the config, such as `train.lr`, a list of
            values, or a sweep expression, such as `"log(1e-4:0.1:10)"`. The last one
            varies fastest.
        input_atoms: As for `run_workflow`.
        user: Likewise.
        max_parallel: How many cores the steps may use at a time; all by default.
        **options: As for `run_workflow`, except `jobs`.

    Returns:
        How each point ended, in order; one with a failure is false, and its steps say
        why. `state.settings` are its values.

    Raises:
        SweepflowError: It cannot be run as it is asked for.
        SweepSyntaxError: A sweep expression has no meaning.
        KeyboardInterrupt: It was interrupted; what was done is kept.
    """
    store = current_store()
    atoms = given_atoms(store, input_atoms)
    points = grid_points(workflow, base_config, param_grid or {})
    planned = plan_points(workflow, atoms, [one.configs for one in points], user=user)
    how: Options = {**options, "jobs": max_parallel}
    engine = make_engine(planned.plan, store, how)
    with closing(engine.executor):
        settle(store)
        report = engine.run(planned.plan)
    if report.signum == signal.SIGINT:
        raise KeyboardInterrupt
    return states_of(planned, points, report)
