"""What happens to one configuration: it is skipped, or runs in an MLflow run."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from sweepflow import collector
from sweepflow.app import sqlite
from sweepflow.app.context import start_run, status_after
from sweepflow.app.digest import config_digest, overrides_digest
from sweepflow.app.locks import hold
from sweepflow.app.numbers import tell
from sweepflow.app.params import log_params
from sweepflow.app.signals import terminable
from sweepflow.app.tracking import Store, is_local, open_experiment, using
from sweepflow.errors import StoreError, SweepflowError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from mlflow.entities import Experiment, Run

logger = logging.getLogger("sweepflow")

CONFIG_TAG = "sweepflow.config_digest"
OVERRIDES_TAG = "sweepflow.overrides_digest"
RESULT_TAG = "sweepflow.result"

App: TypeAlias = "Callable[[Run, Any], object]"


@dataclass(frozen=True)
class Options:
    """How `main` treats the runs of an app; see there."""

    chdir: bool
    force_new_run: bool
    match_overrides: bool
    rerun_finished: bool
    dry_run: bool
    update: Callable[[Any], Any] | None


@dataclass(frozen=True)
class Job:
    """One configuration of an app, inside the Hydra job that was launched for it."""

    app: App
    options: Options
    store: Store
    hydra: Any
    config: Any

    def run(self) -> object:
        """Run the app unless its configuration has finished; give what it returned."""
        collector.pause()  # here, too: a launcher may have begun a process for it
        if self.options.dry_run:
            from omegaconf import OmegaConf

            logger.info("Dry run:\n%s", OmegaConf.to_yaml(self.config).rstrip())
            return None
        tags = {
            CONFIG_TAG: config_digest(self.config),
            OVERRIDES_TAG: overrides_digest(self.hydra.overrides.task),
        }
        tag = OVERRIDES_TAG if self.options.match_overrides else CONFIG_TAG
        if self._may_skip() and (known := self._peek(tag, tags[tag])):
            run_id, result = known
            return self._skip(run_id, result, lambda: self._peek_metrics(run_id))
        try:
            return self._run(tag, tags)
        except _Refusal as refusal:
            # Hydra would show a traceback; and a child process of a launcher could
            # not hand the message over.
            sys.stderr.write(f"error: {refusal.error}\n")
            raise SystemExit(2) from refusal.error

    def _run(self, tag: str, tags: dict[str, str]) -> object:
        name = cast("str", self.hydra.job.name)
        with using(self.store):
            try:
                experiment = open_experiment(
                    self.store, name, Path(self.hydra.runtime.cwd)
                )
                if self.options.chdir and not is_local(experiment):
                    raise StoreError(
                        f"chdir: the artifacts of {self.store} are in no local folder"
                    )
                lock = self.store.lock(f"{name}\n{tags[tag]}")
            except SweepflowError as error:
                raise _Refusal(error) from error
            wait_for = f"another process that runs this configuration of {name!r}"
            if self.options.force_new_run:
                lock_held = nullcontext()
            else:
                lock_held = hold(lock, wait_for=wait_for)
            with lock_held:
                return self._select_and_run(experiment, tag, tags)

    def _select_and_run(
        self, experiment: Experiment, tag: str, tags: dict[str, str]
    ) -> object:
        found = None
        if not self.options.force_new_run:
            found = _find(experiment, tag, tags[tag])
        if found and self._may_skip() and found.info.status == "FINISHED":
            result = found.data.tags.get(RESULT_TAG)
            return self._skip(found.info.run_id, result, lambda: found.data.metrics)
        run_id = found.info.run_id if found else None
        status = "failed"
        try:
            with (
                start_run(chdir=self.options.chdir, run_id=run_id, tags=tags) as run,
                self._telling(run_id := run.info.run_id),
            ):
                log_params(run, self.config)
                collector.resume()
                with terminable():
                    result = self.app(run, self.config)
                _keep(run, result)
            status = "completed"
        finally:
            if run_id:  # only now is there all that was logged
                words = self.hydra.overrides.task
                tell(run_id, words, lambda: _metrics(run_id), status=status)
        return result

    @contextmanager
    def _telling(self, run_id: str) -> Generator[None]:
        """Tell at once of a failure, and add to an interruption which run it ended.

        Of a sweep's failures Hydra shows the first one only, when all is over.
        """
        try:
            yield
        except BaseException as error:
            match status_after(error):
                case "FAILED":
                    kind = type(error).__name__
                    logger.error("Failed: run %s: %s: %s", run_id, kind, error)  # noqa: TRY400 -- Hydra shows the traceback
                case "KILLED":
                    again = " goes on when the same is started again"
                    then = "" if self.options.force_new_run else again
                    error.add_note(f"run {run_id}{then}")
                case _:
                    pass
            raise

    def _may_skip(self) -> bool:
        return not (self.options.force_new_run or self.options.rerun_finished)

    def _peek(self, tag: str, digest: str) -> tuple[str, str | None] | None:
        if self.store.database is None:
            return None
        name = cast("str", self.hydra.job.name)
        return sqlite.finished_run(
            self.store.database, name, tag=tag, digest=digest, result=RESULT_TAG
        )

    def _skip(
        self,
        run_id: str,
        result: str | None,
        metrics: Callable[[], Mapping[str, float]],
    ) -> object:
        logger.info("Skipped: run %s has finished with this configuration", run_id)
        tell(run_id, self.hydra.overrides.task, metrics)
        return json.loads(result) if result else None

    def _peek_metrics(self, run_id: str) -> dict[str, float]:
        assert self.store.database  # noqa: S101 -- the run was found there
        return sqlite.metrics_of(self.store.database, run_id)


class _Refusal(Exception):  # noqa: N818 -- carries an error over the app's own ones
    """The run cannot begin; unlike a SweepflowError that the app itself raises."""

    def __init__(self, error: SweepflowError) -> None:
        super().__init__(error)
        self.error = error


def _find(experiment: Experiment, tag: str, digest: str) -> Run | None:
    """Give the newest run with the digest, a finished one before all others."""
    import mlflow

    client = mlflow.MlflowClient()
    for status in (" AND attributes.status = 'FINISHED'", ""):
        runs = client.search_runs(
            [experiment.experiment_id],
            f"tags.`{tag}` = '{digest}'{status}",
            max_results=1,
            order_by=["attributes.start_time DESC"],
        )
        if runs:
            return runs[0]
    return None


def _metrics(run_id: str) -> dict[str, float]:
    import mlflow

    return mlflow.MlflowClient().get_run(run_id).data.metrics


def _keep(run: Run, result: object) -> None:
    """Keep a number, or a list of numbers, for when the run is skipped."""
    import mlflow

    client = mlflow.MlflowClient()
    run_id = run.info.run_id
    if (number := _number(result)) is not None:
        client.set_tag(run_id, RESULT_TAG, json.dumps(number))
    elif RESULT_TAG in run.data.tags:
        client.delete_tag(run_id, RESULT_TAG)  # of an earlier attempt


def _number(value: object) -> object:
    match value:
        case bool():
            return None
        case Integral():
            return int(value)
        case Real():
            return float(value)
        case list() | tuple() if value:
            numbers = [_number(item) for item in cast("list[object]", value)]
            flat = all(isinstance(number, (int, float)) for number in numbers)
            return numbers if flat else None
        case _:
            return None
