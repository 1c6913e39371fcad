"""Which object of a disk is trusted at a look, and what a power cut may leave."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sweepflow.errors import StoreError
from sweepflow.store.objects import ObjectStore, disk
from sweepflow.store.objects.local import LocalBackend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


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


def cannot(*_: object) -> bool:
    return False


def at(root: Path, digest: str) -> Path:
    return root / digest[:2] / digest[2:]


def stamped(root: Path) -> set[str]:
    """Give the paths of objects of which a look is enough."""
    found = [path for path in root.rglob("*") if len(path.name) > 60]
    return {str(path) for path in found if path.stat().st_mtime < 1_300_000_000}


def not_hashed(*_: object) -> str:
    raise AssertionError


def test_an_untouched_object_is_known_by_one_look(
    store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = files(tmp_path / "in", 20)
    large = tmp_path / "large"
    large.write_bytes(bytes(5 << 20))
    digests = [store.put(tree).digest, store.put_bytes(b"1", durable=False).digest]
    digests.append(store.put(large, durable=False).digest)
    store.sync(digests)

    monkeypatch.setattr(LocalBackend, "digest", not_hashed)
    monkeypatch.setattr(disk, "write_out", not_hashed)

    assert all(map(store.is_intact, digests))
    store.sync(digests)
    for durable in (True, False):
        assert store.put(tree, durable=durable).digest == digests[0]
        assert store.put(large, durable=durable).digest == digests[2]
    store.materialize(digests[0], tmp_path / "out")


def nothing(*_: object) -> None:
    pass


TOUCHES: dict[str, Callable[[Path], object]] = {
    "written": lambda path: path.write_bytes(b"12x45"),
    "cut short": lambda path: os.truncate(path, 4),
    "emptied": lambda path: os.truncate(path, 0),
    "longer": lambda path: path.write_bytes(b"123456"),
    "replaced": lambda path: (path.unlink(), path.write_bytes(b"12345")),
    "same again": lambda path: path.write_bytes(b"12345"),
    "touched": os.utime,
}


@pytest.mark.parametrize("touch", TOUCHES)
@pytest.mark.parametrize("within", [True, False])
def test_what_was_touched_is_hashed_before_it_is_trusted(
    store: ObjectStore, tmp_path: Path, touch: str, within: bool
) -> None:
    root = tmp_path / "objects"
    (tmp_path / "in").mkdir()
    (tmp_path / "in/f").write_bytes(b"12345")
    file = hashlib.sha256(b"12345").hexdigest()
    digest = store.put(tmp_path / "in").digest
    at(root, file).chmod(0o644)
    TOUCHES[touch](at(root, file))

    right = at(root, file).read_bytes() == b"12345"
    for _ in range(2):
        assert store.is_intact(digest if within else file) == right
    assert (str(at(root, file)) in stamped(root)) == right


def test_a_store_that_was_copied_is_as_good(
    store: ObjectStore, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = store.put(files(tmp_path / "in", 40)).digest
    shutil.copytree(root, tmp_path / "copy", copy_function=shutil.copyfile)
    copied = ObjectStore(tmp_path / "copy")
    assert copied.is_intact(digest)
    monkeypatch.setattr(LocalBackend, "digest", not_hashed)
    assert copied.is_intact(digest)


def test_what_verify_finds_is_not_trusted_again(
    store: ObjectStore, root: Path, tmp_path: Path
) -> None:
    digest = store.put_bytes(b"12345").digest
    path = at(root, digest)
    before = path.stat()
    path.chmod(0o644)
    path.write_bytes(b"1234x")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert store.is_intact(digest)  # as if the disk had done it: nobody can tell

    assert [damage.problem for damage in store.verify_all()] == ["altered"]

    assert not store.is_intact(digest)
    with pytest.raises(StoreError, match="damaged"):
        store.materialize(digest, tmp_path / "out")
    assert store.put_bytes(b"12345").digest == digest
    assert path.read_bytes() == b"12345"


@pytest.mark.parametrize("count", [3, 40])
@pytest.mark.parametrize("durable", [True, False])
def test_nothing_is_trusted_before_it_is_on_the_disk(
    tmp_path: Path, count: int, durable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "objects"
    store = ObjectStore(root)
    seen: list[tuple[bool, int]] = []
    write_out = disk.write_out

    def watch(paths: Iterable[str], count: int, within: str) -> None:
        paths = list(paths)
        write_out(paths, count, within)
        seen.append((str(root) in paths, len(stamped(root))))

    monkeypatch.setattr(disk, "write_out", watch)
    digest = store.put(files(tmp_path / "in", count), durable=durable).digest
    if not durable:
        assert seen == []
        assert stamped(root) == set()
        store.sync([digest])

    # The bytes, the folders, and only then the stamps; for the manifest last of all.
    of_files, of_manifest = [(False, 0), (True, 0)], [(False, count), (True, count)]
    assert seen == [*of_files, *of_manifest] if durable else [(True, 0)]
    assert len(stamped(root)) == count + 1


LEFT: dict[str, Callable[[Path], object]] = {
    "nothing": lambda path: path.unlink(),
    "no bytes": lambda path: os.truncate(path, 0),
    "some bytes": lambda path: os.truncate(path, 2),
    "other bytes": lambda path: path.write_bytes(bytes(5)),
    "all bytes": lambda path: None,
}


@pytest.mark.parametrize("left", LEFT)
@pytest.mark.parametrize("durable", [True, False])
def test_what_a_power_cut_left_before_a_sync_heals(
    store: ObjectStore, root: Path, left: str, durable: bool
) -> None:
    digest = store.put_bytes(b"12345", durable=False).digest
    path = at(root, digest)
    before = path.stat()
    path.chmod(0o644)
    LEFT[left](path)
    if path.exists():
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    if left != "all bytes":
        with pytest.raises(StoreError, match="damaged"):
            store.sync([digest])

    assert store.put_bytes(b"12345", durable=durable).digest == digest

    assert path.read_bytes() == b"12345"
    assert (str(path) in stamped(root)) == durable
    store.sync([digest])
    assert str(path) in stamped(root)
    assert store.is_intact(digest)


def test_a_durable_put_waits_for_what_another_left_undone(
    store: ObjectStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = store.put_bytes(b"1", durable=False).digest
    written: list[str] = []
    monkeypatch.setattr(disk, "fsync", written.append)

    store.put_bytes(b"1")

    assert any(path.endswith(digest) for path in written)  # under `tmp`, then renamed
    assert str(at(root, digest).parent) in written
    assert stamped(root) == {str(at(root, digest))}


@pytest.mark.parametrize("way", ["link", "rename"])
def test_bytes_that_are_on_the_disk_are_not_replaced_by_those_that_are_not(
    store: ObjectStore, root: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = store.put_bytes(b"1").digest
    before = at(root, digest).stat().st_ino
    written: list[str] = []
    monkeypatch.setattr(disk, "fsync", written.append)
    # As it is for one who looks just before the other has put it there.
    monkeypatch.setattr(LocalBackend, "stamped", nothing)
    if way == "rename":
        monkeypatch.setattr(disk, "link", cannot)

    store.put_bytes(b"1", durable=False)

    assert (at(root, digest).stat().st_ino == before) == (way == "link")
    assert len(written) == (way == "rename")


STEPS = """
import os, shutil, sys
from pathlib import Path
from sweepflow.store.objects import ObjectStore
root, source, durable = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "True"

CALLS = ("rename", "link", "utime", "remove", "mkdir")

def act(store):
    digest = store.put(source, durable=durable).digest
    store.sync([digest])
    return digest

def die_at(step):
    seen = 0
    def watch(event, arguments):
        nonlocal seen
        if event in {"open"} | {"os." + name for name in CALLS}:
            seen += str(root) in str(arguments[0])
            if seen == step:
                os._exit(1)
    sys.addaudithook(watch)

expected = act(ObjectStore(root))
status = step = 1
while status:
    shutil.rmtree(root, ignore_errors=True)
    pid = os.fork()
    if not pid:
        die_at(step)
        act(ObjectStore(root))
        os._exit(0)
    status = os.waitpid(pid, 0)[1]
    store = ObjectStore(root)
    found = list(store.verify_all())
    assert not found, (step, found)
    assert store.is_intact(expected) == store.has(expected), step
    if step % 5 == 0:
        assert act(store) == expected
        assert store.is_intact(expected), step
    step += 1
print(step)
"""


@pytest.mark.parametrize("durable", [True, False])
def test_a_put_killed_at_any_step_leaves_no_damage(
    root: Path, tmp_path: Path, durable: bool
) -> None:
    tree = files(tmp_path / "in", 4)
    (tree / "large").write_bytes(bytes(3 << 20))
    said = subprocess.run(
        [sys.executable, "-c", STEPS, root, tree, str(durable)],
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    assert int(said) > 30
