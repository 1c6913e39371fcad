"""What of a run's folder is stored as what it made."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from tests.operations.running.bench import PYTHON, SH, need

if TYPE_CHECKING:
    from tests.operations.running.bench import Bench


def test_what_a_command_makes_is_stored_by_its_path(bench: Bench) -> None:
    script = "mkdir -p a/b empty .dot; echo 1 > a/b/x; echo 2 > y; echo 3 > .dot/z"
    ended = bench.run((*SH, script))
    assert list(ended.outputs) == [".dot/z", "a/b/x", "y"]
    assert [(out.type, out.filename, out.size) for out in ended.record.outputs] == [
        ("file", name, 2) for name in ("z", "x", "y")
    ]
    assert bench.read(ended, "a/b/x") == b"1\n"
    assert ended.facts["files"] == list(ended.outputs)


def test_what_is_stored_is_a_copy(bench: Bench) -> None:
    ended = bench.run((*SH, "echo 1 > x"))
    assert os.access(ended.folder / "x", os.W_OK)
    (ended.folder / "x").write_text("other")
    assert bench.read(ended, "x") == b"1\n"


def test_what_was_there_before_is_no_output_unless_it_was_changed(
    bench: Bench,
) -> None:
    bench.write("data/a.csv", "1")
    bench.write("copied/a.csv", "1")
    source = bench.source({"same": "1", "other": "1", "touched": "1", "gone": "1"})
    script = (
        "echo 2 > other; touch touched; rm gone; echo 9 > c.json; echo 1 > data/b; "
        "mkdir in/made; echo 1 > in/made/x; mkdir -p p/__pycache__ __pycache__; "
        "touch p/__pycache__/m.pyc __pycache__/n.pyc .sweepflow-x .attempts/1/x"
    )
    ended = bench.run(
        (*SH, script),
        source=source,
        files={"c.json": "{}", "d.json": "{}"},
        requirements=(
            need("file", "data"),
            need("file", "copied", target_path="in", target_type="copy"),
        ),
    )
    assert list(ended.outputs) == ["c.json", "in/made/x", "other"]
    assert ended.facts["inputs"] == ["data", "in/copied", "d.json", "same", "touched"]


def test_links_stand_for_what_the_run_made_and_for_nothing_else(bench: Bench) -> None:
    bench.write("data/a.csv", "1")
    bench.write("big", "1")
    script = (
        "mkdir -p ckpt/1 loop; echo w > ckpt/1/w; ln -s 1 ckpt/latest; ln -s .. loop/up"
        ";ln -s ckpt/1/w best; ln -s nowhere broken; ln -s circle circle;"
        "ln -s data mine; ln -s data/a.csv mine.csv; ln -s .attempts own;"
        "mkdir a b s; ln -s ../b a/x; ln -s ../a b/y; ln -s ../a s/in; echo w > a/w;"
        "ln -s $PROJECT_DIR/big big; ln -s /proc proc; ln -s ckpt/latest/w far"
    )
    ended = bench.run((*SH, script), requirements=(need("file", "data"),))
    made = ["a/w", "b/y/w", "best", "ckpt/1/w", "ckpt/latest/w", "far", "s/in/w"]
    assert list(ended.outputs) == made
    assert len(set(ended.outputs.values())) == 1
    assert set(ended.log.decode().splitlines()) == {
        f"warning: not stored: 'big': it is a link to {bench.project}/big",
        f"warning: not stored: 'mine.csv': it is a link to {bench.project}/data/a.csv",
        f"warning: not stored: 'mine': it is a link to {bench.project}/data",
        "warning: not stored: 'proc': it is a link to /proc",
    }


def test_what_cannot_be_stored_is_told_and_the_rest_is_stored(bench: Bench) -> None:
    make = "import os, socket\nopen('a\\nb', 'w'); open('é: 1 *', 'w')\n"
    make += "open(b'\\xff', 'w'); os.mkfifo('fifo')\n"
    make += "for n in range(20): os.mkfifo(f'many{n}')"
    ended = bench.run((*PYTHON, make))
    assert (ended.status, list(ended.outputs)) == ("completed", ["a\nb", "é: 1 *"])
    told = ended.log.decode().splitlines()
    assert len(told) == 11
    assert told[-1] == "warning: not stored: 12 more"
    bench.record(ended)


def test_many_files_are_stored_in_little_time(bench: Bench) -> None:
    make = "import os\nos.mkdir('d')\n"
    make += "for n in range(10_000): open(f'd/{n}', 'w').write(str(n))"
    ended = bench.run((*PYTHON, make))
    assert len(ended.outputs) == 10_000
    assert ended.record.cpu_seconds < 15
    shutil.rmtree(ended.folder)
