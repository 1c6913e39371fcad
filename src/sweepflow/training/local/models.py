"""Where a training starts from: a base model by its name, as a folder.

`tiny` and `smollm2-135m` are made once and kept in the home of the store; a folder is
taken as it is; any other name is a model's at Hugging Face.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sweepflow.training.errors import TrainingError
from sweepflow.training.local import hub, smollm2, tiny
from sweepflow.training.local.files import whole_folder
from sweepflow.workflow.keeping import exclusive, state_folder
from sweepflow.workflow.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMES: Final = ("tiny", "smollm2-135m")


def check(name: str) -> None:
    """See whether there is such a model, without fetching it.

    Raises:
        TrainingError: There is none, or it cannot be had.
        MissingExtraError: The package that brings it is not installed.
    """
    if name == "smollm2-135m":
        smollm2.file()
    elif name != "tiny" and not _folder(name):
        _check_id(name)
        hub.check(name)


def identity(name: str) -> str:
    """Give what tells a model from all others; fetch it, if it must be for that.

    Raises:
        TrainingError, MissingExtraError: As for `check`.
    """
    if name == "tiny":
        return f"tiny-{_digest([Path(tiny.__file__)])}"
    if name == "smollm2-135m":
        return f"{name}-{_digest([smollm2.file(), Path(smollm2.__file__)])}"
    if folder := _folder(name):
        return f"folder-{_digest(sorted(folder.rglob('*')), folder)}"
    _check_id(name)
    return f"{name.partition('@')[0]}@{hub.snapshot(name).name}"


def base_model(name: str) -> Path:
    """Give the folder of a base model, as `transformers` reads it.

    Args:
        name: `tiny`, `smollm2-135m`, a folder, or an id at Hugging Face, which may end
            with `@` and a revision.

    Raises:
        TrainingError: There is none of this name, or it cannot be had.
        MissingExtraError: A package is not installed.
    """
    if name not in NAMES:
        if folder := _folder(name):
            return folder
        _check_id(name)
        return hub.snapshot(name)
    folder = state_folder("models") / identity(name)
    with exclusive(folder.with_suffix(".lock"), wait=True):
        if not folder.is_dir():
            with whole_folder(folder) as temporary:
                (tiny if name == "tiny" else smollm2).build(temporary)
    return folder


def absolute(name: str) -> str:
    """Give a name that means the same model in every working folder."""
    folder = None if name in NAMES else _folder(name)
    return str(folder) if folder else name


def _folder(name: str) -> Path | None:
    path = Path(name).expanduser()
    if not (path.is_dir() or name.startswith(("/", "./", "../", "~"))):
        return None
    if (path / "config.json").is_file():
        return path.resolve()
    raise TrainingError(
        f"{name} is not the folder of a model: it has no config.json",
        hint="give what `save_pretrained` wrote",
    )


def _check_id(name: str) -> None:
    if "/" not in name:
        raise TrainingError(
            f"no model {name!r}",
            hint=did_you_mean(name, NAMES, "models beside folders and ids org/name"),
        )


def _digest(paths: Iterable[Path], root: Path | None = None) -> str:
    """Give 16 hexadecimal digits of what stands in files, and in a folder, where."""
    digest = hashlib.sha256()
    for path in paths:
        if path.is_file():
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
            digest.update(str(path.relative_to(root)).encode() if root else b"")
    return digest.hexdigest()[:16]
