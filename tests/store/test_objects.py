"""What every place for objects has to do: one suite, for a disk and for S3."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import tracemalloc
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sweepflow.errors import StoreError
from sweepflow.store.objects import Damage, File, Folder, Link, ObjectStore, Stored
from tests.memory import peak_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Content: TypeAlias = "bytes | dict[str, Content]"

LARGE = 10 << 20  # more than travels to a service in one piece


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """Give the URL of a bucket on a server that speaks S3, on loopback."""
    pytest.importorskip("s3fs")
    pytest.importorskip("moto")
    with ExitStack() as stack:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(server.wait)
        stack.callback(server.kill)
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "any")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "any")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
        service(f"s3://{port}-bucket").mkdir(f"{port}-bucket")
        yield f"s3://{port}-bucket"


@pytest.fixture(params=["disk", pytest.param("s3", marks=pytest.mark.s3)])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Give an empty place for objects."""
    if request.param == "disk":
        return tmp_path / "objects"
    return f"{request.getfixturevalue('s3')}/{secrets.token_hex(8)}"


@pytest.fixture
def store(location: Path | str) -> ObjectStore:
    return ObjectStore(location)


class service:  # noqa: N801 - as the function that it is
    """The few things that a test does behind the back of a store."""

    def __init__(self, location: Path | str) -> None:
        import fsspec  # pyright: ignore[reportMissingTypeStubs]

        found = fsspec.url_to_fs(  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            str(location), use_listings_cache=False
        )
        self._fs, self._root = cast("tuple[Any, str]", found)

    def mkdir(self, path: str) -> None:
        self._fs.mkdir(path)

    def remove(self, digest: str) -> None:
        self._fs.rm_file(self._key(digest))

    def write(self, digest: str, data: bytes) -> None:
        key = self._key(digest)
        self._fs.makedirs(key.rpartition("/")[0], exist_ok=True)
        if self._fs.exists(key):
            self.remove(digest)
        self._fs.pipe_file(key, data)

    def _key(self, digest: str) -> str:
        return f"{self._root}/{digest[:2]}/{digest[2:]}"


def make(path: Path, content: Content) -> Path:
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.mkdir(parents=True)
        for name, inner in content.items():
            make(path / name, inner)
    return path


def read(path: Path) -> Content:
    if path.is_dir():
        return {inner.name: read(inner) for inner in path.iterdir()}
    return path.read_bytes()


TREE: Content = {"a": {"b": {"c": b"deep"}, "empty": {}}, "x": b"", "large": b"z" * 5}


def is_name(name: str) -> bool:
    return name not in {".", ".."} and len(os.fsencode(name)) < 256


names = (
    st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1)
    | st.binary(min_size=1, max_size=8)
    .filter(lambda name: not {0, ord("/")} & set(name))
    .map(os.fsdecode)
).filter(is_name)

trees: st.SearchStrategy[Content] = st.dictionaries(
    names,
    st.recursive(
        st.binary(max_size=64),
        lambda inner: st.dictionaries(names, inner, max_size=4),
        max_leaves=12,
    ),
    max_size=5,
)

with_store = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@with_store
@given(tree=trees)
def test_any_folder_comes_back_as_it_was(store: ObjectStore, tree: Content) -> None:
    with tempfile.TemporaryDirectory() as folder:
        digest = store.put(make(Path(folder, "in"), tree)).digest
        store.materialize(digest, Path(folder, "out"))
        assert read(Path(folder, "out")) == tree
        assert list(store.verify(digest)) == []


@with_store
@given(tree=trees, data=st.data())
def test_some_files_are_stored_as_a_folder_with_no_others(
    store: ObjectStore, tree: Content, data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = make(Path(folder, "in"), tree)
        there = [p for p in root.rglob("*") if p.is_file()]
        chosen = data.draw(st.sets(st.sampled_from(there))) if there else set[Path]()
        other = Path(folder, "other")
        other.mkdir()
        for path in chosen:
            copy = other / path.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())

        paths = [path.relative_to(root).as_posix() for path in chosen]

        assert store.put_files(root, paths) == store.put(other)


def test_of_chosen_files_links_stand_for_what_they_lead_to(
    store: ObjectStore, tmp_path: Path
) -> None:
    out = make(tmp_path / "out", {"run": b"#!", "d": {"x": b"1"}})
    (out / "run").chmod(0o755)
    root = make(tmp_path / "in", {})
    (root / "f").symlink_to("../out/run")
    (root / "d").symlink_to(out / "d")

    digest = store.put_files(root, ["f", "d/x"], durable=False).digest

    assert list(store.entries(digest)) == [
        Folder("d"),
        File("d/x", hashlib.sha256(b"1").hexdigest(), 1, executable=False),
        File("f", hashlib.sha256(b"#!").hexdigest(), 2, executable=True),
    ]


@pytest.mark.parametrize("path", ["d", "gone", "pipe"])
def test_refuses_to_choose_what_is_no_file(
    store: ObjectStore, tmp_path: Path, path: str
) -> None:
    root = make(tmp_path / "in", {"a": b"1", "d": {}})
    os.mkfifo(root / "pipe")
    with pytest.raises(StoreError, match=r"neither a file|[Nn]o such"):
        store.put_files(root, ["a", path])
    assert not any(name.endswith(".tree") for name in store.digests())


@settings(max_examples=50, deadline=None)
@given(one=trees, other=trees)
def test_digests_are_equal_where_content_is(one: Content, other: Content) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = ObjectStore(Path(folder, "objects"))
        first = store.put(make(Path(folder, "one"), one)).digest
        second = store.put(make(Path(folder, "other"), other)).digest
        assert (first == second) == (one == other)


@with_store
@given(data=st.binary())
def test_a_file_is_named_by_its_bytes(store: ObjectStore, data: bytes) -> None:
    digest = store.put_bytes(data).digest
    assert digest == hashlib.sha256(data).hexdigest()
    with store.open(digest) as file:
        assert file.read() == data
    assert store.size(digest) == len(data)


def test_order_times_and_permissions_make_no_difference(
    store: ObjectStore, tmp_path: Path
) -> None:
    one = make(tmp_path / "one", {"a": b"1", "b": b"2"})
    other = make(tmp_path / "other", {"b": b"2", "a": b"1"})
    os.utime(other / "a", (0, 0))
    (other / "b").chmod(0o600)
    (one / "b").chmod(0o644)

    assert store.put(one).digest == store.put(other).digest


def test_executable_files_and_links_make_a_difference_and_come_back(
    store: ObjectStore, tmp_path: Path
) -> None:
    tree = make(tmp_path / "in", {"run": b"#!", "d": {}})
    plain = store.put(tree).digest
    (tree / "run").chmod(0o755)
    (tree / "d/up").symlink_to("../run")
    (tree / "nowhere").symlink_to("d/./gone")
    digest = store.put(tree).digest
    assert digest != plain

    store.materialize(digest, tmp_path / "out")

    assert stat.S_IMODE((tmp_path / "out/run").stat().st_mode) == 0o555
    assert (tmp_path / "out/d/up").readlink() == Path("../run")
    assert os.readlink(tmp_path / "out/nowhere") == "d/./gone"  # noqa: PTH115


def test_says_what_a_folder_holds(store: ObjectStore, tmp_path: Path) -> None:
    tree = make(tmp_path / "in", {"b": {"x": b"12"}, "b!": b"", "a": b"1"})
    (tree / "z").symlink_to("a")
    digest = store.put(tree).digest

    assert list(store.entries(digest)) == [
        File("a", hashlib.sha256(b"1").hexdigest(), 1, executable=False),
        Folder("b"),
        File("b/x", hashlib.sha256(b"12").hexdigest(), 2, executable=False),
        File("b!", hashlib.sha256(b"").hexdigest(), 0, executable=False),
        Link("z", "a"),
    ]
    assert store.size(digest) == 3


@pytest.mark.parametrize("durable", [True, False])
def test_says_what_it_stored(store: ObjectStore, tmp_path: Path, durable: bool) -> None:
    tree = make(tmp_path / "in", {"a": b"1", "b": {"c": b"1", "d": b"22"}})
    (tree / "link").symlink_to("a")

    file = store.put(tree / "b/d", durable=durable)
    folder = store.put(tree, durable=durable)

    assert file == Stored(hashlib.sha256(b"22").hexdigest(), 2)
    assert file == store.put_bytes(b"22", durable=durable)
    assert folder.size == store.size(folder.digest) == 4
    assert folder == store.put(tree, durable=not durable)


def test_what_is_not_durable_yet_is_there_like_all_else(
    store: ObjectStore, tmp_path: Path
) -> None:
    tree = make(tmp_path / "in", TREE)
    large = make(tmp_path / "large", secrets.token_bytes(LARGE))
    digests = [
        store.put_bytes(b"1", durable=False).digest,
        store.put(tree, durable=False).digest,
        store.put(large, durable=False).digest,
    ]

    assert all(map(store.has, digests))
    store.materialize(digests[1], tmp_path / "out")
    assert read(tmp_path / "out") == TREE
    store.sync(digests)
    store.sync(digests)
    store.sync([])
    assert all(map(store.is_intact, digests))
    assert list(store.verify_all()) == []


def test_what_is_missing_cannot_be_made_durable(
    location: Path | str, store: ObjectStore, tmp_path: Path
) -> None:
    tree = store.put(make(tmp_path / "in", TREE), durable=False).digest
    file = store.put_bytes(b"deep").digest
    service(location).remove(file)
    if isinstance(location, Path):  # a service has made durable what it took
        for digest in (file, tree, "0" * 64 + ".tree"):
            with pytest.raises(StoreError, match=r"damaged|[Nn]o such"):
                store.sync([digest])
    with pytest.raises(StoreError, match="no digest"):
        store.sync(["../x"])


def test_tells_what_is_intact(
    store: ObjectStore, location: Path | str, tmp_path: Path
) -> None:
    tree = store.put(make(tmp_path / "in", TREE)).digest
    file = hashlib.sha256(b"deep").hexdigest()
    assert store.is_intact(tree)
    assert store.is_intact(file)
    service(location).write(file, b"deep and more")
    assert not store.is_intact(tree)
    service(location).remove(file)
    assert not store.is_intact(tree)
    assert not store.is_intact(file)
    assert not store.is_intact("0" * 64)
    service(location).remove(tree)
    assert not store.is_intact(tree)
    with pytest.raises(StoreError, match="no digest"):
        store.is_intact("../x")


def test_a_file_with_the_bytes_of_a_manifest_is_still_a_file(
    store: ObjectStore, tmp_path: Path
) -> None:
    tree = store.put(make(tmp_path / "in", {})).digest
    data = b'{"format":"sweepflow tree","version":1}\n'
    file = store.put_bytes(data).digest
    assert tree == f"{file}.tree"

    store.materialize(tree, tmp_path / "folder")
    store.materialize(file, tmp_path / "file")

    assert read(tmp_path / "folder") == {}
    assert read(tmp_path / "file") == data


def test_stores_the_same_once_and_forgets_what_is_deleted(
    store: ObjectStore, tmp_path: Path
) -> None:
    tree = make(tmp_path / "in", {"a": b"1", "b": {"c": b"1"}})
    digest, file = store.put(tree).digest, store.put(tree / "a").digest
    assert store.put(tree).digest == digest
    assert sorted(store.digests()) == sorted([digest, file])

    store.delete(digest)
    store.delete(digest)

    assert not store.has(digest)
    assert store.has(file)
    assert list(store.digests()) == [file]


def test_an_empty_store_has_nothing(store: ObjectStore, tmp_path: Path) -> None:
    assert list(store.digests()) == []
    assert list(store.verify_all()) == []
    assert not store.has("0" * 64)
    assert list(store.verify("0" * 64)) == [Damage("0" * 64, "missing")]
    store.delete("0" * 64)
    for act in (
        lambda: store.open("0" * 64),
        lambda: store.size("0" * 64),
        lambda: list(store.entries("0" * 64 + ".tree")),
        lambda: store.materialize("0" * 64, tmp_path / "out"),
    ):
        with pytest.raises(StoreError, match="0" * 64) as caught:
            act()
        assert caught.value.hint
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "digest", ["", "0" * 63, "../" * 22, "0" * 64 + "/x", "A" * 64]
)
def test_refuses_what_is_no_digest(store: ObjectStore, digest: str) -> None:
    for act in (store.has, store.open, store.delete, store.size):
        with pytest.raises(StoreError, match="no digest"):
            act(digest)


def test_tells_a_file_from_a_folder(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        store.open(store.put(make(tmp_path / "in", TREE)).digest)
    with pytest.raises(StoreError, match="is a file"):
        list(store.entries(store.put_bytes(b"").digest))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("l", "/etc/passwd"),
        ("l", ".."),
        ("d/l", "../../x"),
        ("d/l", "down/../../x"),
        ("l", "d/.."),
    ],
)
def test_refuses_a_link_that_leads_out(
    store: ObjectStore, tmp_path: Path, path: str, text: str
) -> None:
    tree = make(tmp_path / "in", {"d": {"f": b""}})
    (tree / path).symlink_to(text)
    with pytest.raises(StoreError, match="not within"):
        store.put(tree)


def test_refuses_what_is_no_file(store: ObjectStore, tmp_path: Path) -> None:
    tree = make(tmp_path / "in", {"f": b""})
    os.mkfifo(tree / "pipe")
    for path in (tree, tree / "pipe", tree / "gone"):
        with pytest.raises(StoreError, match=r"pipe|gone"):
            store.put(path)


def test_refuses_a_target_that_exists(store: ObjectStore, tmp_path: Path) -> None:
    digest = store.put_bytes(b"new").digest
    make(tmp_path / "file", b"old")
    (tmp_path / "nowhere").symlink_to("gone")
    for name in ("file", "nowhere"):
        with pytest.raises(StoreError, match="exists"):
            store.materialize(digest, tmp_path / name)
    assert read(tmp_path / "file") == b"old"


def test_makes_the_folders_above_a_target(store: ObjectStore, tmp_path: Path) -> None:
    store.materialize(store.put_bytes(b"1").digest, tmp_path / "a/b/c")
    assert read(tmp_path / "a") == {"b": {"c": b"1"}}


def entry(path: str, **columns: object) -> dict[str, object]:
    return {"path": path, "kind": "folder", **columns}


FORGED: dict[str, list[dict[str, object] | str]] = {
    "absolute": [entry("/sweepflow-x")],
    "parent": [entry("..")],
    "out": [entry("a"), entry("a/../../x")],
    "dot": [entry(".")],
    "empty": [entry("")],
    "nul": [entry("a\0")],
    "twice": [entry("a"), entry("a")],
    "order": [entry("b"), entry("a")],
    "orphan": [entry("a/b")],
    "through a link": [entry("a"), entry("b", kind="link", text="a"), entry("b/c")],
    "link out": [entry("a", kind="link", text="../x")],
    "link absolute": [entry("a", kind="link", text="/etc")],
    "digest": [entry("a", kind="file", digest="../x", size=0, executable=False)],
    "kind": [entry("a", kind="device")],
    "no object": ["[]"],
    "deep": ["[" * 50_000],
    "no JSON": ["\x80pickle"],
}


@pytest.mark.parametrize("lines", FORGED.values(), ids=FORGED.keys())
def test_nothing_forged_gets_out_of_the_target(
    store: ObjectStore,
    location: Path | str,
    tmp_path: Path,
    lines: list[dict[str, object] | str],
) -> None:
    header = {"format": "sweepflow tree", "version": 1}
    text = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    data = "".join(
        line + "\n" for line in (json.dumps(header, separators=(",", ":")), *text)
    ).encode()
    digest = hashlib.sha256(data).hexdigest() + ".tree"
    store.put_bytes(b"")
    service(location).write(digest, data)
    (tmp_path / "sub").mkdir()

    with pytest.raises(StoreError, match="damaged"):
        store.materialize(digest, tmp_path / "sub/out")

    assert read(tmp_path / "sub") == {}
    assert not Path("/sweepflow-x").exists()


DAMAGES: dict[str, Callable[[service, str], None]] = {
    "missing": lambda at, digest: at.remove(digest),
    "altered": lambda at, digest: at.write(digest, b"12345x789"),
    "truncated": lambda at, digest: at.write(digest, b"1234"),
}


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("problem", DAMAGES)
def test_damage_is_found_and_healed(
    store: ObjectStore,
    location: Path | str,
    tmp_path: Path,
    problem: str,
    durable: bool,
) -> None:
    tree = make(tmp_path / "in", {"good": b"1", "sub": {"bad": b"123456789"}})
    digest, file = store.put(tree).digest, store.put(tree / "sub/bad").digest
    DAMAGES[problem](service(location), file)

    [found] = store.verify(digest)
    assert (found.digest, found.problem) == (file, problem)
    assert (found.tree, found.path) == (digest, "sub/bad")
    [found] = store.verify_all()
    assert found.digest == file
    [found] = store.verify(file)
    assert found.problem == ("missing" if problem == "missing" else "altered")
    with pytest.raises(StoreError, match=file):
        store.materialize(digest, tmp_path / "out")
    assert not (tmp_path / "out").exists()

    assert store.put(tree, durable=durable).digest == digest

    assert store.is_intact(digest)
    assert list(store.verify_all()) == list(store.verify(digest)) == []
    store.materialize(digest, tmp_path / "out")
    assert read(tmp_path / "out") == read(tree)


def test_a_damaged_manifest_is_found_and_healed(
    store: ObjectStore, location: Path | str, tmp_path: Path
) -> None:
    tree = make(tmp_path / "in", TREE)
    digest, other = (
        store.put(tree).digest,
        store.put(make(tmp_path / "other", {})).digest,
    )
    with_other = b'{"format":"sweepflow tree","version":1}\n'
    assert other.startswith(hashlib.sha256(with_other).hexdigest())
    service(location).write(digest, with_other)

    assert list(store.verify(digest)) == [Damage(digest, "altered")]
    assert list(store.verify_all()) == [Damage(digest, "altered")]
    with pytest.raises(StoreError, match="damaged"):
        store.materialize(digest, tmp_path / "out")

    store.put(tree)
    assert list(store.verify_all()) == []


def test_a_check_of_everything_tells_how_far_it_is(
    store: ObjectStore, tmp_path: Path
) -> None:
    store.put(make(tmp_path / "in", {"a": b"1", "b": b"22"}))
    seen: list[tuple[str, int]] = []
    assert (
        list(store.verify_all(lambda digest, size: seen.append((digest, size)))) == []
    )
    assert sorted(digest for digest, _ in seen) == sorted(store.digests())
    assert {1, 2} < {size for _, size in seen}


def store_and_get(location: Path | str, path: Path) -> None:
    store = ObjectStore(location)
    store.put_bytes(b"")  # what is imported is not counted
    tracemalloc.start()
    digest = store.put(path).digest
    assert list(store.verify(digest)) == []
    store.materialize(digest, path.with_name("out"))
    assert store.size(digest) == path.stat().st_size


def test_a_large_file_comes_back_in_little_memory(
    location: Path | str, tmp_path: Path
) -> None:
    with (tmp_path / "in").open("wb") as file:
        for _ in range(64):
            file.write(secrets.token_bytes(1 << 20))
    peak = peak_memory(store_and_get, location, tmp_path / "in")
    assert (tmp_path / "in").read_bytes() == (tmp_path / "out").read_bytes()
    # A service gets and gives 16 MB at a time, of which its client makes copies.
    assert peak < (56 << 20 if isinstance(location, str) else 8 << 20)


def test_a_file_that_is_changed_while_it_is_stored_is_no_wrong_object(
    store: ObjectStore, location: Path | str, tmp_path: Path
) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITE, tmp_path / "in"], stdout=subprocess.PIPE
    )
    assert writer.stdout
    writer.stdout.readline()
    said: list[str] = []
    for _ in range(3):
        try:
            store.put(tmp_path / "in")
        except StoreError as error:
            said.append(error.message)
    writer.kill()
    writer.wait()
    writer.stdout.close()

    assert list(store.verify_all()) == []
    # A disk takes what it reads; a service is sent what was named before.
    assert bool(said) == isinstance(location, str)
    assert all("changed" in message for message in said)


WRITE = f"""
import sys
with open(sys.argv[1], "wb") as file:
    file.write(bytes({LARGE}))
    print("ready", flush=True)
    for n in range(10**9):
        file.seek(n * 4099 % {LARGE})
        file.write(b"%d" % n)
"""

PUT = """
import sys
from pathlib import Path
from sweepflow.store.objects import ObjectStore
store = ObjectStore(sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print(store.put(Path(sys.argv[2]), durable=sys.argv[3] == "True").digest)
"""


def putting(
    location: Path | str, path: Path, *, durable: bool
) -> subprocess.Popen[str]:
    """Start a process that is about to put a path, and goes on at a line of input."""
    process = subprocess.Popen(
        [sys.executable, "-c", PUT, str(location), str(path), str(durable)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.fixture
def sizeable(tmp_path: Path) -> Path:
    small: Content = {f"{n:03}": secrets.token_bytes(2000) for n in range(100)}
    large: Content = {"large": secrets.token_bytes(LARGE)}
    return make(tmp_path / "in", {"small": small, "large": large})


@pytest.mark.parametrize("durable", [True, False])
def test_a_killed_put_leaves_no_damage(
    store: ObjectStore, location: Path | str, sizeable: Path, durable: bool
) -> None:
    for n in range(6):
        with putting(location, sizeable, durable=durable) as process:
            assert process.stdin
            process.stdin.write("\n")
            process.stdin.flush()
            time.sleep(n * 0.07)
            process.send_signal(signal.SIGKILL)
        assert list(store.verify_all()) == []

    assert list(store.verify(store.put(sizeable).digest)) == []


def test_processes_store_the_same_at_once(
    store: ObjectStore, location: Path | str, sizeable: Path
) -> None:
    with ExitStack() as stack:
        processes = [
            stack.enter_context(putting(location, sizeable, durable=durable))
            for durable in (True, False, True)
        ]
        for process in processes:
            assert process.stdin
            process.stdin.write("\n")
            process.stdin.flush()
        digests = {process.communicate()[0].strip() for process in processes}

    assert digests == {store.put(sizeable).digest}
    assert list(store.verify_all()) == []
