"""Running a search for a command, or telling what it would try."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from sweepflow.cli.runs.shown import SHORT_ID
from sweepflow.cli.text import counted, print_json, print_table, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.engine.engine import Engine
    from sweepflow.search import Search, Value
    from sweepflow.search.explore import Explored, Target
    from sweepflow.search.outcome import Tried


def run_search(search: Search, target: Target, engine: Engine) -> int:
    """Run a search, show how it goes and what came of it; give the exit status.

    Raises:
        SweepflowError: It cannot be run as it is asked for.
    """
    from sweepflow.cli.execution import executing
    from sweepflow.search.explore import explore

    with executing(engine, search.trials) as display:
        explored = explore(search, target, engine, lambda e: display.tried(_line(e)))
    _print(explored)
    if explored.signum is not None:
        return 128 + explored.signum
    return 1 if any(one.status == "failed" for one in explored.tried) else 0


def tell_search(
    name: str,
    search: Search,
    target: Target,
    *,
    as_json: bool,
) -> None:
    """Tell what a search would try, and what its first trials would run.

    Raises:
        SweepflowError: These cannot be run.
    """
    from sweepflow.search.explore import check
    from sweepflow.search.study import Study

    check(search, target)
    study = Study(search)
    trials = [study.ask() for _ in range(min(search.at_once, search.trials))]
    plan = target.plan(trials).plan
    if as_json:
        space = {key: str(one) for key, one in search.space.items()}
        facts = {key: getattr(search, key) for key in _FACTS}
        tasks = [
            {"key": task.key, "runs": task.action.display(), "params": task.params}
            for task in plan.tasks
        ]
        print_json({"name": name, "search": {"space": space, **facts}, "tasks": tasks})
        return
    typer.echo(_sentence(search))
    width = max(map(len, search.space))
    for key, one in search.space.items():
        typer.echo(visible(f"  {key:<{width}}  {one}"))
    typer.echo("the first of them would run:")
    for task in plan.tasks:
        typer.echo(visible(f"  {task.action.display()}"))


_FACTS = (
    *("metric", "direction", "trials", "sampler", "pruner", "startup", "seed"),
    "at_once",
)


def _sentence(search: Search) -> str:
    wanted = "least" if search.direction == "minimize" else "greatest"
    pruned = f", pruned by {search.pruner}" if search.pruner else ""
    return visible(
        f"{counted(search.trials, 'trial')} for the {wanted} {search.metric}, chosen "
        f"by {search.sampler} (seed {search.seed}), {search.at_once} at once{pruned}"
    )


def _line(explored: Explored) -> str:
    """Say what came of the last trial."""
    search, one, best = explored.search, explored.tried[-1], explored.best
    came = one.error
    if one.value is not None:
        came = f"{search.metric} {one.value:g}"
        if best and best.trial.number != one.trial.number:
            came += f", best {best.value:g} (trial {best.trial.number})"
    number = f"trial {one.trial.number}"
    return visible(f"{number}: {_words(one.trial.params)}: {came}")


def _print(explored: Explored) -> None:
    """Print all trials, and say which is the best."""
    search, best = explored.search, explored.best
    head = ("trial", *search.space, search.metric, "status", "run")
    rows = [_row(one) for one in explored.tried]
    if rows:
        print_table(head, rows)
        sys.stdout.flush()  # what is said next goes to standard error
    if best:
        found = f"best: {search.metric} {best.value!r} of trial {best.trial.number}"
        typer.echo(visible(f"{found}: {_words(best.trial.params)}"), err=True)


def _row(one: Tried) -> tuple[str, ...]:
    value = "" if one.value is None else f"{one.value:g}"
    params = (visible(_short(param)) for param in one.trial.params.values())
    return (
        str(one.trial.number),
        *params,
        value,
        one.status,
        (one.run_id or "")[:SHORT_ID],
    )


def _words(params: Mapping[str, Value]) -> str:
    return " ".join(f"{key}={_short(value)}" for key, value in params.items())


def _short(value: Value) -> str:
    from sweepflow.search.space import as_text

    return f"{value:.6g}" if isinstance(value, float) else as_text(value)
