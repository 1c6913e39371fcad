"""Files and folders linked or copied into the folder of a run, and never out of it."""

from __future__ import annotations

import os
import re
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from sweepflow.operations.requirements.errors import RequirementError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sweepflow.operations.requirements.wanted import Wanted

LINK: Final = "link"
COPY: Final = "copy"


@dataclass(frozen=True, slots=True)
class Placed:
    """What was put into a run's folder.

    Args:
        path: Where, relative to that folder.
        source: What it is a link to, or a copy of.
        how: `link`, `copy`; `made` for a file that was rewritten on the way.
    """

    path: str
    source: Path
    how: str


def link_name(text: str) -> str:
    """Give what the link to a step's run is called: the step's name made plain."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", text)


def target(wanted: Wanted, name: str, folder: str = "") -> str:
    """Give where in the run's folder something goes.

    Args:
        wanted: What it was found for.
        name: Of the file or folder that was found.
        folder: The one that it lies in, relative to what was searched.

    Raises:
        RequirementError: That would be outside of the run's folder.
    """
    base = folder if wanted.preserve_path else wanted.target_path
    renamed = _renamed(wanted, name)
    path = PurePosixPath(base, renamed)
    if PurePosixPath(base).is_absolute() or PurePosixPath(renamed).is_absolute():
        problem = "is not relative"
    elif ".." in path.parts:
        problem = "leads out of the run's folder"
    elif not PurePosixPath(renamed).name or renamed.endswith("/") or "\0" in renamed:
        problem = "is no name of a file"
    else:
        return str(path)
    key = "target-path" if renamed == name else "rename"
    raise RequirementError(
        f"{key}: {os.path.join(base, renamed)!r} {problem}",  # noqa: PTH118
        hint="write a path below the run's folder, such as 'data/train.csv'",
    )


def put(wanted: Wanted, source: Path, run: Path, path: str) -> Placed | None:
    """Link or copy something into a run's folder.

    Returns:
        What was put there; None where something is already, which `replace-existing`
        does not allow to replace.

    Raises:
        RequirementError: It cannot be done.
    """
    how = wanted.target_type or LINK
    if how not in {LINK, COPY}:
        raise RequirementError(
            f"target-type {how!r} is not known", hint=f"write {LINK} or {COPY}"
        )
    apply = _link if how == LINK else _copy

    def act(place: Path) -> None:
        apply(source, place)

    done = made(run, path, act, replace=wanted.replace_existing)
    return Placed(path, source, how) if done else None


def made(run: Path, path: str, make: Callable[[Path], None], *, replace: bool) -> bool:
    """Let something be made at a path of a run's folder; see `put`."""
    place = run / path
    try:
        _folders(run, PurePosixPath(path))
        if os.path.lexists(place):
            if not replace:
                return False
            _remove(place)
        make(place)
    except OSError as error:
        raise RequirementError(
            f"cannot put {path} into the run's folder: {_reason(error)}"
        ) from None
    return True


def _folders(run: Path, path: PurePosixPath) -> None:
    """Make the folders of a path, but none behind a link: that is not the run's."""
    for folder in reversed(path.parents[:-1]):
        place = run / folder
        if place.is_symlink():
            raise RequirementError(
                f"{path} would be written to where {folder} is a link to",
                hint=f"copy {folder} with 'target-type: copy', or choose another "
                "target-path",
            )
        place.mkdir(exist_ok=True, parents=True)


def _link(source: Path, place: Path) -> None:
    folder = os.path.relpath(source.parent.resolve(), place.parent.resolve())
    place.symlink_to(Path(folder, source.name))


def _copy(source: Path, place: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, place, copy_function=_copy_file)
    else:
        _copy_file(source, place)


def _copy_file(source: str | Path, place: str | Path) -> None:
    shutil.copyfile(source, place)
    # It is the run's own now, whoever may change the original.
    mode = stat.S_IMODE(Path(source).stat().st_mode)
    Path(place).chmod(mode | stat.S_IWUSR)


def _remove(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink()


def _renamed(wanted: Wanted, name: str) -> str:
    for renaming in wanted.rename:
        try:
            renamed = re.sub(renaming.pattern, renaming.repl, name, count=1)
        except (re.error, IndexError) as error:
            raise RequirementError(
                f"cannot rename {name} by {renaming.pattern!r} and "
                f"{renaming.repl!r}: {error}",
                hint=r"the new name may have \1 and the like for the pattern's groups",
            ) from None
        if renamed != name:
            return renamed
    return name


def _reason(error: OSError) -> str:
    if isinstance(error, shutil.Error) and error.args:
        return f"{error.args[0][0][2]}"
    return error.strerror or str(error)
