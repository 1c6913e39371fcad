"""What stands in the folder of a run before its command, and at a later start."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING

import pytest

from sweepflow.operations.running import Prepared
from sweepflow.store.objects.manifest import File
from sweepflow.store.store import Store
from tests.operations.running.bench import PYTHON, SH, need

if TYPE_CHECKING:
    from tests.operations.running.bench import Bench, Ended

SHOW = "find . -path ./.attempts -prune -o ! -type d -printf '%P %y %m %l\\n' | sort"


def shown(ended: Ended) -> list[str]:
    return ended.log.decode().splitlines()


@pytest.mark.parametrize("dest", ["", ".", "a/b"])
def test_the_source_is_the_runs_own_copy(bench: Bench, dest: str) -> None:
    digest = bench.source({"m.py": "print(1)", "pkg/run": "exit"}, "pkg/run")
    show = f"umask; cd './{dest}'; {SHOW}; echo changed > m.py"
    ended = bench.run((*SH, show), source=digest, source_dest=dest)
    mask, *files = shown(ended)
    mode = 0o666 & ~int(mask, 8)
    assert files == [
        f"m.py f {mode:o} ",
        f"pkg/run f {mode | 0o111 & ~int(mask, 8):o} ",
    ]
    inside = "" if dest in {"", "."} else f"{dest}/"
    assert ended.facts["inputs"] == [f"{inside}pkg/run"]
    assert list(ended.outputs) == [f"{inside}m.py"]
    with Store(bench.home) as store:
        assert not list(store.objects.verify(digest))


def test_files_are_written_before_the_command_and_are_no_outputs(bench: Bench) -> None:
    bench.write("c.yml", "project")
    source = bench.source({"c.yml": "source", "m.py": ""})
    ended = bench.run(
        (*SH, "cat c.yml"),
        source=source,
        files={"c.yml": "lr: 1é\n"},
        requirements=(need("file", "c.yml", replace_existing=True),),
    )
    assert ended.log.decode() == "lr: 1é\n"
    assert ended.outputs == {}
    assert (bench.project / "c.yml").read_text() == "project"
    assert set(ended.facts["inputs"]) == {"c.yml", "m.py"}


def test_a_file_of_the_source_that_is_damaged_in_the_store_is_told(
    bench: Bench,
) -> None:
    digest = bench.source({"m.py": "x = 1"})
    with Store(bench.home) as store:
        (entry,) = store.objects.entries(digest)
    assert isinstance(entry, File)
    stored = bench.home.root / "objects" / entry.digest[:2] / entry.digest[2:]
    stored.chmod(0o644)
    stored.write_text("x = 2")
    ended = bench.run((*SH, "true"), source=digest)
    assert ended.status == "failed"
    assert "damaged in the store: m.py" in ended.error


def test_a_folder_that_cannot_be_written_is_told(bench: Bench) -> None:
    source = bench.source({"m.py": ""})
    ended = bench.run((*SH, "true"), source=source, source_dest="x" * 300)
    assert ended.status == "failed"
    assert f"cannot write to the run's folder {ended.folder}" in ended.error
    assert "File name too long" in ended.error
    assert "SWEEPFLOW_HOME" in ended.error


def test_what_is_required_is_placed_and_told(bench: Bench) -> None:
    bench.write("data/a.csv", "1")
    bench.write("b.csv", "2")
    bench.write("c.yml", "lr: 1e-4\nn: 1\n")
    ended = bench.run(
        (*SH, "cat data/a.csv in/b.csv c.yml"),
        requirements=(
            need("file", "data"),
            need("file", "nope.csv", "b.csv", target_type="copy", target_path="in"),
            need("config", "c.yml"),
            need("file", "missing", optional=True),
            need("module", "json"),
        ),
        flags={"n": 5, "none": None},
    )
    assert ended.log.decode().splitlines() == [
        "cannot find missing; skipping because dependency is optional",
        "12lr: 1e-4",
        "n: 5",
    ]
    assert ended.facts["requirements"][:2] == [
        {
            "name": "file:data",
            "uri": "file:data",
            "run": None,
            "given": None,
            "placed": [
                {"path": "data", "source": f"{bench.project}/data", "how": "link"}
            ],
            "skipped": None,
        },
        {
            "name": "file:nope.csv",
            "uri": "file:nope.csv",
            "run": None,
            "given": "b.csv",
            "placed": [
                {
                    "path": "in/b.csv",
                    "source": f"{bench.project}/b.csv",
                    "how": "copy",
                }
            ],
            "skipped": None,
        },
    ]
    assert ended.placed["config:c.yml"] == ["c.yml"]
    assert "skipping" in ended.facts["requirements"][3]["skipped"]
    assert ended.facts["inputs"] == ["data", "in/b.csv", "c.yml"]
    assert ended.outputs == {}


def test_what_is_required_stands_before_the_source(bench: Bench) -> None:
    bench.write("data/a.csv", "required")
    bench.write("d.csv", "required")
    source = bench.source({"d.csv": "source", "data/a.csv": "source", "data/b": ""})
    ended = bench.run(
        (*SH, "cat d.csv data/a.csv; ls data"),
        source=source,
        requirements=(need("file", "d.csv"), need("file", "data")),
    )
    assert ended.log.decode() == "requiredrequireda.csv\n"
    assert (bench.project / "data" / "a.csv").read_text() == "required"
    assert not (bench.project / "data" / "b").exists()


def test_what_is_missing_fails_the_run_before_its_command(bench: Bench) -> None:
    ended = bench.run((*SH, "touch ran"), requirements=(need("file", "no.csv"),))
    assert ended.error.startswith("cannot find no.csv\nhint: ")
    assert (ended.record.outcome.exit_code, ended.outputs) == (None, {})
    ended = bench.run((*SH, "true"), "2", requirements=(need("operation", "prep"),))
    assert "no suitable run for prep" in ended.error
    [required] = ended.facts["requirements"]
    assert (required["name"], required["run"]) == ("operation:prep", None)
    optional = (need("operation", "prep", optional=True),)
    ended = bench.run((*SH, "true"), "3", requirements=optional)
    assert ended.status == "completed"
    assert "optional" in ended.facts["requirements"][0]["skipped"]


def test_a_run_gets_what_another_made_and_neither_its_source_nor_inputs(
    bench: Bench,
) -> None:
    bench.write("in.csv", "")
    source = bench.source({"prep.py": "x = 1", "state.txt": "0", "pkg/m.py": ""})
    make = "import json, pkg.m; open('data.txt', 'w').write('n=7'); print('ran')"
    prep = bench.run(
        (*PYTHON, f"{make}; open('state.txt', 'w').write('1')"),
        "prep",
        source=source,
        files={"c.json": "{}"},
        requirements=(need("file", "in.csv"),),
    )
    assert sorted(prep.outputs) == ["data.txt", "state.txt"]
    requires = (need("operation", "prep"),)
    train = bench.run(
        (*SH, "cat data.txt state.txt; echo > out.txt"),
        "train",
        requirements=requires,
        origins={"operation:prep": "prep"},
    )
    assert train.log == b"n=71"
    assert train.placed == {"operation:prep": ["data.txt", "state.txt"]}
    assert train.facts["requirements"][0]["run"] == "prep"
    assert (train.folder / "data.txt").readlink().as_posix() == "../prep/data.txt"
    test = bench.run(
        (*SH, "ls"),
        "test",
        requirements=(need("operation", "train"),),
        origins={"operation:train": "train"},
    )
    assert test.log == b"out.txt\n"


def test_what_a_running_one_required_is_known_not_to_be_made_by_it(
    bench: Bench,
) -> None:
    bench.write("in.csv", "")
    source = bench.source({"m.py": ""})
    first = bench.start(
        (*SH, "touch begun; while [ ! -e end ]; do sleep 0.05; done"),
        source=source,
        requirements=(need("file", "in.csv"),),
    )
    first.wait_for("begun")
    second = bench.run(
        (*SH, "ls"),
        "2",
        requirements=(need("operation", "first"),),
        origins={"operation:first": "1"},
    )
    (first.folder / "end").touch()
    assert first.end().status == "completed"
    assert second.log == b"begun\n"


def test_a_restart_keeps_what_the_run_has_and_made(bench: Bench) -> None:
    bench.write("d.csv", "1")
    old = bench.source({"m.py": "1", "gone.py": "", "state": "0", "used.py": ""})
    requires = (need("file", "d.csv", target_type="copy"), need("config", "c.yml"))
    bench.write("c.yml", "n: 0\n")
    script = "cat c.yml d.csv; echo 1 > state; echo 2 > d.csv; echo > made; rm used.py"
    bench.run((*SH, f"{script}; exit 1"), source=old, requirements=requires)
    bench.write("d.csv", "3")
    new = bench.source({"m.py": "2", "state": "5", "new.py": ""})
    ended = bench.run(
        (*SH, "cat d.csv c.yml m.py state; ls *.py"),
        source=new,
        requirements=requires,
        flags={"n": 9},
    )
    assert ended.status == "completed"
    assert shown(ended) == ["2", "n: 9", "21", "m.py", "new.py"]
    assert sorted(ended.outputs) == ["made", "state"]
    assert sorted(ended.facts["inputs"]) == ["c.yml", "d.csv", "m.py", "new.py"]


def test_a_restart_resolves_again_what_is_from_elsewhere_or_always_is(
    bench: Bench,
) -> None:
    for run_id, names in (("a", "x y"), ("b", "x z")):
        bench.run((*SH, f"for n in {names}; do echo {run_id} > $n; done"), run_id)
    bench.write("d.csv", "1")
    bench.write("e.csv", "1")
    always = partial(need, "file", target_type="copy", always_resolve=True)
    requires = (
        need("operation", "prep"),
        always("d.csv", replace_existing=True),
        always("e.csv"),
        need("file", "later", optional=True),
    )
    first = bench.run(
        (*SH, "cat x; ls"), requirements=requires, origins={"operation:prep": "a"}
    )
    assert shown(first)[1:] == ["a", "d.csv", "e.csv", "x", "y"]
    for name in ("d.csv", "e.csv", "later"):
        bench.write(name, "2")
    second = bench.run(
        (*SH, "ls; cat x d.csv e.csv"),
        requirements=requires,
        origins={"operation:prep": "b"},
    )
    assert shown(second) == [
        "warning: e.csv is there already; left as it is",
        *("d.csv", "e.csv", "later", "x", "z", "b", "21"),
    ]
    assert second.facts["requirements"][0]["run"] == "b"
    assert second.placed == {
        "operation:prep": ["x", "z"],
        "file:d.csv": ["d.csv"],
        "file:e.csv": ["e.csv"],
        "file:later": ["later"],
    }
    bench.write("f.csv", "3")
    given = (need("file", "d.csv", "f.csv"),)
    third = bench.run((*SH, "cat f.csv"), requirements=given)
    assert (third.log, third.placed) == (b"3", {"file:d.csv": ["f.csv"]})


def test_a_restart_writes_through_no_link_that_the_run_made(bench: Bench) -> None:
    source = bench.source({"pkg/m.py": "1", "n.py": "1"})
    other = bench.project / "other"
    other.mkdir()
    link = f"mv pkg old; ln -s {other} pkg; ln -s {other}/n n; mv n n.py"
    bench.run((*SH, link), source=source)
    bench.run((*SH, "true"), source=bench.source({"pkg/m.py": "2", "n.py": "2"}))
    assert list(other.iterdir()) == []


def test_a_start_that_was_cut_off_is_made_good(bench: Bench) -> None:
    bench.write("data/a", "whole")
    source = bench.source({"m.py": "whole"})
    requires = (need("file", "data", target_type="copy"),)
    bench.run((*SH, "true"), source=source, requirements=requires)
    folder = bench.home.run("1")
    (folder / ".attempts" / "prepared.json").write_text("{")
    (folder / "data" / "a").write_text("ha")
    (folder / "m.py").write_text("ha")
    ended = bench.run((*SH, "cat data/a m.py"), source=source, requirements=requires)
    assert ended.log == b"wholewhole"


def test_what_a_run_made_is_brought_back_where_its_folder_is_gone(
    bench: Bench,
) -> None:
    prep = bench.run((*SH, "mkdir sub; echo 1 > sub/a; echo 2 > b"), "prep")
    bench.record(prep)
    shutil.rmtree(prep.folder)
    requires = (need("operation", "prep"),)
    origins = {"operation:prep": "prep"}
    ended = bench.run(
        (*SH, "cat sub/a b"), "train", requirements=requires, origins=origins
    )
    assert ended.log == b"1\n2\n"
    prepared = Prepared.of(bench.home.run("prep"))
    assert prepared
    assert prepared.inputs == []
    origins = {"operation:prep": "none"}
    ended = bench.run((*SH, "true"), "x", requirements=requires, origins=origins)
    assert "none is gone" in ended.error


def test_what_is_required_elsewhere_is_not_there_as_source_too(bench: Bench) -> None:
    bench.write("d.csv", "1")
    ended = bench.run(
        (*SH, "ls; ls in"),
        source=bench.source({"d.csv": "1", "m.py": ""}),
        requirements=(need("file", "d.csv", target_path="in"),),
    )
    assert ended.log.decode().split() == ["in", "m.py", "d.csv"]
