"""What a disk promises beyond the suite: durability, links, and what is left behind."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import tempfile
import time
import tracemalloc
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pytest

from sweepflow.errors import StoreError
from sweepflow.store.objects import ObjectStore, disk
from tests.memory import peak_memory

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "objects"


@pytest.fixture
def store(root: Path) -> ObjectStore:
    return ObjectStore(root)


def files(folder: Path, count: int) -> Path:
    for n in range(count):
        path = folder / str(n % 7) / str(n)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%d" % n * 200)
    return folder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def cannot(*_: object) -> bool:
    return False


def clone(file: BinaryIO, code: int, source: int) -> None:
    """Do as a file system that can share blocks; few machines have one to test on."""
    assert code == 0x40049409
    file.write(os.pread(source, 1 << 20, 0))


def test_an_object_has_its_place_and_cannot_be_written(
    store: ObjectStore, root: Path
) -> None:
    digest = store.put_bytes(b"1").digest
    path = root / digest[:2] / digest[2:]
    assert path.read_bytes() == b"1"
    assert mode(path) == 0o444
    assert list((root / "tmp").iterdir()) == []


def test_an_object_that_is_there_stays_the_same_file(
    store: ObjectStore, root: Path, tmp_path: Path
) -> None:
    digest = store.put_bytes(b"1").digest
    store.materialize(digest, tmp_path / "out")
    before = (root / digest[:2] / digest[2:]).stat().st_ino

    assert store.put(tmp_path / "out").digest == digest

    assert (root / digest[:2] / digest[2:]).stat().st_ino == before


@pytest.mark.parametrize("way", ["clone", "link", "copy"])
def test_a_file_is_made_as_the_disk_allows(
    store: ObjectStore, tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = files(tmp_path / "in", 3)
    (tree / "0/0").chmod(0o755)
    digest = store.put(tree).digest
    if way == "clone":
        monkeypatch.setattr(disk.fcntl, "ioctl", clone)
    else:
        monkeypatch.setattr(disk, "clone", cannot)
    if way == "copy":
        monkeypatch.setattr(disk, "link", cannot)

    store.materialize(digest, tmp_path / "out")

    plain, executable = tmp_path / "out/1/1", tmp_path / "out/0/0"
    assert plain.read_bytes() == (tree / "1/1").read_bytes()
    assert (mode(plain), mode(executable)) == (0o444, 0o555)
    assert plain.stat().st_nlink == (2 if way == "link" else 1)
    assert executable.stat().st_nlink == 1


def test_a_file_with_too_many_links_is_copied(
    store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: str, _target: Path) -> None:
        raise OSError(errno.EMLINK, "Too many links")

    monkeypatch.setattr(os, "link", full)
    store.materialize(store.put_bytes(b"1").digest, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"1"


def test_no_name_is_there_before_its_bytes_are_on_the_disk(
    store: ObjectStore, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bool, int, int]] = []
    write_out = disk.write_out

    def watch(paths: Iterable[str], count: int, within: str) -> None:
        paths = list(paths)
        digests = list(store.digests())
        trees = sum(digest.endswith(".tree") for digest in digests)
        seen.append((str(root) in paths, len(digests) - trees, trees))
        write_out(paths, count, within)

    monkeypatch.setattr(disk, "write_out", watch)
    store.put(files(tmp_path / "in", 40))

    # The bytes, then the folders with their names; then the same for the manifest.
    assert seen == [(False, 0, 0), (True, 40, 0), (False, 40, 0), (True, 40, 1)]


@pytest.mark.parametrize("can", [True, False])
def test_many_files_take_one_sync_where_the_system_has_it(
    store: ObjectStore, tmp_path: Path, can: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr(disk, "fsync", synced.append)
    if not can:
        monkeypatch.setattr(disk, "sync_file_system", cannot)
    store.put(files(tmp_path / "in", 200))
    assert (len(synced) < 10) == can


def store_and_get(root: Path, tree: Path) -> None:
    store = ObjectStore(root)
    store.put_bytes(b"")  # what is imported is not counted
    tracemalloc.start()
    digest = store.put(tree).digest
    store.materialize(digest, tree.with_name("out"))
    assert list(store.verify_all()) == []


def test_a_tree_of_many_files_takes_little_memory(root: Path, tmp_path: Path) -> None:
    tree = files(tmp_path / "in", 2000)
    assert peak_memory(store_and_get, root, tree) < 6 << 20


def test_what_the_dead_left_is_removed_when_it_is_old(
    store: ObjectStore, root: Path
) -> None:
    for name in ("old", "young"):
        (root / "tmp" / name).mkdir(parents=True)
        (root / "tmp" / name / "incoming").write_bytes(b"half")
        (root / "tmp" / f"{name} file").write_bytes(b"half")
    yesterday = time.time() - 24 * 60 * 60 - 60
    for name in ("old", "old file"):
        os.utime(root / "tmp" / name, (yesterday, yesterday))

    store.put_bytes(b"1")

    left = {path.name for path in (root / "tmp").iterdir()}
    assert left == {"young", "young file"}


def test_an_object_that_cannot_be_read_is_reported(
    store: ObjectStore, root: Path
) -> None:
    digest = store.put_bytes(b"1").digest
    store.delete(digest)
    (root / digest[:2] / digest[2:]).mkdir()
    assert [damage.problem for damage in store.verify_all()] == ["unreadable"]


LIMITED = """
import resource, sys
from pathlib import Path
from sweepflow.errors import StoreError
from sweepflow.store.objects import ObjectStore
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    durable = sys.argv[3] == "True"
    ObjectStore(Path(sys.argv[1])).put(Path(sys.argv[2]), durable=durable)
except StoreError as error:
    print(error)
"""


@pytest.mark.parametrize("durable", [True, False])
def test_a_write_that_fails_leaves_nothing(
    store: ObjectStore, root: Path, tmp_path: Path, durable: bool
) -> None:
    tree = files(tmp_path / "in", 5)
    (tree / "z").write_bytes(bytes(1_000_000))

    said = subprocess.run(
        [sys.executable, "-c", LIMITED, root, tree, str(durable)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert "cannot store" in said
    assert "make room" in said
    assert list((root / "tmp").iterdir()) == []
    assert len(list(store.digests())) == (0 if durable else 5)
    assert list(store.verify(store.put(tree).digest)) == []


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of one megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a disk is not allowed here")
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("size", [900_000, 2_000_000])
def test_a_full_disk_leaves_nothing_half_written(
    tiny_disk: Path, tmp_path: Path, durable: bool, size: int
) -> None:
    tree = files(tmp_path / "in", 60)
    (tree / "z").write_bytes(bytes(size))
    store = ObjectStore(tiny_disk / "objects")

    with pytest.raises(StoreError, match="No space left") as caught:
        store.put(tree, durable=durable)

    assert "make room" in str(caught.value.hint)
    assert list((tiny_disk / "objects/tmp").iterdir()) == []
    assert list(store.verify_all()) == []
    assert not (durable and list(store.digests()))
    (tree / "z").unlink()
    assert list(store.verify(store.put(tree).digest)) == []


def test_a_file_goes_from_one_disk_to_another(tiny_disk: Path, tmp_path: Path) -> None:
    store = ObjectStore(tiny_disk / "objects")
    store.materialize(store.put_bytes(b"1").digest, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"1"
    assert mode(tmp_path / "out") == 0o444


@contextmanager
def somebody_else() -> Generator[None]:
    """Be an ordinary user for a while; root may write anywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_store_that_cannot_be_written_can_be_read() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        root = Path(folder, "objects")
        store = ObjectStore(root)
        digest = store.put_bytes(b"1").digest
        for path in (root, root / "tmp", root / digest[:2]):
            path.chmod(0o555)
        with somebody_else():
            with store.open(digest) as file:
                assert file.read() == b"1"
            assert list(store.verify_all()) == []
            store.materialize(digest, Path(folder, "out"))
            assert Path(folder, "out").read_bytes() == b"1"
            for act in (
                lambda: store.put_bytes(b"2"),
                lambda: store.delete(digest),
            ):
                with pytest.raises(StoreError, match="Permission denied"):
                    act()
        for path in (root, root / "tmp", root / digest[:2]):
            path.chmod(0o755)
