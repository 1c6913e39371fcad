"""An atom's files: made once, read-only, and made again when they were changed."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sweepflow.atom import Atom
from sweepflow.atom.files import FOLDER
from sweepflow.errors import StoreError
from sweepflow.store.home import Home
from sweepflow.store.store import Store, use_store
from tests.atom.conftest import run_python

if TYPE_CHECKING:
    from collections.abc import Callable

CONTENT = {"a": "12", "deep/b": "345", "deep/run": "#!"}


def write(folder: Path) -> Path:
    for name, text in CONTENT.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "empty").mkdir()
    (folder / "link").symlink_to("deep/b")
    (folder / "deep" / "run").chmod(0o755)
    return folder


def listed(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if not path.is_dir())
    return {str(path.relative_to(folder)): path.read_text() for path in found}


WHOLE = {**CONTENT, "link": "345"}


@pytest.fixture
def tree(store: Store, tmp_path: Path) -> Atom:
    return Atom.create("tree", write(tmp_path / "tree"))


@pytest.fixture
def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each copy be one of its own, as on a file system without hard links."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)


def again(atom: Atom) -> Atom:
    return Atom.get(atom.id)


def path_of(atom: Atom) -> Path:
    return again(atom).path


def test_files_are_there_as_they_were_stored(tree: Atom) -> None:
    assert listed(tree.path) == WHOLE
    assert (tree.path / "empty").is_dir()
    assert (tree.path / "link").readlink() == Path("deep/b")
    modes = {name: (tree.path / name).stat().st_mode & 0o777 for name in CONTENT}
    assert modes == {"a": 0o444, "deep/b": 0o444, "deep/run": 0o555}


def test_files_are_made_once(tree: Atom) -> None:
    made = tree.path.stat()
    assert os.path.samestat(again(tree).path.stat(), made)
    assert (made.st_ino, made.st_mtime_ns) == (
        again(tree).path.stat().st_ino,
        made.st_mtime_ns,
    )


def rewrite(path: Path, text: str = "xxxxx") -> None:
    path.chmod(0o644)
    path.write_text(text)
    later = path.stat().st_mtime + 1
    os.utime(path, (later, later))
    path.chmod(0o444)


ALTERATIONS: dict[str, Callable[[Path], object]] = {
    "made longer": lambda root: rewrite(root / "a", "longer"),
    "written over": lambda root: rewrite(root / "a", "34"),
    "made writable": lambda root: (root / "a").chmod(0o644),
    "made executable": lambda root: (root / "a").chmod(0o555),
    "removed": lambda root: (root / "deep" / "b").unlink(),
    "added": lambda root: (root / "deep" / "new").write_text("x"),
    "folder added": lambda root: (root / "new").mkdir(),
    "all removed": shutil.rmtree,
    "folder for a file": lambda root: [(root / "a").unlink(), (root / "a").mkdir()],
    "link for a file": lambda root: [
        (root / "a").unlink(),
        (root / "a").symlink_to("deep/b"),
    ],
    "link elsewhere": lambda root: [
        (root / "link").unlink(),
        (root / "link").symlink_to("a"),
    ],
    "file for all": lambda root: [shutil.rmtree(root), root.write_text("x")],
}


@pytest.mark.parametrize("alter", ALTERATIONS.values(), ids=ALTERATIONS)
def test_an_altered_folder_is_made_again(
    no_links: None, tree: Atom, alter: Callable[[Path], object]
) -> None:
    root = tree.path
    alter(root)

    assert listed(again(tree).path) == WHOLE
    assert (root / "a").stat().st_mode & 0o777 == 0o444
    assert [path.name for path in root.parent.iterdir()] == [root.name]
    assert not list(root.parents[1].glob(".old-*"))


FILE_ALTERATIONS: dict[str, Callable[[Path], object]] = {
    "written over": rewrite,
    "removed": lambda file: file.unlink(),
    "made writable": lambda file: file.chmod(0o666),
    "folder removed": lambda file: shutil.rmtree(file.parent),
}


@pytest.mark.parametrize("alter", FILE_ALTERATIONS.values(), ids=FILE_ALTERATIONS)
def test_an_altered_file_is_made_again(
    no_links: None, store: Store, alter: Callable[[Path], object]
) -> None:
    atom = Atom.create("t", data="hello")
    alter(atom.path)
    assert again(atom).path.read_text() == "hello"
    assert again(atom).path.stat().st_mode & 0o777 == 0o444


def test_a_link_to_a_damaged_object_is_never_given_out(store: Store) -> None:
    atom = Atom.create("t", data="hello")
    rewrite(atom.path)
    if again_object(store, atom) == b"hello":
        pytest.skip("this file system clones files")
    with pytest.raises(StoreError, match=rf"{atom.id}.* is missing or damaged"):
        _ = again(atom).path
    assert Atom.create("t", data="hello").path.read_text() == "hello"


def again_object(store: Store, atom: Atom) -> bytes:
    with store.objects.open(atom.digest) as file:
        return file.read()


def test_bytes_that_are_gone_are_an_error(tree: Atom, store: Store) -> None:
    for digest in list(store.objects.digests()):
        store.objects.delete(digest)
    with pytest.raises(StoreError, match="has no object"):
        _ = tree.path
    assert not list(store.home.root.glob(f"{FOLDER}/*/*"))


def test_what_a_killed_process_left_is_cleared(tree: Atom, store: Store) -> None:
    left = store.home.root / FOLDER / tree.id / ".sweepflow-left" / "content"
    left.mkdir(parents=True)
    assert listed(tree.path) == WHOLE
    assert not left.exists()


def test_a_name_that_leads_elsewhere_is_refused(store: Store) -> None:
    from dataclasses import replace

    atom = Atom.create("t", data="hello")
    for name in ("..", "a/b", "/etc/passwd", "", "a\0"):
        with pytest.raises(StoreError, match="has the name"):
            _ = Atom.from_record(replace(atom.record, filename=name), store).path


def test_a_place_that_cannot_be_written_still_gives_what_it_has(
    store: Store, tree: Atom
) -> None:
    path = tree.path
    other = Atom.create("t", data="hello")
    store.close()
    folder = store.home.root / FOLDER
    folder.chmod(0o555)
    ask = "from sweepflow.atom import Atom; print(Atom.get({!r}).path)"
    assert run_python(store.home, ask.format(tree.id)) == f"{path}\n"
    assert (
        f"StoreError: cannot make the files of atom {other.id}: Permission denied"
        in run_python(store.home, ask.format(other.id))
    )
    folder.chmod(0o755)


def test_threads_may_ask_at_once(store: Store) -> None:
    atoms = [Atom.create("t", data=f"hello {i}") for i in range(10)]
    with ThreadPoolExecutor(8) as pool:
        paths = pool.map(path_of, atoms * 8)
    assert [path.read_text() for path in paths] == [
        f"hello {i % 10}" for i in range(80)
    ]


ASK = """
import sys
from sweepflow.atom import Atom
for _ in range(30):
    path = Atom.get(sys.argv[1]).path
    assert (path / "a").read_text() == "12", list(path.iterdir())
    assert len(list(path.rglob("*"))) == 6, list(path.rglob("*"))
"""


def test_processes_may_ask_at_once(store: Store, tree: Atom) -> None:
    env = os.environ | {"SWEEPFLOW_HOME": str(store.home.root)}
    asking = [
        subprocess.Popen(
            [sys.executable, "-c", ASK, tree.id], env=env, stderr=subprocess.PIPE
        )
        for _ in range(4)
    ]
    errors = [process.communicate()[1].decode() for process in asking]
    assert errors == [""] * 4


def test_a_store_elsewhere_has_copies_of_its_own(tree: Atom, tmp_path: Path) -> None:
    home = Home.of(tmp_path / "other")
    with Store(home) as other, use_store(other):
        twin = Atom.create("tree", tmp_path / "tree")
        assert twin == tree
        assert twin.path != tree.path
        assert home.root in twin.path.parents
