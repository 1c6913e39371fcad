"""The artifacts that each run gets: Hydra's folder, the logs, the traceback."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from sweepflow.errors import StoreError

if TYPE_CHECKING:
    from mlflow.entities import Run


def get_artifact_dir(run: Run) -> Path:
    """Give the local folder of the run's artifacts; it need not exist yet.

    Raises:
        StoreError: The artifacts are not on this machine's file system.
    """
    uri = run.info.artifact_uri or ""
    path = local_path(uri)
    if path is None:
        raise StoreError(
            f"the artifacts of run {run.info.run_id} are kept at {uri}, "
            "which is no local folder",
            hint="fetch them with mlflow.artifacts.download_artifacts(run_id=…)",
        )
    return path


def local_path(uri: str) -> Path | None:
    """Give the path that an artifact URI stands for, or None if it is remote."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if parts.scheme else Path(uri)


def log_texts(run: Run, folder: Path, pattern: str = "*.log") -> None:
    """Log the files in `folder` that match `pattern` as artifacts of `run`.

    Where the run has an artifact of that name from an earlier attempt, the file is
    appended to it. Works for every artifact store.
    """
    import mlflow.artifacts

    files = sorted(path for path in folder.glob(pattern) if path.is_file())
    if not files:
        return
    run_id = run.info.run_id
    known = {info.path for info in mlflow.artifacts.list_artifacts(run_id=run_id)}
    with tempfile.TemporaryDirectory() as scratch:
        for file in files:
            if file.name not in known:
                mlflow.log_artifact(str(file), run_id=run_id)
                continue
            earlier = mlflow.artifacts.download_artifacts(
                run_id=run_id, artifact_path=file.name, dst_path=scratch
            )
            text = Path(earlier).read_bytes()
            if text and not text.endswith(b"\n"):
                text += b"\n"
            joined = Path(scratch, "joined", file.name)
            joined.parent.mkdir(exist_ok=True)
            joined.write_bytes(text + file.read_bytes())
            mlflow.log_artifact(str(joined), run_id=run_id)
