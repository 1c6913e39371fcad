"""Objects in a service such as S3, reached through fsspec.

    <url>/ab/cdef…          an object: the first two digits of its name, the others

The service has to show what is written to a key whole or not at all, and to keep it
once it has said so, as S3 and its like do. An upload that is cut short is then no
object; what the service keeps of it is for the service's own clean-up (on S3 a rule for
incomplete multipart uploads).

Small objects travel many at a time, since each costs the time of a round trip. What is
there already is written again: to find out whether it is intact costs as much. An
object that is there in its size is taken for intact, since a service sees to its bytes
itself, and what it has said to have is there to stay: there is nothing to settle.
"""

from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from sweepflow.store.objects.backend import CHUNK, Copy, DamagedError, sha256

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Generator,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )
    from typing import BinaryIO

    from sweepflow.store.objects.backend import Objects, Source

T = TypeVar("T")

SMALL = 4 << 20
"""Bytes of the largest object that is held in memory whole."""

TOGETHER = 64
"""How many small objects travel at a time, and ..."""

TOGETHER_BYTES = 4 * SMALL
"""... how many bytes in them."""

AT_ONCE = 16
"""How many requests that carry no bytes are under way at a time."""

BLOCK = 16 << 20
"""Bytes of a part of an upload; S3 takes ten thousand parts."""


class _Upload(Protocol):
    """A file of fsspec's that appears when it is committed."""

    def write(self, data: bytes, /) -> int: ...
    def close(self) -> None: ...
    def commit(self) -> None: ...
    def discard(self) -> None: ...


class _FileSystem(Protocol):
    """As much of `fsspec.AbstractFileSystem` as is used here."""

    def open(self, path: str, mode: str, **options: object) -> object: ...
    def info(self, path: str) -> Mapping[str, object]: ...
    def ls(self, path: str, *, detail: bool) -> Sequence[Mapping[str, object]]: ...
    def rm_file(self, path: str) -> None: ...
    def pipe(self, path: Mapping[str, bytes]) -> None: ...
    def cat(
        self, path: Sequence[str], *, on_error: str
    ) -> Mapping[str, bytes | Exception]: ...


class RemoteBackend:
    """Objects below a URL of fsspec's, such as `s3://bucket/folder`.

    Where the service is and who may use it comes from where its library looks, for S3
    the variables AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, … and the files of the AWS CLI.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    @contextmanager
    def batch(self, *, durable: bool) -> Generator[RemoteBatch]:
        del durable  # all of it is
        batch = RemoteBatch(self)
        yield batch
        batch.flush()

    def settle(self, objects: Objects) -> None:
        pass

    def check(self, objects: Objects) -> None:
        wanted = objects()
        while some := list(islice(wanted, TOGETHER)):
            sizes = self._many(self.size, [name for name, _ in some])
            for (name, size), found in zip(some, sizes, strict=True):
                if found is None or size not in {None, found}:
                    raise DamagedError(name)

    def distrust(self, name: str) -> None:
        pass

    def open(self, name: str) -> BinaryIO:
        with self.connected() as fs:
            raw = fs.open(self.key(name), "rb", block_size=BLOCK)
            return cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", raw), CHUNK))

    def digest(self, name: str) -> str:
        with self.connected(), self.open(name) as file:
            return sha256(file)

    def size(self, name: str) -> int | None:
        try:
            with self.connected() as fs:
                return cast("int", fs.info(self.key(name))["size"])
        except FileNotFoundError:
            return None

    def delete(self, names: Iterable[str]) -> None:
        names = iter(names)
        while some := list(islice(names, TOGETHER)):
            self._many(self._delete, some)

    def found(self) -> Iterator[tuple[str, int]]:
        for folder, _ in self._list(""):
            if len(folder) == 2:
                for name, size in self._list(f"/{folder}"):
                    yield folder + name, size

    def copy(self, copies: Iterable[Copy]) -> None:
        waiting: list[Copy] = []
        held = 0
        for copy in copies:
            if copy.size is None or copy.size > SMALL:
                self._download(copy)
                continue
            waiting.append(copy)
            held += copy.size
            if len(waiting) >= TOGETHER or held >= TOGETHER_BYTES:
                self._download_together(waiting)
                waiting, held = [], 0
        self._download_together(waiting)

    def key(self, name: str) -> str:
        """Give where an object has its place."""
        return f"{self._connect()[1]}/{name[:2]}/{name[2:]}"

    @contextmanager
    def connected(self) -> Generator[_FileSystem]:
        """Give the service; whatever its library raises becomes an OSError."""
        try:
            yield self._connect()[0]
        except (OSError, DamagedError):
            raise
        except ImportError as error:
            raise OSError(f"{error} (`pip install 'sweepflow[s3]'` for S3)") from error
        except Exception as error:  # each library has exceptions of its own
            raise OSError(f"{type(error).__name__}: {error}") from error

    def _connect(self) -> tuple[_FileSystem, str]:
        # fsspec remembers what it made, for each thread and anew after a fork. A
        # listing that it remembers would not show what other processes store.
        import fsspec  # pyright: ignore[reportMissingTypeStubs] -- it has none

        made = fsspec.url_to_fs(  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            self._url, use_listings_cache=False
        )
        fs, root = cast("tuple[_FileSystem, str]", made)
        return fs, root.rstrip("/")

    def _many(self, do: Callable[[str], T], names: Sequence[str]) -> Sequence[T]:
        """Do something to each of some objects, at once if the library can."""
        with self.connected() as fs:
            together = getattr(fs, "async_impl", False)
        if len(names) < 2 or not together:
            return [do(name) for name in names]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(do, names))

    def _delete(self, name: str) -> None:
        with suppress(FileNotFoundError), self.connected() as fs:
            fs.rm_file(self.key(name))

    def _list(self, folder: str) -> list[tuple[str, int]]:
        with suppress(FileNotFoundError), self.connected() as fs:
            found = fs.ls(self._connect()[1] + folder, detail=True)
            return [
                (
                    cast("str", info["name"]).rstrip("/").rpartition("/")[2],
                    cast("int | None", info["size"]) or 0,
                )
                for info in found
            ]
        return []

    def _download(self, copy: Copy) -> None:
        digest = hashlib.sha256()
        try:
            source = self.open(copy.name)
        except FileNotFoundError:
            raise DamagedError(copy.name) from None
        with self.connected(), source, copy.target.open("xb") as target:
            while data := source.read(CHUNK):
                digest.update(data)
                target.write(data)
        _finish(copy, digest.hexdigest())

    def _download_together(self, copies: Sequence[Copy]) -> None:
        if not copies:
            return
        with self.connected() as fs:
            keys = [self.key(copy.name) for copy in copies]
            found = fs.cat(sorted(set(keys)), on_error="return")
            for key, copy in zip(keys, copies, strict=True):
                data = found[key]
                if isinstance(data, FileNotFoundError):
                    raise DamagedError(copy.name)
                if isinstance(data, Exception):
                    raise data
                copy.target.write_bytes(data)
                _finish(copy, hashlib.sha256(data).hexdigest())


class RemoteBatch:
    """Small objects that wait to travel together; a large one goes at once."""

    def __init__(self, backend: RemoteBackend) -> None:
        self._backend = backend
        self._waiting: dict[str, bytes] = {}
        self._held = 0

    def add(self, source: Source, suffix: str = "") -> tuple[str, int]:
        data = source.read(SMALL + 1)
        if len(data) > SMALL:
            return self._upload(source, suffix)
        name = hashlib.sha256(data).hexdigest() + suffix
        self._waiting[name] = data
        self._held += len(data)
        if len(self._waiting) >= TOGETHER or self._held >= TOGETHER_BYTES:
            self.flush()
        return name, len(data)

    def flush(self) -> None:
        """Return when the service has all that was added."""
        if self._waiting:
            with self._backend.connected() as fs:
                key = self._backend.key
                fs.pipe({key(name): data for name, data in self._waiting.items()})
        self._waiting, self._held = {}, 0

    def _upload(self, source: Source, suffix: str) -> tuple[str, int]:
        # The key has to be known before the first byte goes, so this one is read twice.
        source.seek(0)
        digest = sha256(source)
        source.seek(0)
        name = digest + suffix
        with self._backend.connected() as fs:
            key = self._backend.key(name)
            options = {"block_size": BLOCK, "autocommit": False}
            upload = cast("_Upload", fs.open(key, "wb", **options))
            try:
                size = _send(source, upload, digest)
            except BaseException:
                upload.discard()
                raise
            upload.commit()
        return name, size


def _send(source: Source, upload: _Upload, expected: str) -> int:
    digest = hashlib.sha256()
    size = 0
    while data := source.read(CHUNK):
        digest.update(data)
        upload.write(data)
        size += len(data)
    upload.close()
    if digest.hexdigest() != expected:
        raise OSError("it was changed while it was being read")
    return size


def _finish(copy: Copy, digest: str) -> None:
    if digest != copy.name[: len(digest)]:
        raise DamagedError(copy.name)
    copy.target.chmod(0o555 if copy.executable else 0o444)
