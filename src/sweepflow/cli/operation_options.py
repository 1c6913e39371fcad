"""The options of `sweepflow run` that only operations have."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sweepflow.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweepflow.operations.searches import SearchOptions

Restart = Annotated[
    str | None,
    typer.Option(
        "--restart",
        "--start",
        metavar="ID",
        help="Go on with this run, or start it if it is staged: redo what did not "
        "complete in it.",
    ),
]
Stage = Annotated[
    bool, typer.Option("--stage", help="Only record the run, to be started later.")
]
StageTrials = Annotated[
    bool,
    typer.Option("--stage-trials", help="Only record the trials of its batches."),
]
Needed = Annotated[
    bool, typer.Option("--needed", help="Take an equal completed run, if there is one.")
]
WithDeps = Annotated[
    bool,
    typer.Option("--with-deps", help="Run what it requires first, where needed."),
]
Label = Annotated[
    str | None, typer.Option("--label", "-l", metavar="TEXT", help="The run's label.")
]
Tags = Annotated[
    list[str] | None, typer.Option("--tag", "-t", metavar="TAG", help="A tag for it.")
]
RunId = Annotated[
    str | None, typer.Option("--run-id", metavar="ID", help="The id of the run.")
]
Gpus = Annotated[
    str | None, typer.Option(metavar="N,…", help="The GPUs that it may use.")
]
NoGpus = Annotated[bool, typer.Option("--no-gpus", help="Let it use no GPU.")]
StopAfter = Annotated[
    float | None,
    typer.Option(metavar="MINUTES", help="End each run after so many minutes."),
]
FailOnTrialError = Annotated[
    bool | None,
    typer.Option(
        "--fail-on-trial-error/--no-fail-on-trial-error",
        help="End a batch at the first trial that fails; or let failed ones pass.",
    ),
]
ForceFlags = Annotated[
    bool, typer.Option("--force-flags", help="Take flags that it does not have.")
]
MaxTrials = Annotated[
    int | None,
    typer.Option("--max-trials", "-m", min=1, metavar="N", help="Trials at most."),
]
RandomSeed = Annotated[
    int | None, typer.Option(metavar="N", help="The seed for what is drawn.")
]
Optimizer = Annotated[
    str | None,
    typer.Option(
        "--optimizer",
        "-o",
        metavar="NAME",
        help="Search for the best values of its flags with this optimizer: one of the "
        "operation's own, random, gp, tpe, qmc or cmaes.",
    ),
]
Optimize = Annotated[
    bool,
    typer.Option(
        "--optimize", "-O", help="Search with the operation's default optimizer, or gp."
    ),
]
Minimize = Annotated[
    str | None,
    typer.Option(
        "--minimize",
        "-N",
        metavar="COLUMN",
        help="The number that a search is to make small.",
    ),
]
Maximize = Annotated[
    str | None,
    typer.Option(
        "--maximize",
        "-X",
        metavar="COLUMN",
        help="The number that a search is to make great.",
    ),
]
OptFlags = Annotated[
    list[str] | None,
    typer.Option(
        "--opt-flag",
        "-F",
        "-Fo",
        metavar="NAME=VALUE",
        help="A flag of the optimizer, such as startup=5.",
    ),
]
PrintTrials = Annotated[
    bool, typer.Option("--print-trials", help="Print the trials, and run nothing.")
]
KeepRun = Annotated[
    bool,
    typer.Option("--keep-run", help="Keep the run, whatever delete-on-success says."),
]


_REPEATED: Final = {"tags": "tag", "opt_flags": "opt-flag"}
"""Options that may be given more than once."""

_OF_OPTIMIZERS: Final = ("optimizer", "optimize", "opt_flags")
_NEVER_OF_SEARCHES: Final = (
    *("restart", "run_id", "stage", "stage_trials"),
    "print_trials",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationOptions:
    """What the command line says of how an operation is to run."""

    restart: str | None = None
    stage: bool = False
    stage_trials: bool = False
    needed: bool = False
    with_deps: bool = False
    label: str | None = None
    tags: Sequence[str] = ()
    run_id: str | None = None
    gpus: str | None = None
    no_gpus: bool = False
    stop_after: float | None = None
    fail_on_trial_error: bool | None = None
    force_flags: bool = False
    max_trials: int | None = None
    random_seed: int | None = None
    optimizer: str | None = None
    optimize: bool = False
    minimize: str | None = None
    maximize: str | None = None
    opt_flags: Sequence[str] = ()
    print_trials: bool = False
    keep_run: bool = False

    @property
    def asks_for_search(self) -> bool:
        """Whether there is an option that only a search has."""
        return bool(self._given(*_OF_OPTIMIZERS, "minimize", "maximize"))

    def for_search(self) -> SearchOptions:
        """Give what is said of a search of the operation."""
        from sweepflow.operations.searches import SearchOptions

        return SearchOptions(
            optimizer=self.optimizer,
            optimize=self.optimize,
            minimize=self.minimize,
            maximize=self.maximize,
            opt_flags=self.opt_flags,
            max_trials=self.max_trials,
            random_seed=self.random_seed,
        )

    def refuse_beside_search(self) -> None:
        """Refuse those that a search cannot have.

        Raises:
            PlanError: There are some.
        """
        if wrong := self._given(*_NEVER_OF_SEARCHES):
            raise PlanError(
                f"a search cannot have {' and '.join(wrong)}: each of its trials "
                "follows from those before it",
                hint="leave it out, or give one value, or several, for each flag",
            )

    def refuse_optimizer(self, job: str) -> None:
        """Refuse those of an optimizer for a job, which says itself how it searches.

        Raises:
            PlanError: There are some.
        """
        if wrong := self._given(*_OF_OPTIMIZERS):
            raise PlanError(
                f"job {job!r} says itself how it searches, so it cannot have "
                f"{' and '.join(wrong)}",
                hint="write sampler, pruner and startup in the job, or run its "
                "operation by name",
            )

    def of_search(self) -> dict[str, int]:
        """Give what is said of a search, as `Search` has it."""
        said = {"trials": self.max_trials, "seed": self.random_seed}
        return {name: value for name, value in said.items() if value is not None}

    def refuse(self, name: str, kind: str, *, searches: bool = False) -> None:
        """Refuse them for what is no operation.

        Args:
            name: Of what is run.
            kind: What it is.
            searches: Whether it searches: then those of searches are not refused.

        Raises:
            PlanError: There are some.
        """
        allowed = {"max_trials", "random_seed"} if searches else set[str]()
        names = [one.name for one in fields(self) if one.name not in allowed]
        if given := self._given(*names):
            raise PlanError(
                f"{name!r} is a {kind}, and only operations take {' and '.join(given)}",
                hint="leave it out; `sweepflow show` has the operations",
            )

    def _given(self, *names: str) -> list[str]:
        """Give those of some options that were given, as one writes them."""
        usual = {one.name: one.default for one in fields(self)}
        return [
            f"--{_REPEATED.get(name, name).replace('_', '-')}"
            for name in names
            if getattr(self, name) != usual[name]
        ]
