"""Removing what nothing needs, and never while somebody may need it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweepflow.errors import StoreError
from sweepflow.store.objects import Collected, File, ObjectStore

if TYPE_CHECKING:
    from collections.abc import Iterable

few = st.binary(max_size=1)  # so that folders share files
contents = few | st.dictionaries(st.sampled_from("abc"), few)


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "objects")


def put(store: ObjectStore, content: bytes | dict[str, bytes]) -> str:
    if isinstance(content, bytes):
        return store.put_bytes(content, durable=False).digest
    with tempfile.TemporaryDirectory() as folder:
        for name, data in content.items():
            Path(folder, name).write_bytes(data)
        return store.put(Path(folder), durable=False).digest


def needed(store: ObjectStore, digests: Iterable[str]) -> set[str]:
    """Say in other words what is reached."""
    folders = [store.entries(d) for d in digests if d.endswith(".tree")]
    inside = {e.digest for folder in folders for e in folder if isinstance(e, File)}
    return inside | set(digests)


@settings(deadline=None, max_examples=40)
@given(data=st.data(), stored=st.lists(contents, max_size=6))
def test_keeps_what_is_reached_and_nothing_else(
    data: st.DataObject, stored: list[bytes | dict[str, bytes]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = ObjectStore(Path(folder, "objects"))
        digests = [put(store, content) for content in stored]
        keep = [d for d in digests if data.draw(st.booleans())]
        before, expected = set(store.digests()), needed(store, keep)
        sizes = dict[str, int]()
        list(store.verify_all(lambda digest, size: sizes.update({digest: size})))
        gone = Collected(
            len(before - expected), sum(sizes[d] for d in before - expected)
        )

        assert store.collect(keep, dry_run=True) == gone
        assert set(store.digests()) == before
        assert store.collect(lambda: keep, dry_run=False) == gone
        assert set(store.digests()) == expected
        assert store.collect(keep, dry_run=False) == Collected(0, 0)
        assert all(map(store.is_intact, keep))


def test_what_is_to_be_kept_may_be_gone(store: ObjectStore) -> None:
    kept = put(store, b"1")
    gone = ["0" * 64, "0" * 64 + ".tree"]
    assert store.collect([*gone, kept], dry_run=False) == Collected(0, 0)
    with pytest.raises(StoreError, match="no digest"):
        store.collect([kept, "x"], dry_run=False)
    assert list(store.digests()) == [kept]


def test_a_damaged_folder_to_keep_stops_it_all(
    store: ObjectStore, tmp_path: Path
) -> None:
    tree, loose = put(store, {"a": b"1", "b": b"2"}), put(store, b"loose")
    path = tmp_path / "objects" / tree[:2] / tree[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-9])

    with pytest.raises(StoreError, match=tree):
        store.collect([tree], dry_run=False)

    assert store.has(loose)
    assert len(list(store.digests())) == 4


USE = """
import sys, time
from sweepflow.store.objects import ObjectStore
from pathlib import Path
with ObjectStore(sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1]),
                 locks=Path(sys.argv[2])).in_use():
    print("ready", flush=True)
    time.sleep(100)
"""


@pytest.mark.parametrize("url", [None, "memory://objects"])
def test_waits_for_nobody_and_takes_nothing_from_under_a_user(
    tmp_path: Path, url: str | None
) -> None:
    location = url or tmp_path / "objects"
    store = ObjectStore(location, locks=tmp_path / "locks")
    put(store, b"1")
    script = [sys.executable, "-c", USE, str(location), tmp_path / "locks"]
    with ExitStack() as stack:
        user = subprocess.Popen(script, stdout=subprocess.PIPE, text=True)
        stack.enter_context(user)
        stack.callback(user.kill)
        assert user.stdout
        assert user.stdout.readline() == "ready\n"
        with store.in_use():  # as many as like
            pass
        for dry_run in (True, False):
            with pytest.raises(StoreError, match="something runs") as caught:
                store.collect([], dry_run=dry_run)
            assert "when it has ended" in str(caught.value.hint)
        assert len(list(store.digests())) == 1
    assert store.collect([], dry_run=False) == Collected(1, 1)


def test_threads_of_one_process_are_users_of_their_own(store: ObjectStore) -> None:
    kept = put(store, b"1")
    using, leave = threading.Event(), threading.Event()

    def use() -> None:
        with store.in_use():
            using.set()
            leave.wait(30)

    thread = threading.Thread(target=use)
    thread.start()
    assert using.wait(30)
    with store.in_use():
        pass
    with pytest.raises(StoreError, match="something runs"), store.alone():
        pass
    leave.set()
    thread.join()
    with store.alone():
        assert store.has(kept)


def test_a_user_waits_for_the_end_of_a_collection(store: ObjectStore) -> None:
    order: list[str] = []

    def use() -> None:
        with store.in_use():
            order.append("used")

    with store.alone():
        thread = threading.Thread(target=use)
        thread.start()
        time.sleep(0.1)
        order.append("collected")
    thread.join(30)
    assert order == ["collected", "used"]


def test_an_error_within_is_not_taken_for_one_of_the_store(store: ObjectStore) -> None:
    for context in (store.in_use(), store.alone()):
        with pytest.raises(BlockingIOError, match="mine"), context:
            raise BlockingIOError("mine")
    with store.alone():
        pass


def test_a_url_needs_a_folder_for_its_lock() -> None:
    store = ObjectStore("memory://objects")
    with pytest.raises(ValueError, match="no folder"), store.in_use():
        pass


STORE_AND_LOOK = """
import random, sys, time
from pathlib import Path
from sweepflow.store.objects import ObjectStore
store, source = ObjectStore(Path(sys.argv[1])), Path(sys.argv[2])
deadline = time.monotonic() + 2
rounds = 0
while time.monotonic() < deadline:
    with store.in_use():
        durable = random.random() < 0.5
        tree = store.put(source, durable=durable).digest
        digests = [tree, store.put_bytes(b"x", durable=durable).digest]
        store.sync(digests)
        assert all(map(store.is_intact, digests))
        assert not list(store.verify(digests[0]))
        rounds += 1
    time.sleep(random.random() / 50)
print(rounds)
"""


def test_who_stores_and_who_collects_do_each_other_no_harm(
    store: ObjectStore, tmp_path: Path
) -> None:
    tree = tmp_path / "in"
    tree.mkdir()
    for n in range(20):
        (tree / str(n)).write_bytes(b"%d" % n)
    script = [sys.executable, "-c", STORE_AND_LOOK, tmp_path / "objects", tree]
    collected = 0
    with ExitStack() as stack:
        users = [
            stack.enter_context(
                subprocess.Popen(script, stdout=subprocess.PIPE, text=True)
            )
            for _ in range(2)
        ]
        while any(user.poll() is None for user in users):
            try:
                collected += store.collect([], dry_run=False).objects
            except StoreError:
                time.sleep(random.random() / 100)  # noqa: S311
        rounds = [int(user.communicate()[0]) for user in users]
    assert all(user.returncode == 0 for user in users)
    assert min(rounds) > 0
    assert collected > 0
    assert list(store.verify_all()) == []


def test_a_collection_killed_anywhere_leaves_no_folder_without_its_files(
    store: ObjectStore, tmp_path: Path
) -> None:
    status, step = -1, 0
    while status:
        step += 1
        for n in range(3):
            put(store, {"a": b"%d" % n, "b": b"b%d" % n})
        pid = os.fork()
        if pid == 0:
            die_at(step)
            store.collect([], dry_run=False)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        assert list(store.verify_all()) == []
    assert step == 10  # nine objects
    assert list(store.digests()) == []


def die_at(step: int) -> None:
    """End this process at the n-th object that it is about to remove."""
    seen = 0

    def watch(event: str, _: object) -> None:
        nonlocal seen
        seen += event == "os.remove"
        if seen == step:
            os._exit(1)

    sys.addaudithook(watch)
