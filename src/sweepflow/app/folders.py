"""The folders where MLflow keeps artifacts: `<root>/<experiment>/<run>/artifacts`.

In the file store an experiment's folder holds a `meta.yaml` with its name. A database
keeps the names itself, so that MLflow is asked for the experiments whose artifacts lie
in the root.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast
from urllib.parse import urlsplit

from sweepflow.app.artifacts import local_path
from sweepflow.app.tracking import Store, using
from sweepflow.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

Names: TypeAlias = str | list[str] | Callable[[str], bool] | None

_DEFAULT = "0"  # MLflow's own experiment "Default"


def get_experiment_names(
    root_dir: str | Path = "mlruns", *, tracking_uri: str | None = None
) -> list[str]:
    """Give the sorted names of the experiments that have a folder in `root_dir`.

    Raises:
        StoreError: `root_dir` is no folder.
    """
    return sorted(_experiments(Path(root_dir), tracking_uri).values())


def iter_experiment_dirs(
    root_dir: str | Path,
    experiment_names: Names = None,
    *,
    tracking_uri: str | None = None,
) -> Iterator[Path]:
    """Give the folders of the experiments, without MLflow's own "Default".

    Args:
        root_dir: The folder of MLflow's artifacts: usually `mlruns`, or `mlartifacts`
            of a tracking server on this machine.
        experiment_names: A name or several, which may hold `*`, `?` and `[…]`; or a
            function that says whether a name is wanted. All, if None.
        tracking_uri: The store that knows the names; else the configured one, else
            `mlflow.db` beside `root_dir`. A folder with a `meta.yaml` needs none.

    Raises:
        StoreError: `root_dir` is no folder.
    """
    for folder, name in _experiments(Path(root_dir), tracking_uri).items():
        if _wanted(name, experiment_names):
            yield folder


def iter_run_dirs(
    root_dir: str | Path,
    experiment_names: Names = None,
    *,
    tracking_uri: str | None = None,
) -> Iterator[Path]:
    """Give the folders of the runs that have artifacts; see `iter_experiment_dirs`."""
    for folder in iter_experiment_dirs(
        root_dir, experiment_names, tracking_uri=tracking_uri
    ):
        for path in sorted(folder.iterdir()):
            if (path / "artifacts").is_dir():
                yield path


def iter_artifacts_dirs(
    root_dir: str | Path,
    experiment_names: Names = None,
    *,
    tracking_uri: str | None = None,
) -> Iterator[Path]:
    """Give the artifact folder of each run; see `iter_experiment_dirs`."""
    for path in iter_run_dirs(root_dir, experiment_names, tracking_uri=tracking_uri):
        yield path / "artifacts"


def iter_artifact_paths(
    root_dir: str | Path,
    artifact_path: str | Path,
    experiment_names: Names = None,
    *,
    tracking_uri: str | None = None,
) -> Iterator[Path]:
    """Give the path of one artifact in each run, whether or not the run has it."""
    for path in iter_artifacts_dirs(
        root_dir, experiment_names, tracking_uri=tracking_uri
    ):
        yield path / artifact_path


def _wanted(name: str, names: Names) -> bool:
    if names is None:
        return True
    if callable(names):
        return names(name)
    patterns = [names] if isinstance(names, str) else names
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _experiments(root: Path, tracking_uri: str | None) -> dict[Path, str]:
    """Give the name of each experiment's folder in `root`, sorted by folder."""
    if not root.is_dir():
        raise StoreError(
            f"{root} is no folder", hint="give the folder of MLflow's artifacts"
        )
    folders = sorted(
        path
        for path in root.iterdir()
        if path.is_dir() and path.name not in (".trash", _DEFAULT)
    )
    stored = {path: _stored_name(path) for path in folders}
    known: dict[str, str] = {}
    if any(name is None for name in stored.values()):
        known = _known_names(root, tracking_uri)
    named = {path: name or known.get(path.name) for path, name in stored.items()}
    return {path: name for path, name in named.items() if name}


def _stored_name(folder: Path) -> str | None:
    """Give the name in the folder's `meta.yaml`, if it has one."""
    import yaml

    try:
        meta: object = yaml.safe_load((folder / "meta.yaml").read_text("utf-8"))
    except (FileNotFoundError, UnicodeDecodeError, yaml.YAMLError):
        return None
    if not isinstance(meta, dict):
        return None
    name = cast("dict[str, object]", meta).get("name")
    return None if name is None else str(name)


def _known_names(root: Path, tracking_uri: str | None) -> dict[str, str]:
    """Give, by the folder's name, what the store calls the experiments in `root`."""
    store = Store.choose(tracking_uri, root.absolute().parent)
    if store.database and not store.database.exists():
        return {}

    import mlflow

    names: dict[str, str] = {}
    with using(store):
        for experiment in mlflow.search_experiments():
            folder = _folder(experiment.artifact_location, root)
            if folder.resolve().parent == root.resolve():
                names[folder.name] = experiment.name
    return names


def _folder(location: str, root: Path) -> Path:
    """Give where an experiment's artifacts are, seen from the machine of `root`."""
    # A server that hands artifacts on names them relative to its own root.
    proxied = urlsplit(location).scheme == "mlflow-artifacts"
    if proxied:
        return root / urlsplit(location).path.lstrip("/")
    return local_path(location) or Path()
