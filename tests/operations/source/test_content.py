"""What is in files, and when it is read again."""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING

from sweepflow.operations.source import content
from sweepflow.operations.source.content import (
    content_of,
    digest_of,
    files_below,
    state_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_content_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    long = b"a" * (3 << 20)
    for data, text in ((b"", ""), (b"a\xc3\xa9", "aé"), (b"\xff", ""), (long, "")):
        path.unlink(missing_ok=True)
        path.write_bytes(data)
        found = content_of(str(path))
        assert found
        assert (found.digest, found.text) == (hashlib.sha256(data).hexdigest(), text)
    assert content_of(str(tmp_path)) is None
    assert content_of(str(tmp_path / "gone")) is None
    assert state_of(str(tmp_path / "go\0ne")) is None
    os.mkfifo(tmp_path / "pipe")
    assert content_of(str(tmp_path / "pipe")) is None


def test_a_file_is_read_again_whose_time_and_size_were_set_back(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("1")
    os.utime(path, (0, 0))
    time.sleep(0.1)
    first = content_of(str(path))
    assert content_of(str(path)) is first
    path.write_text("2")
    os.utime(path, (0, 0))
    second = content_of(str(path))
    assert second
    assert second.text == "2"


def test_what_has_just_changed_is_not_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock of a file system may stand still for the next change."""
    monkeypatch.setattr(content, "_TICK", 60 * 10**9)
    path = tmp_path / "x"
    path.write_text("1")
    first = content_of(str(path))
    assert content_of(str(path)) is not first


def test_the_digest_of_a_large_file_is_kept_for_other_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "_LARGE", 10)
    path, cache = tmp_path / "x", tmp_path / "home" / "digests"

    def digest() -> str | None:
        content._known.clear()  # pyright: ignore[reportPrivateUsage]
        return digest_of(str(path), cache)

    path.write_text("a" * 9)
    time.sleep(0.1)
    digest()
    assert not cache.exists()

    path.write_text("a" * 10)
    time.sleep(0.1)
    first = digest()
    (entry,) = cache.iterdir()
    assert first
    assert first == hashlib.sha256(b"a" * 10).hexdigest()
    entry.write_text(entry.read_text().replace(first, "taken from there"))
    assert digest() == "taken from there"

    entry.write_text("{")
    assert digest() == first
    path.write_text("b" * 10)
    time.sleep(0.1)
    second = digest()
    assert second == hashlib.sha256(b"b" * 10).hexdigest()
    assert digest() == digest_of(str(path), cache) == second
    assert list(cache.iterdir()) == [entry]
    path.unlink()
    assert digest() is None


def test_nothing_is_kept_where_nothing_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "_LARGE", 1)
    path = tmp_path / "x"
    path.write_text("1")
    time.sleep(0.1)
    assert digest_of(str(path), path / "no" / "folder") is not None


def test_the_files_below_a_folder(tmp_path: Path) -> None:
    for name in ("a/b/c", "a/d", "e"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (tmp_path / "in" / "up").symlink_to("a/..")
    (tmp_path / "in" / "again").symlink_to("a/b")
    (tmp_path / "in" / "e2").symlink_to("e")
    found = sorted(files_below(str(tmp_path / "in")))
    assert found == ["a/b/c", "a/d", "again/c", "e", "e2"]
    assert list(files_below(str(tmp_path / "gone"))) == []
