"""Importing a user's code, and saying what is wrong where that fails."""

from __future__ import annotations

import contextlib
import importlib
import sys
import traceback
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sweepflow.errors import Place, PlanError, SweepflowError
from sweepflow.project.find import project_folder, working_directory

if TYPE_CHECKING:
    from types import ModuleType

FRAMES: Final = 5
"""How many lines of the user's code are shown, those nearest to the error."""

LONGEST_ERROR: Final = 1000

_OURS: Final = str(Path(__file__).parents[1])


class NotFoundError(PlanError):
    """There is no such module, or not that attribute in it.

    Args:
        module: The module, if it is there.
    """

    def __init__(
        self, message: str, *, hint: str | None = None, module: ModuleType | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.module = module


def import_reference(ref: str, root: Path | None = None) -> object:
    """Give what `package.module:attribute` names.

    Modules are looked for in a project's folder, in the working folder, and then
    wherever this process imports from. What they print goes to standard error: the
    output is the command's own.

    Args:
        ref: In that form.
        root: The project's folder; by default that around the working folder.

    Raises:
        NotFoundError: There is no such module, or it does not have the attribute.
        PlanError: Importing it raises something else.
    """
    name, _, attribute = ref.partition(":")
    folders = look_here_first(root)
    module: ModuleType | None = None
    try:
        with contextlib.redirect_stdout(sys.stderr):
            module = importlib.import_module(name)
            return reduce(getattr, attribute.split("."), module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - also sys.exit, from user's code
        frames = _frames(error, folders)
        if module and isinstance(error, AttributeError) and not frames:
            message = f"module {name!r} has no {attribute!r}"
            raise NotFoundError(message, module=module) from None
        raise _explained(name, error, frames, folders) from None


def look_here_first(root: Path | None = None) -> list[str]:
    """Have modules sought in a project's folder and the working folder before others.

    Args:
        root: The project's folder; by default that around the working folder.

    Returns:
        The paths of the two, or of the one that both are.
    """
    around = (root or project_folder(), working_directory())
    folders = [str(folder) for folder in dict.fromkeys(around)]
    sys.path[:] = [*folders, *(path for path in sys.path if path not in folders)]
    return folders


def _explained(
    module: str,
    error: BaseException,
    frames: list[traceback.FrameSummary],
    folders: list[str],
) -> PlanError:
    if isinstance(error, ModuleNotFoundError) and not frames:
        return _not_found(module, error.name or module, folders)
    place = Place(Path(frames[-1].filename), frames[-1].lineno) if frames else None
    if isinstance(error, SweepflowError):
        return PlanError(error.message, place=error.place or place, hint=error.hint)
    hint = None
    if isinstance(error, SystemExit):
        hint = "put what a script does below `if __name__ == '__main__':`"
    text = "".join(traceback.format_exception_only(error)).strip()
    if isinstance(error, SyntaxError) and error.filename:
        place = Place(Path(error.filename), error.lineno, error.offset)
        text = f"{type(error).__name__}: {error.msg}"
        if error.text:
            text += f": {error.text.strip()}"
    lines = [f"importing {module!r} raised {text[:LONGEST_ERROR]}"]
    lines += (f"  {one.filename}:{one.lineno}: {one.line}" for one in frames[-FRAMES:])
    return PlanError("\n".join(lines), place=place, hint=hint)


def _not_found(module: str, missing: str, folders: list[str]) -> PlanError:
    hint = "check its spelling, and that the right environment is active"
    if module.endswith(".py"):
        hint = f"write {module.removesuffix('.py')!r}, without the suffix"
    return NotFoundError(
        f"no module {missing!r} in {', '.join(folders)} or the environment", hint=hint
    )


def _frames(error: BaseException, folders: list[str]) -> list[traceback.FrameSummary]:
    """Give where in the user's code an error comes from, or else in that of others."""
    stack = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((_OURS, "<frozen importlib"))
        and not frame.filename.endswith("/importlib/__init__.py")
    ]
    own = [frame for frame in stack if _is_own(frame.filename, folders)]
    return own or stack


def _is_own(file: str, folders: list[str]) -> bool:
    path = Path(file)
    is_installed = "site-packages" in path.parts
    return not is_installed and any(path.is_relative_to(one) for one in folders)
