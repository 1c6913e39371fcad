"""Run machine-learning experiments: sweeps, jobs and workflows on one engine."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sweepflow.app import (
        chdir_artifact,
        get_artifact_dir,
        get_experiment_names,
        iter_artifact_paths,
        iter_artifacts_dirs,
        iter_experiment_dirs,
        iter_run_dirs,
        log_run,
        main,
        start_run,
    )

__version__ = "0.1.0"

__all__ = [
    "chdir_artifact",
    "get_artifact_dir",
    "get_experiment_names",
    "iter_artifact_paths",
    "iter_artifacts_dirs",
    "iter_experiment_dirs",
    "iter_run_dirs",
    "log_run",
    "main",
    "start_run",
]


if not TYPE_CHECKING:  # a checker would take every name for one that exists

    def __getattr__(name: str) -> object:
        # `import sweepflow` costs nothing; the app is imported when it is first used.
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from sweepflow import app

        return getattr(app, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
