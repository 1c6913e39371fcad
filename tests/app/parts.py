"""What the tests of apps share: how to start one, and how to look at its runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from mlflow.entities import Run

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

Runs: TypeAlias = Callable[[], list[Run]]
Starts: TypeAlias = Callable[[], list[str]]


class Start(Protocol):
    """Start an app as a process of its own."""

    def __call__(
        self, *words: str, app: str = "train", **env: str
    ) -> subprocess.Popen[str]: ...


class Here(Protocol):
    """Call an app in this process, with the words as command line."""

    def __call__(self, app: Callable[[], None], *words: str) -> None: ...


@dataclass(frozen=True)
class Ended:
    """What a process left."""

    code: int
    out: str
    err: str


class RunApp(Protocol):
    """Run an app as a process of its own until its end."""

    def __call__(self, *words: str, app: str = "train", **env: str) -> Ended: ...


def ended(process: subprocess.Popen[str]) -> Ended:
    out, err = process.communicate(timeout=240)
    return Ended(process.returncode, out, err)


def all_runs(uri: str, *, deleted: bool = False) -> list[Run]:
    """Give the runs of all experiments in the store, oldest first."""
    from mlflow import MlflowClient
    from mlflow.entities import ViewType

    client = MlflowClient(uri)
    experiments: Sequence[Any] = client.search_experiments()  # pyright: ignore[reportUnknownMemberType]
    return list(
        client.search_runs(
            [experiment.experiment_id for experiment in experiments],
            run_view_type=ViewType.ALL if deleted else ViewType.ACTIVE_ONLY,
            order_by=["attributes.start_time ASC"],
        )
    )


def artifact(uri: str, run: Run, path: str) -> str:
    """Give the text of an artifact, wherever it is kept."""
    import mlflow.artifacts

    local = mlflow.artifacts.download_artifacts(
        run_id=run.info.run_id, artifact_path=path, tracking_uri=uri
    )
    return Path(local).read_text()
