"""Models of Hugging Face: out of its cache, else fetched into that."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sweepflow.extras import need
from sweepflow.training.errors import TrainingError

_FILES: Final = ["*.safetensors", "*.json", "*.jinja", "*.model", "*.txt"]


def check(name: str) -> None:
    """See whether a model is there, or could be fetched.

    Raises:
        TrainingError: Neither.
    """
    if _cached(name):
        return
    repository, revision = _parts(name)
    try:
        _hub().HfApi().model_info(repository, revision=revision)
    except Exception as error:
        raise _missing(name, error) from error


def snapshot(name: str) -> Path:
    """Give the folder of a model, named by its commit; fetch it if it is not there.

    Args:
        name: Such as `org/name`, or `org/name@revision`.

    Raises:
        TrainingError: It cannot be had.
    """
    if cached := _cached(name):
        return cached
    repository, revision = _parts(name)
    try:
        path = _hub().snapshot_download(
            repository, revision=revision, allow_patterns=_FILES
        )
    except Exception as error:
        raise _missing(name, error) from error
    if not _is_whole(Path(path)):  # without a network, it gives what there is
        raise _missing(name, FileNotFoundError("it has no config or no safetensors"))
    return Path(path)


def _cached(name: str) -> Path | None:
    """Give the folder of a model if all of it is there."""
    repository, revision = _parts(name)
    try:
        path = _hub().snapshot_download(
            repository, revision=revision, local_files_only=True
        )
    except (OSError, ValueError):  # it is not there, or the name is none
        return None
    return Path(path) if _is_whole(Path(path)) else None


def _is_whole(folder: Path) -> bool:
    return (folder / "config.json").exists() and any(folder.glob("*.safetensors"))


def _parts(name: str) -> tuple[str, str | None]:
    repository, _, revision = name.partition("@")
    return repository, revision or None


def _hub() -> Any:  # noqa: ANN401 - a module that may be missing
    return need("huggingface_hub", extra="local", purpose="a model of Hugging Face")


def _missing(name: str, error: Exception) -> TrainingError:
    cache = need("huggingface_hub.constants", extra="local", purpose="").HF_HUB_CACHE
    reason = str(error).strip().partition("\n")[0]
    repository, revision = _parts(name)
    option = f" --revision {revision}" if revision else ""
    return TrainingError(
        f"the model {name!r} is not in the cache of Hugging Face, {cache}, "
        f"and cannot be fetched: {reason}",
        hint=f"where there is a network, `hf download {repository}{option}` puts it "
        "there; else take a folder, smollm2-135m or tiny",
    )
