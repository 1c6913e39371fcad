"""Files, folders and archives of the project."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.operations.requirements import RequirementError, link_name
from sweepflow.operations.requirements.place import target
from tests.operations.requirements.wanting import of_file, renamed, requirement

if TYPE_CHECKING:
    from pathlib import Path

    from tests.operations.requirements.wanting import Bench


def test_a_file_is_linked_by_a_relative_path(bench: Bench) -> None:
    bench.write("d.csv")
    bench.resolve(of_file("d.csv"))
    assert str((bench.places.run / "d.csv").readlink()) == "../../project/d.csv"
    assert bench.read("d.csv") == "d.csv"


def test_a_copy_is_the_runs_own(bench: Bench) -> None:
    bench.write("dir/in/f.txt").chmod(0o555)
    bench.resolve(of_file("dir", target_type="copy"))
    copy = bench.places.run / "dir" / "in" / "f.txt"
    assert not copy.is_symlink()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o755


def test_a_folder_is_whole_or_searched(bench: Bench) -> None:
    bench.write("dir/in/f.txt")
    bench.write("dir/g.txt")
    bench.resolve(of_file("dir"))
    assert bench.there == ["dir/g.txt", "dir/in/f.txt"]
    bench.resolve(of_file("dir", select=[r".*\.txt"]))
    assert bench.there == ["dir/g.txt", "dir/in/f.txt", "f.txt", "g.txt"]


def test_what_is_there_stays_unless_it_may_be_replaced(bench: Bench) -> None:
    bench.write("a.txt")
    bench.write("b.txt")
    bench.resolve(of_file("a.txt", target_type="copy"))
    bench.resolve(of_file("b.txt", rename=renamed("a.txt")))
    assert bench.read("a.txt") == "a.txt"
    assert bench.warnings == ["a.txt is there already; left as it is"]
    bench.resolve(of_file("b.txt", rename=renamed("a.txt"), replace_existing=True))
    assert bench.read("a.txt") == "b.txt"


def test_replacing_a_link_leaves_what_it_led_to(bench: Bench) -> None:
    kept = bench.write("dir/kept.txt")
    bench.resolve(of_file("dir"))
    bench.write("other")
    bench.resolve(of_file("other", rename=renamed("dir"), replace_existing=True))
    assert kept.read_text("utf-8") == "dir/kept.txt"
    assert bench.there == ["dir"]


def test_what_the_user_names_comes_instead(bench: Bench, tmp_path: Path) -> None:
    other = tmp_path / "e.csv"
    other.write_text("other", "utf-8")
    bench.resolve(of_file("d.csv", select=["d.csv"]), given=other)
    assert bench.read("e.csv") == "other"
    with pytest.raises(RequirementError, match=r"cannot find .*nope"):
        bench.resolve(of_file("d.csv"), given=tmp_path / "nope")


def test_a_missing_file_is_an_error_unless_it_is_optional(bench: Bench) -> None:
    with pytest.raises(RequirementError, match=r"cannot find nope.csv"):
        bench.resolve(of_file("nope.csv"))
    assert bench.resolve(of_file("nope.csv", optional=True)).skipped


def test_a_file_may_have_to_have_a_digest(bench: Bench) -> None:
    bench.write("d.csv", "x")
    digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    bench.resolve(of_file("d.csv", sha256=digest.upper()))
    with pytest.raises(RequirementError, match=f"has the sha256 {digest}, not abc"):
        bench.resolve(of_file("d.csv", sha256="abc"))


@pytest.mark.parametrize(
    "keys",
    [
        {"target_path": "../up"},
        {"target_path": "a/../../up"},
        {"target_path": "/abs"},
        {"rename": renamed("../d.csv")},
        {"rename": renamed("/abs")},
        {"rename": renamed("x/")},
        {"rename": renamed("")},
        {"rename": renamed("..")},
        {"rename": renamed(".")},
    ],
)
def test_nothing_goes_out_of_the_runs_folder(
    bench: Bench, keys: dict[str, Any]
) -> None:
    bench.write("d.csv")
    before = sorted(bench.places.run.parent.parent.rglob("*"))
    with pytest.raises(RequirementError) as caught:
        bench.resolve(of_file("d.csv", **keys))
    assert caught.value.hint
    assert sorted(bench.places.run.parent.parent.rglob("*")) == before


def test_nothing_is_written_through_a_link(bench: Bench) -> None:
    folder = bench.write("dir/f.txt").parent
    bench.write("d.csv")
    bench.resolve(of_file("dir"))
    with pytest.raises(RequirementError, match="where dir is a link to"):
        bench.resolve(of_file("d.csv", target_path="dir"))
    assert os.listdir(folder) == ["f.txt"]  # noqa: PTH208


@given(base=st.text("./a", max_size=8), name=st.text("./ab", max_size=8))
def test_a_target_is_below_the_runs_folder_or_refused(base: str, name: str) -> None:
    wanted = requirement("file", "f", target_path=base, rename=renamed(name))
    try:
        path = target(wanted, "f")
    except RequirementError:
        return
    inside = os.path.normpath(os.path.join("/run", path))  # noqa: PTH118
    assert inside.startswith("/run/")


def test_a_steps_link_has_a_plain_name() -> None:
    assert link_name("m:train x=1/2") == "m-train-x-1-2"
    assert link_name("a_2.b-C") == "a_2.b-C"


def archive(bench: Bench, name: str) -> None:
    files = {"a.txt": "A", "in/b.txt": "B"}
    path = bench.places.project / name
    if name.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as file:
            for inner, text in files.items():
                file.writestr(inner, text)
    else:
        mode = "w:gz" if name.endswith(("tgz", "gz")) else "w"
        with tarfile.open(path, mode) as tar:
            for inner, text in files.items():
                info = tarfile.TarInfo(f"./{inner}")
                info.size = len(text)
                tar.addfile(info, io.BytesIO(text.encode()))


@pytest.mark.parametrize("name", ["z.zip", "t.tar", "t.tgz", "t.tar.gz"])
def test_an_archive_stands_for_what_is_in_it(bench: Bench, name: str) -> None:
    archive(bench, name)
    bench.resolve(of_file(name))
    assert bench.there == ["a.txt", "in/b.txt"]
    bench.resolve(of_file(name, select=["in/.*"], target_path="p"))
    assert bench.read("p/b.txt") == "B"
    bench.resolve(of_file(name, unpack=False, target_path="q"))
    assert f"q/{name}" in bench.there


def test_a_compressed_file_is_one_file(bench: Bench) -> None:
    path = bench.places.project / "g.txt.gz"
    path.write_bytes(gzip.compress(b"text"))
    bench.resolve(of_file("g.txt.gz"))
    assert bench.read("g.txt") == "text"


def test_a_changed_archive_is_unpacked_again(bench: Bench) -> None:
    for text in (b"old", b"new"):
        path = bench.places.project / "g.gz"
        path.write_bytes(gzip.compress(text))
        bench.resolve(of_file("g.gz", replace_existing=True))
    assert bench.read("g") == "new"


def test_an_archive_that_leads_out_or_is_none_is_refused(bench: Bench) -> None:
    with tarfile.open(bench.places.project / "evil.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo("../../evil.txt"))
    bench.write("no.zip", "no archive")
    for name in ("evil.tar", "no.zip"):
        with pytest.raises(RequirementError, match="cannot unpack") as caught:
            bench.resolve(of_file(name))
        assert "unpack: no" in str(caught.value.hint)
    assert not list(bench.places.cache.parent.rglob("evil.txt"))
    assert not list((bench.places.cache / "unpacked").iterdir())
