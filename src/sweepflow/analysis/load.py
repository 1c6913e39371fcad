"""The configurations of runs, read from their folders."""

from __future__ import annotations

import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from sweepflow.analysis.errors import DamagedRunError, DamagedRunWarning
from sweepflow.analysis.quick_yaml import read_mapping
from sweepflow.analysis.settings import Settings
from sweepflow.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_CONFIG = "artifacts/.hydra/config.yaml"


def read_config(run_dir: Path) -> Settings:
    """Read the configuration of a run.

    Raises:
        DamagedRunError: It cannot be read.
    """
    found = _read(run_dir)
    if isinstance(found, str):
        raise DamagedRunError(f"the run cannot be read: {found}", place=Place(run_dir))
    return found


def read_configs(
    run_dirs: Sequence[Path], n_jobs: int | None
) -> Sequence[Settings | None]:
    """Read the configurations of runs; None stands for one that cannot be read.

    A warning names each of those.

    Args:
        run_dirs: The folders of the runs.
        n_jobs: How many to read at a time; -1 for as many as there are cores.
    """
    workers = _workers(n_jobs)
    if workers == 1:
        found = [_read(each) for each in run_dirs]
    else:
        with ThreadPoolExecutor(workers) as pool:
            found = list(pool.map(_read, run_dirs, chunksize=64))
    return _warned(run_dirs, found)


def _workers(n_jobs: int | None) -> int:
    if n_jobs is None:
        return 1
    return n_jobs if n_jobs > 0 else os.cpu_count() or 1


def _warned(
    run_dirs: Sequence[Path], found: Iterable[Settings | str]
) -> list[Settings | None]:
    settings: list[Settings | None] = []
    for run_dir, each in zip(run_dirs, found, strict=True):
        if isinstance(each, str):
            warnings.warn(
                f"left out the run {run_dir}: {each}", DamagedRunWarning, stacklevel=4
            )
        settings.append(None if isinstance(each, str) else each)
    return settings


def _read(run_dir: Path) -> Settings | str:
    """Read the configuration of a run, or say why that cannot be done."""
    import yaml

    try:
        with open(f"{run_dir}/{_CONFIG}", "rb") as file:  # noqa: PTH123 - of thousands
            text = file.read().decode()
        return Settings(read_mapping(text))
    except FileNotFoundError:
        return _what_is_missing(run_dir)
    except (OSError, yaml.YAMLError, ValueError, RecursionError) as error:
        return f"{_CONFIG}{_reason(error)}"


def _reason(error: Exception) -> str:
    import yaml

    if isinstance(error, yaml.MarkedYAMLError):
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        return f"{line}: {error.problem}"
    if isinstance(error, UnicodeDecodeError):
        return ": it is no text"
    return f": {error.strerror if isinstance(error, OSError) else error}"


def _what_is_missing(run_dir: Path) -> str:
    if not run_dir.exists():
        return "there is no such folder"
    return f"it has no {_CONFIG}: its app did not get so far"
