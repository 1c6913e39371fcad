"""`@sweepflow.main`: a Hydra app whose every configuration is one MLflow run."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sweepflow import collector
from sweepflow.app.job import Job, Options
from sweepflow.app.overrides import CommandLine
from sweepflow.app.signals import Terminated
from sweepflow.app.tracking import Store
from sweepflow.errors import SweepflowError
from sweepflow.sweep import SweepSyntaxError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from mlflow.entities import Run

C = TypeVar("C")


def main(  # noqa: PLR0913 -- the options of HydraFlow
    node: C | type[C],
    config_name: str = "config",
    *,
    tracking_uri: str | None = None,
    chdir: bool = False,
    force_new_run: bool = False,
    match_overrides: bool = False,
    rerun_finished: bool = False,
    dry_run: bool = False,
    update: Callable[[C], C | None] | None = None,
) -> Callable[[Callable[[Run, C], object]], Callable[[], None]]:
    """Make `app(run, cfg)` a Hydra app that is tracked by MLflow.

    Called without arguments, the app reads its command line as Hydra does, where the
    values may be sweep expressions. For each configuration it finds the MLflow run that
    has the same one, in the experiment named by `hydra.job.name`: a finished run is
    skipped, another one (failed, killed, left running) is run again, and if there is
    none a new run begins. What `app` returns is given to Hydra.

    Args:
        node: The configuration's dataclass, or an instance of it.
        config_name: The name of the configuration.
        tracking_uri: The MLflow store; else MLFLOW_TRACKING_URI, else
            `sqlite:///mlflow.db` where the app is started.
        chdir: Work in the run's artifact folder.
        force_new_run: Always begin a new run.
        match_overrides: Runs are the same when their overrides are, not their
            whole configurations.
        rerun_finished: Run a finished run again, too.
        dry_run: Only print the configuration; so does `--dry-run` on the command line.
        update: Changes the configuration, in place or by returning another one, before
            it is compared and saved.
    """
    options = Options(
        chdir=chdir,
        force_new_run=force_new_run,
        match_overrides=match_overrides,
        rerun_finished=rerun_finished,
        dry_run=dry_run,
        update=update,
    )

    def decorate(app: Callable[[Run, C], object]) -> Callable[[], None]:
        from hydra.core.config_store import ConfigStore

        ConfigStore.instance().store(config_name, node)

        @wraps(app)
        def start() -> None:
            collector.pause()
            try:
                line = CommandLine.parse(sys.argv[1:])
                store = Store.choose(tracking_uri, Path.cwd())
            except (SweepflowError, SweepSyntaxError) as error:
                sys.stderr.write(f"error: {error}\n")
                raise SystemExit(2) from error
            chosen = replace(options, dry_run=dry_run or line.dry_run)
            try:
                with _argv(line.words):
                    _launch(app, config_name, chosen, store)
            except KeyboardInterrupt as error:
                _say_interrupted(error)
                raise SystemExit(128 + signal.SIGINT) from error
            except Terminated as error:
                _say_interrupted(error)
                raise
            finally:
                collector.resume()

        return start

    return decorate


def _launch(
    app: Callable[[Run, Any], object], config_name: str, options: Options, store: Store
) -> None:
    import hydra

    # A launcher may pickle `task` and run it in another process: it carries all that
    # this process has found out.
    @hydra.main(config_name=config_name, version_base=None)
    @wraps(app)
    def task(config: Any) -> object:  # noqa: ANN401 -- what Hydra composed
        from hydra.core.hydra_config import HydraConfig

        hydra_config: Any = HydraConfig.get()
        config = _updated(config, options, hydra_config)
        return Job(app, options, store, hydra_config, config).run()

    task()


def _say_interrupted(error: BaseException) -> None:
    """Say it in one line; a note tells which run was in its middle."""
    notes = getattr(error, "__notes__", [])
    sys.stderr.write(": ".join(["interrupted", *notes[-1:]]) + "\n")


def _updated(config: Any, options: Options, hydra_config: Any) -> Any:  # noqa: ANN401 -- what Hydra composed
    if options.update is None:
        return config
    from omegaconf import OmegaConf

    returned = options.update(config)
    config = config if returned is None else returned
    if hydra_config.output_subdir is not None:
        folder = Path(hydra_config.runtime.output_dir, hydra_config.output_subdir)
        OmegaConf.save(config, folder / "config.yaml")
    return config


@contextmanager
def _argv(words: Sequence[str]) -> Generator[None]:
    """Let Hydra read `words` as its command line, and leave `sys.argv` as it was."""
    before = sys.argv
    sys.argv = [*before[:1], *words]
    try:
        yield
    finally:
        sys.argv = before
