"""From files to data."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import polars as pl
import pytest

from sweepflow.atom import Atom, AtomError, loaders, register_loader

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.store.store import Store


@pytest.fixture
def own_loaders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what a test registers be gone after it."""
    monkeypatch.setattr(loaders, "_loaders", {})


@pytest.mark.parametrize(
    ("name", "content", "data"),
    [
        (
            "a.jsonl",
            b'{"a": 1}\n\n  \n{"a": "\xe2\x80\xa8"}',
            [{"a": 1}, {"a": "\u2028"}],
        ),
        ("a.jsonl", b"", []),
        ("A.JSON", b'\xef\xbb\xbf{"a": [1]}', {"a": [1]}),
        ("a.txt", "é\r\n".encode(), "é\r\n"),
        ("a.md", b"# x", "# x"),
        ("a.bin", b"\x00\xff", b"\x00\xff"),
        ("a", b"{}", b"{}"),
        ("a.pkl", b"cos\nsystem\n(S'exit 1'\ntR.", b"cos\nsystem\n(S'exit 1'\ntR."),
    ],
)
def test_the_suffix_says_how_to_read(
    store: Store, tmp_path: Path, name: str, content: bytes, data: object
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "folder" / "deep" / name).write_bytes(content)

    assert Atom.create("t", tmp_path / name).load() == data
    assert Atom.create("t", tmp_path / "folder").load() == data


def test_parquet_is_a_frame(store: Store, tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
    frame.write_parquet(tmp_path / "a.parquet")
    assert Atom.create("t", tmp_path / "a.parquet").load().equals(frame)


def test_without_polars_it_says_what_to_install(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.parquet").write_bytes(b"")
    atom = Atom.create("t", tmp_path / "a.parquet")
    with pytest.raises(AtomError, match="not a Parquet file"):
        atom.load()
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(AtomError, match="pip install polars"):
        atom.load()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b'{}\n\n{"a": }\n', r"a\.jsonl:3: not valid JSON: Expecting value"),
        ("a.jsonl", b'{}\n"\xff"', r"a\.jsonl:2: not valid JSON: it is not in UTF-8"),
        ("a.jsonl", b"[" * 100_000, r"a\.jsonl:1: not valid JSON"),
        ("a.json", b'{\n"a": 1,\n}', r"a\.json:\d: not valid JSON"),
        ("a.json", b"", r"a\.json:1: not valid JSON"),
        ("a.txt", b"abc\xff", r"a\.txt: not text in UTF-8, from byte 3 on"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(
    store: Store, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AtomError, match=message):
        Atom.create("t", tmp_path / name).load()


@pytest.mark.parametrize("names", [[], ["a", "b"]])
def test_a_folder_without_a_single_file_needs_a_loader(
    store: Store, own_loaders: None, tmp_path: Path, names: list[str]
) -> None:
    (tmp_path / "folder").mkdir()
    for name in names:
        (tmp_path / "folder" / name).write_text(name)
    atom = Atom.create("t", tmp_path / "folder")
    with pytest.raises(AtomError, match=r"a folder with (no|more than one) file"):
        atom.load()

    register_loader("t", lambda path: sorted(file.name for file in path.iterdir()))
    assert atom.load() == names


def test_a_registered_loader_is_for_its_type(store: Store, own_loaders: None) -> None:
    @register_loader("loud")
    def shout(path: Path) -> str:
        return path.read_text().upper()

    assert Atom.create("loud", data="hello").load() == "HELLO"
    assert Atom.create("quiet", data="hello").load() == "hello"
    assert callable(shout)


@pytest.mark.parametrize("type_", ["", "a-b", "x" * 65])
def test_a_loader_for_no_type_is_refused(own_loaders: None, type_: str) -> None:
    with pytest.raises(AtomError, match="cannot be the type"):
        register_loader(type_, str)
