"""How the command of a run is started, and how it ends."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.engine.processes import is_gone
from tests.operations.running.bench import PYTHON, SH

if TYPE_CHECKING:
    from tests.operations.running.bench import Bench

TELL = """
import json, os, sys
print(json.dumps([os.getcwd(), dict(os.environ), sys.path, sys.stdin.read()]))
"""


def test_a_command_that_succeeds_completes_its_run(bench: Bench) -> None:
    ended = bench.run((*SH, "echo hello; echo loss: 0.5; echo oops >&2; echo x > out"))
    assert (ended.status, ended.record.outcome.exit_code) == ("completed", 0)
    assert ended.log == b"hello\nloss: 0.5\noops\n"
    assert ended.scalars["loss"].last == 0.5
    assert bench.read(ended, "out") == b"x\n"
    assert ended.facts == {
        "folder": str(bench.project),
        "file": "guild.yml",
        "requirements": [],
        "inputs": [],
        "files": ["out"],
        "compare": [],
        "objective": None,
    }


@pytest.mark.parametrize(
    ("script", "code", "error"),
    [
        ("exit 3", 3, "exit status 3"),
        ("exit 255", 255, "exit status 255"),
        ("kill -9 $$", -9, "killed by SIGKILL"),
        ("kill -SEGV $$", -11, "killed by SIGSEGV"),
        ("kill -40 $$", -40, "killed by"),
    ],
)
def test_a_command_that_fails_says_how_and_what_it_made_is_told(
    bench: Bench, script: str, code: int, error: str
) -> None:
    ended = bench.run((*SH, f"echo a: 1; touch out; {script}"))
    assert (ended.status, ended.record.outcome.exit_code) == ("failed", code)
    assert ended.error.startswith(error)
    assert ended.scalars["a"].count == 1
    assert ended.facts["files"] == ["out"]
    assert ended.outputs == {}


@pytest.mark.parametrize(
    ("program", "told", "hint"),
    [
        ("no-such-program", "No such file", "install it"),
        ("./there.sh", "Permission denied", "chmod +x"),
        ("./no_line", "Exec format", "#!/bin/sh"),
        ("./bad_line", "No such file", "first line"),
        ("/", "Permission denied", "chmod"),
        ("x\0", "null", ""),
    ],
)
def test_what_cannot_be_started_says_why_and_what_to_do(
    bench: Bench, program: str, told: str, hint: str
) -> None:
    files = {"there.sh": "exit", "no_line": "x", "bad_line": "#!/no/such\n"}
    source = bench.source(files, "no_line", "bad_line")
    ended = bench.run((program, "x"), source=source)
    assert (ended.status, ended.record.outcome.exit_code) == ("failed", None)
    assert ended.error.startswith(f"cannot run {program}: ")
    assert told in ended.error
    assert hint in ended.error


def test_a_command_has_its_folder_and_its_environment(bench: Bench) -> None:
    bench.environment = {"PYTHONPATH": "/before", "A": "1", "B": "1"}
    source = bench.source({"m.py": ""})
    ended = bench.run(
        (*PYTHON, TELL),
        "abc",
        source=source,
        source_dest="code",
        environment={"B": "2", "FLAG_X": "", "RUN_ID": "no"},
        python_path=("lib", "/other"),
    )
    folder, environment, path, stdin = json.loads(ended.log)
    assert folder == str(bench.home.run("abc")) == str(ended.folder)
    told = {
        "A": "1",
        "B": "2",
        "FLAG_X": "",
        "RUN_ID": "abc",
        "RUN_DIR": folder,
        "PROJECT_DIR": str(bench.project),
        "SWEEPFLOW_HOME": str(bench.home.root),
        "PYTHONUNBUFFERED": "1",
    }
    assert told.items() <= environment.items()
    paths = [f"{folder}/code", f"{bench.project}/lib", "/other", "/before"]
    assert environment["PYTHONPATH"].split(":") == paths
    assert [entry for entry in path if entry in paths] == paths
    assert stdin == ""


def test_without_a_copy_of_the_source_modules_are_those_of_the_project(
    bench: Bench,
) -> None:
    bench.write("mine.py", "print('here', __file__)")
    ended = bench.run((*PYTHON, "import mine"), source_dest=None)
    assert ended.log == f"here {bench.project}/mine.py\n".encode()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_interrupted_tells_what_there_was(
    bench: Bench, signum: signal.Signals
) -> None:
    started = bench.start((*SH, "echo a: 1; touch begun; sleep 60; echo never"))
    started.wait_for("begun")
    started.worker.send_signal(signum)
    ended = started.end()
    assert (ended.status, ended.error) == (
        "interrupted",
        f"interrupted by {signum.name}",
    )
    assert ended.record.outcome.exit_code is not None
    assert ended.scalars["a"].last == 1
    assert ended.facts["files"] == ["begun"]
    assert b"never" not in ended.log


def test_signals_mean_to_the_command_what_they_always_do(bench: Bench) -> None:
    tell = "import signal as s; print([s.getsignal(n) for n in (1, 2, 15)], flush=True)"
    ended = bench.run((*PYTHON, tell))
    assert ended.log == (
        b"[<Handlers.SIG_DFL: 0>, <built-in function default_int_handler>, "
        b"<Handlers.SIG_DFL: 0>]\n"
    )


def test_a_command_may_end_its_own_group_and_succeed(bench: Bench) -> None:
    script = "sleep 60 & trap '' TERM; echo a: 1; kill 0; wait; echo done > out"
    ended = bench.run((*SH, script))
    assert ended.status == "completed"
    assert list(ended.outputs) == ["out"]
    assert ended.scalars["a"].last == 1


def test_a_command_may_end_well_when_it_is_interrupted_and_the_run_has_not(
    bench: Bench,
) -> None:
    script = "trap 'echo saved > saved; exit 0' TERM; touch begun; sleep 60 & wait"
    started = bench.start((*SH, script))
    started.wait_for("begun")
    started.worker.send_signal(signal.SIGTERM)
    ended = started.end()
    assert ended.status == "interrupted"
    assert ended.facts["files"] == ["begun", "saved"]


def test_a_run_that_takes_too_long_tells_what_there_was(bench: Bench) -> None:
    bench.timeout = 1.5
    ended = bench.run((*SH, "echo a: 1; sleep 60"))
    assert (ended.status, ended.error) == ("failed", "timed out")
    assert ended.scalars["a"].last == 1


def test_what_a_command_leaves_behind_does_not_hold_its_run(bench: Bench) -> None:
    ended = bench.run((*SH, "(while :; do echo a: 1; done) & echo $! > pid; echo b: 2"))
    pid = int((ended.folder / "pid").read_text())
    try:
        assert ended.status == "completed"
        assert ended.scalars["b"].last == 2
        os.kill(pid, 0)
    finally:
        os.kill(pid, signal.SIGKILL)
    assert is_gone(pid)


def test_a_flood_of_output_is_kept_and_read(bench: Bench) -> None:
    line = "x" * 99
    script = f"yes {line} | head -c 50000000; echo; echo loss: 0.25"
    ended = bench.run((*SH, script))
    assert ended.record.cpu_seconds < 15
    assert len(ended.log) == 50_000_000 + len("\nloss: 0.25\n")
    assert ended.scalars["loss"].last == 0.25
    assert ended.record.max_rss < 200 << 20


def test_output_without_lines_or_meaning_is_kept(bench: Bench) -> None:
    script = (
        "head -c 3000000 /dev/zero; printf '\\377\\nloss: 1\\n'; head -c 99 /dev/zero"
    )
    ended = bench.run((*SH, script))
    assert ended.status == "completed"
    assert ended.log == bytes(3_000_000) + b"\xff\nloss: 1\n" + bytes(99)
    assert ended.scalars["loss"].last == 1


def test_scalars_are_what_the_operation_says(bench: Bench) -> None:
    script = "echo loss=1; echo lr: 2; echo acc: 3"
    ended = bench.run((*SH, script), flag_names=("lr",))
    assert list(ended.scalars) == ["acc"]
    patterns = ({"loss": r"loss=(\S+)"},)
    ended = bench.run((*SH, script), "2", output_scalars=patterns)
    assert list(ended.scalars) == ["loss"]
    ended = bench.run((*SH, script), "3", output_scalars=())
    assert list(ended.scalars) == []
    ended = bench.run((*SH, "touch out"), "4", output_scalars=("(",))
    assert "no regular expression" in ended.error
    assert not (ended.folder / "out").exists()


def test_too_many_names_of_scalars_are_told(bench: Bench) -> None:
    ended = bench.run((*SH, "seq 1 1500 | sed 's/^/n/; s/$/: 1/'"))
    assert len(ended.scalars) == 1000
    assert b"warning: 'n1001' and other numbers are not recorded" in ended.log
