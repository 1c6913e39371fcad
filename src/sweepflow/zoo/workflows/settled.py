"""Which task is meant: it may be named where it is prepared, or where it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.zoo.steps import EvaluateModelConfig, PrepareTaskConfig

if TYPE_CHECKING:
    from collections.abc import Sequence


def settle_task(
    prepare: PrepareTaskConfig, evaluations: Sequence[EvaluateModelConfig]
) -> tuple[PrepareTaskConfig, list[EvaluateModelConfig]]:
    """Give configs that all name the task, so that its code counts wherever it is used.

    Raises:
        ValueError: None of them names one, or two name different ones.
    """
    named = [(prepare.task_loader, prepare.loader_kwargs)]
    named += [(one.eval_task, one.task_args) for one in evaluations]
    tasks = {task for task, _ in named if task}
    arguments = [given for _, given in named if given]
    if not tasks:
        raise ValueError(
            "no task is named: write evaluate_model.eval_task, such as "
            "sweepflow.zoo.tasks.hello_world:hello_world"
        )
    if len(tasks) > 1 or any(given != arguments[0] for given in arguments):
        raise ValueError(
            "prepare_task and the evaluations name different tasks, or different "
            "arguments: name the task once, as evaluate_model.eval_task"
        )
    (task,) = tasks
    given = arguments[0] if arguments else None
    return (
        PrepareTaskConfig(task_loader=task, loader_kwargs=given),
        [
            one.model_copy(update={"eval_task": task, "task_args": given})
            for one in evaluations
        ],
    )
