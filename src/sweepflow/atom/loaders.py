"""From an atom's files to its data.

A type has the loader that was registered for it; other atoms are read as the suffix of
their file says. Nothing is ever unpickled: reading an atom runs no code of its maker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, overload

from sweepflow.atom.checks import check_type
from sweepflow.atom.content import parse
from sweepflow.atom.errors import AtomError
from sweepflow.errors import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Loader: TypeAlias = Callable[[Path], object]
    LoaderT = TypeVar("LoaderT", bound=Loader)

_loaders: dict[str, Loader] = {}


@overload
def register_loader(type: str) -> Callable[[LoaderT], LoaderT]: ...
@overload
def register_loader(type: str, function: Loader) -> Loader: ...
def register_loader(
    type: str,  # noqa: A002 - the word users know it by
    function: Loader | None = None,
) -> object:
    """Let `Atom.load` give what a function makes of an atom's path.

    Args:
        type: Of the atoms it is for. A later function takes the place of an earlier.
        function: Gets the path of the atom's file or folder. Without it, this is a
            decorator for one.

    Raises:
        AtomError: There cannot be such a type.
    """
    check_type(type)

    def register(function: Loader) -> Loader:
        _loaders[type] = function
        return function

    return register if function is None else register(function)


def load(type: str, path: Path) -> Any:  # noqa: A002, ANN401 - as above; it may be anything
    """Give the data of an atom of a type.

    Raises:
        AtomError: Its file is not what its suffix says, or it is a folder that no
            loader was registered for and that has not just one file.
    """
    if loader := _loaders.get(type):
        return loader(path)
    file = single_file(path)
    reader = _READERS.get(file.suffix.lower())
    return file.read_bytes() if reader is None else reader(file)


def single_file(path: Path) -> Path:
    """Give the file itself, or the only one in a folder.

    Raises:
        AtomError: The folder has none, or several.
    """
    if not path.is_dir():
        return path
    files = (file for file in path.rglob("*") if not file.is_dir())
    file = next(files, None)
    if file is None or next(files, None) is not None:
        number = "no file" if file is None else "more than one file"
        raise AtomError(
            f"{path} is a folder with {number}",
            hint="read what you need below the atom's `path`, or say with "
            "`register_loader` what to make of atoms of this type",
        )
    return file


def json_lines(file: Path) -> Iterator[tuple[int, Any]]:
    """Give the number of each line that is not blank and what it says, one at a time.

    Raises:
        AtomError: A line is not JSON.
    """
    with file.open("rb") as text:
        for number, line in enumerate(text, 1):
            if line.strip():
                try:
                    yield number, parse(line)
                except ValueError as error:
                    raise _no_json(file, number, error) from None


def json_file(file: Path) -> Any:  # noqa: ANN401 - it is whatever was written
    """Give what a file says.

    Raises:
        AtomError: It is not JSON.
    """
    try:
        return parse(file.read_bytes())
    except ValueError as error:
        raise _no_json(file, getattr(error, "lineno", None), error) from None


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise AtomError(
            f"not text in UTF-8, from byte {error.start:,} on",
            place=Place(file),
            hint="give the file another suffix to get its bytes",
        ) from None


def _parquet(file: Path) -> object:
    try:
        import polars as pl
    except ImportError:
        raise AtomError(
            f"{file} is read by polars, which is not installed",
            hint="`pip install polars`",
        ) from None
    try:
        return pl.read_parquet(file)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise AtomError(f"not a Parquet file: {error}", place=Place(file)) from None


def _no_json(file: Path, line: int | None, error: ValueError) -> AtomError:
    reason = "it is not in UTF-8" if isinstance(error, UnicodeError) else error
    return AtomError(f"not valid JSON: {reason}", place=Place(file, line))


_READERS: dict[str, Callable[[Path], Any]] = {
    ".jsonl": lambda file: [row for _, row in json_lines(file)],
    ".json": json_file,
    ".txt": _text,
    ".md": _text,
    ".parquet": _parquet,
}
