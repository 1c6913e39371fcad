"""Archives, unpacked once into the cache."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from sweepflow.operations.requirements.cached import file_digest, made_once
from sweepflow.operations.requirements.errors import RequirementError

if TYPE_CHECKING:
    import tarfile
    from collections.abc import Callable, Iterator
    from pathlib import Path

_TAR: Final = (".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")


def is_archive(path: Path) -> bool:
    """Whether a file is one, by its name."""
    return path.is_file() and _unpacker(path.name) is not None


def unpacked(path: Path, cache: Path) -> Path:
    """Give the folder with what is in an archive.

    Raises:
        RequirementError: It cannot be unpacked, or would write outside of that folder.
    """
    unpack = _unpacker(path.name)
    if unpack is None:
        raise RequirementError(f"{path.name} is no archive")

    def make(folder: Path) -> None:
        import tarfile
        import zipfile
        import zlib
        from gzip import BadGzipFile

        try:
            unpack(path, folder)
        except (
            *(tarfile.TarError, zipfile.BadZipFile, zlib.error, BadGzipFile),
            *(EOFError, NotImplementedError, RuntimeError),
        ) as error:
            raise RequirementError(
                f"cannot unpack {path}: {error}",
                hint="write 'unpack: no' to have the file as it is",
            ) from None

    # What a `.gz` holds is named by the file; the other archives name it themselves.
    name = f"{file_digest(path)}-{path.name}"
    return made_once(cache / "unpacked" / name, make)


def _unpacker(name: str) -> Callable[[Path, Path], None] | None:
    name = name.lower()
    if name.endswith(".zip"):
        return _unzip
    if name.endswith(_TAR):
        return _untar
    return _gunzip if name.endswith(".gz") else None


def _unzip(path: Path, folder: Path) -> None:
    import zipfile

    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)  # noqa: S202 - it keeps names within


def _untar(path: Path, folder: Path) -> None:
    import tarfile

    with tarfile.open(path) as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extractall(folder, filter="data")
        else:  # before Python 3.11.4
            members = _harmless(archive, folder.resolve())
            archive.extractall(folder, members)  # noqa: S202 - they are looked at


def _harmless(archive: tarfile.TarFile, folder: Path) -> Iterator[tarfile.TarInfo]:
    """Give the members of an archive, each when those before it were unpacked.

    Raises:
        ExtractError: One would lead out of the folder, or is no file of any kind.
    """
    from tarfile import ExtractError

    for member in archive:
        target = folder / member.name
        places = [target]
        if member.issym():
            places.append(target.parent / member.linkname)
        elif member.islnk():
            places.append(folder / member.linkname)
        elif not (member.isfile() or member.isdir()):
            raise ExtractError(f"{member.name!r} in it is a device")
        if not all(place.resolve().is_relative_to(folder) for place in places):
            raise ExtractError(f"{member.name!r} in it would lead out of it")
        yield member


def _gunzip(path: Path, folder: Path) -> None:
    import gzip

    with gzip.open(path) as source, (folder / path.stem).open("wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)
