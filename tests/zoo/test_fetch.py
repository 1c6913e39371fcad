"""A public file is downloaded once, whole, or it is told how to put it there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from sweepflow.zoo.fetch import FetchError, fetch

if TYPE_CHECKING:
    from pathlib import Path

    from tests.zoo.conftest import Sources

URL = "https://files.example/a/data.jsonl"
KEY = "files.example/a/data.jsonl"


def test_a_file_is_downloaded_once(sources: Sources, tmp_path: Path) -> None:
    sources.files[KEY] = b"content"
    path = fetch(URL)
    assert path == tmp_path / "cache" / KEY
    assert path.read_bytes() == b"content"
    assert fetch(URL) == path
    assert sources.asked == [KEY]


def test_it_is_downloaded_again_when_asked_for(sources: Sources) -> None:
    sources.files[KEY] = b"old"
    fetch(URL)
    sources.files[KEY] = b"new"
    assert fetch(URL, refresh=True).read_bytes() == b"new"


def test_the_folder_can_be_chosen(sources: Sources, tmp_path: Path) -> None:
    sources.files[KEY] = b"content"
    assert fetch(URL, cache_dir=str(tmp_path / "mine")) == tmp_path / "mine" / KEY


@pytest.mark.parametrize("trouble", [["cut"], [503], [429, "cut"], [500, 502]])
def test_what_may_pass_is_tried_again(
    trouble: list[int | str], sources: Sources
) -> None:
    sources.files[KEY] = b"content"
    sources.trouble = list(trouble)
    assert fetch(URL).read_bytes() == b"content"
    assert len(sources.asked) == len(trouble) + 1


@pytest.mark.parametrize(
    ("trouble", "message", "attempts"),
    [
        ([404], "HTTP Error 404", 1),
        ([403], "HTTP Error 403", 1),
        ([503] * 3, "HTTP Error 503", 3),
        (["cut"] * 3, "ended before its 7 bytes", 3),
    ],
)
def test_a_failure_leaves_what_was_there(
    trouble: list[int | str],
    message: str,
    attempts: int,
    sources: Sources,
    tmp_path: Path,
) -> None:
    sources.files[KEY] = b"content"
    fetch(URL)
    sources.asked.clear()
    sources.trouble = list(trouble)
    with pytest.raises(FetchError, match=message):
        fetch(URL, refresh=True)
    assert len(sources.asked) == attempts
    folder = (tmp_path / "cache" / KEY).parent
    assert [file.name for file in folder.iterdir()] == ["data.jsonl"]
    assert fetch(URL).read_bytes() == b"content"


def test_without_a_network_it_is_told_where_to_put_the_file(
    tmp_path: Path, sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWEEPFLOW_ZOO_MIRROR", "http://127.0.0.1:1")
    place = tmp_path / "cache" / KEY
    with pytest.raises(FetchError, match=re.escape(str(place))) as caught:
        fetch(URL)
    assert f"http://127.0.0.1:1/{KEY} cannot be downloaded" in str(caught.value)
    place.write_bytes(b"by hand")
    assert fetch(URL).read_bytes() == b"by hand"
