"""Running a workflow for a command, or telling what a run would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import typer

from sweepflow.cli.text import print_json, print_table, visible
from sweepflow.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sweepflow.atom import Atom
    from sweepflow.engine.engine import CacheUse
    from sweepflow.project import Job, Project
    from sweepflow.provenance.forecast import Verdict
    from sweepflow.store.store import Store
    from sweepflow.workflow.discovery import Found
    from sweepflow.workflow.plan import PlannedPoints
    from sweepflow.workflow.points import Point
    from sweepflow.workflow.state import WorkflowState


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line says of how something is to run."""

    overrides: Sequence[str] = ()
    rest: Sequence[str] = ()
    limit: int | None = None
    config: Path | None = None
    user: str | None = None
    inputs: Sequence[str] = ()
    stages: str | None = None
    force: bool = False
    no_cache: bool = False
    jobs: int | None = None
    executor: Literal["local", "in-process"] | None = None
    fail_fast: bool = False
    dry_run: bool = False
    as_json: bool = False

    def check(self, *, prints_trials: bool = False) -> None:
        """See that what is asked for can be had together.

        Args:
            prints_trials: Whether nothing but the trials is printed.

        Raises:
            PlanError: It cannot.
        """
        check_json(as_json=self.as_json, dry_run=self.dry_run or prints_trials)
        pairs = [
            ("--force", self.force, "--no-cache", self.no_cache),
            ("--stages", self.stages is not None, "--no-cache", self.no_cache),
            ("--stages", self.stages is not None, "--force", self.force),
        ]
        for one, is_given, other, other_is_given in pairs:
            if is_given and other_is_given:
                raise PlanError(
                    f"{one} and {other} exclude each other", hint=_EXCLUDE[one, other]
                )

    @property
    def cache(self) -> CacheUse:
        if self.no_cache:
            return "off"
        return "renew" if self.force else "use"

    def stage_names(self) -> list[str] | None:
        """Give the steps that `--stages` names.

        Raises:
            PlanError: It names none.
        """
        if self.stages is None:
            return None
        names = [name.strip() for name in self.stages.split(",")]
        if not all(names):
            raise PlanError(
                f"--stages {self.stages!r} names no step",
                hint="write the steps' names with commas between them",
            )
        return names


def check_json(*, as_json: bool, dry_run: bool) -> None:
    """See that `--json` comes with `--dry-run`.

    Raises:
        PlanError: It does not.
    """
    if as_json and not dry_run:
        raise PlanError(
            "--json prints a plan, and goes with --dry-run",
            hint="leave it out, or add --dry-run",
        )


_EXCLUDE = {
    ("--force", "--no-cache"): "--force runs all and keeps the results; --no-cache "
    "runs all and keeps nothing for later",
    ("--stages", "--no-cache"): "the steps that are not named come from the cache",
    ("--stages", "--force"): "--stages runs the steps that it names in any case",
}


def run_found(
    found: Found, project: Project | None, request: Request, job: Job | None = None
) -> int:
    """Run a workflow or tell what would run, and give the exit status.

    What is asked for has been checked (`Request.check`). A job says which points there
    are, and has a config of its own.

    Raises:
        SweepflowError: It cannot be run as it is asked for.
    """
    from sweepflow.here import find_home, home_of
    from sweepflow.store.store import Store
    from sweepflow.workflow.plan import plan_points
    from sweepflow.workflow.run import stage_tasks

    stages = request.stage_names()
    points = _points(found, project, request, job)
    with Store(home_of(project) if project else find_home()) as store:
        planned = plan_points(
            found.workflow,
            input_atoms(store, request.inputs),
            [point.configs for point in points],
            user=request.user,
            root=project.root if project else None,
            job=job.name if job else "",
        )
        tasks = stage_tasks(planned, stages)
        if request.dry_run:
            return _tell(store, planned, request, tasks)
        return _run(store, planned, points, request, tasks)


def _points(
    found: Found, project: Project | None, request: Request, job: Job | None
) -> list[Point]:
    from sweepflow.workflow.points import chosen_points, read_points
    from sweepflow.workflow.resolve import read_config

    config = request.config
    if project and job:
        from sweepflow.cli.job_targets import combinations

        own = project.root / job.config if job.config else found.listing.config
        chosen = combinations(project, job, request)
        base = read_config(found.workflow, config or own)
        return chosen_points(found.workflow, base, chosen)
    config = config or found.listing.config
    return read_points(found.workflow, config, request.overrides, limit=request.limit)


def input_atoms(store: Store, inputs: Sequence[str]) -> Mapping[str, Atom]:
    """Give the atoms that `--input` gives, by name.

    Raises:
        PlanError, AtomNotFoundError: It gives none.
    """
    from sweepflow.atom import Atom
    from sweepflow.store.store import use_store

    ids: dict[str, str] = {}
    for text in inputs:
        name, _, atom_id = text.partition("=")
        if not (name and atom_id):
            raise PlanError(
                f"--input {text!r} gives no atom", hint="write --input NAME=ATOM_ID"
            )
        if name in ids:
            raise PlanError(f"--input gives {name!r} twice", hint="keep one of the two")
        ids[name] = atom_id
    with use_store(store):
        return {name: Atom.get(atom_id) for name, atom_id in ids.items()}


def _run(
    store: Store,
    planned: PlannedPoints,
    points: Sequence[Point],
    request: Request,
    stages: Sequence[str] | None,
) -> int:
    from sweepflow.cli.execution import execute
    from sweepflow.workflow.run import make_engine, states_of

    engine = make_engine(
        planned.plan,
        store,
        {
            "jobs": request.jobs,
            "executor": request.executor or "local",
            "cache": request.cache,
            "stages": stages,
            "fail_fast": request.fail_fast,
        },
    )
    report = execute(engine, planned.plan)
    states = states_of(planned, points, report)
    if len(states) > 1:
        _print_points(states)
    else:
        _print_outputs(states[0])
    return report.exit_status


def _print_points(states: Sequence[WorkflowState]) -> None:
    """Print for each point of a sweep its values, how it ended, and what came last."""
    keys = list(dict.fromkeys(key for state in states for key in state.settings))
    rows = [
        (
            *(visible(state.settings.get(key, "")) for key in keys),
            "done"
            if state
            else ", ".join(f"{s.name} {s.status}" for s in state.failed),
            ", ".join(state.step_states[-1].output_atoms.values()),
        )
        for state in states
    ]
    print_table((*keys, "status", f"made by {states[0].step_states[-1].name}"), rows)


def _print_outputs(state: WorkflowState) -> None:
    rows = [
        (visible(step.name), visible(name), atom)
        for step in state
        for name, atom in step.output_atoms.items()
    ]
    if rows:
        print_table(("step", "output", "atom"), rows)


def _tell(
    store: Store,
    planned: PlannedPoints,
    request: Request,
    stages: Sequence[str] | None,
) -> int:
    """Tell what would become of each step; 1 if the run could not succeed."""
    from sweepflow.provenance.forecast import forecast

    plan = planned.plan
    known = store if store.home.has_ledger() else None  # opening one would make it
    verdicts = forecast(known, plan, cache=request.cache, stages=stages)
    missing = {
        verdict.task.key
        for verdict in verdicts
        if not verdict.is_cached and stages and verdict.task.key not in stages
    }
    status = 1 if missing or any(verdict.fails for verdict in verdicts) else 0
    if request.as_json:
        tasks = [verdict_json(verdict) for verdict in verdicts]
        print_json({"name": plan.name, "tasks": tasks})
        return status
    width = max((len(verdict.task.key) for verdict in verdicts), default=0)
    for verdict in verdicts:
        key = verdict.task.key
        sentence = _sentence(verdict, is_missing=key in missing)
        typer.echo(visible(f"{key:<{width}}  {sentence}"))
    if (points := len(planned.tasks)) > 1:
        count = sum(not verdict.is_cached for verdict in verdicts)
        typer.echo(
            f"{count:,} of {len(verdicts):,} steps would run, for {points:,} points"
        )
    return status


def _sentence(verdict: Verdict, *, is_missing: bool) -> str:
    if verdict.is_cached:
        return f"cached (run {(verdict.run_id or '')[:8]})"
    did = "would fail" if verdict.fails else "would run"
    did = "would have to run, and is no stage" if is_missing else did
    return f"{did}, because {verdict.because}"


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """Give what would become of a task, as `--json` prints it."""
    task = verdict.task
    return {
        "key": task.key,
        "step": task.action.display(),
        "params": dict(task.params),
        "after": sorted(task.waits_for()),
        "cached": verdict.is_cached,
        "because": verdict.because or None,
        "run": verdict.run_id,
    }
