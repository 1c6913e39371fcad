"""The walk over a plan: order, failures, records, events, signals."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from sweepflow.engine.events import TaskFinished, TaskOutput, TaskSkipped, TaskStarted
from sweepflow.engine.task import Call, Command, RunFile, Task
from sweepflow.errors import StoreError
from tests.engine.processes import is_gone, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.engine.events import Event
    from tests.engine.conftest import Bench


def test_tasks_run_in_the_order_of_the_plan(bench: Bench) -> None:
    report = bench.run(*(bench.sh(f"t{n}", f"echo {n} >> order") for n in range(5)))

    assert report.exit_status == 0
    assert (bench.cwd / "order").read_text().split() == list("01234")


def test_a_task_waits_for_those_before_it(bench: Bench) -> None:
    bench.run(
        bench.sh("last", "cat first second > both", after=("first", "second")),
        bench.sh("second", "echo 2 > second", after=("first",)),
        bench.sh("first", "sleep 0.2; echo 1 > first"),
        jobs=3,
    )

    assert (bench.cwd / "both").read_text().split() == ["1", "2"]


def test_jobs_is_how_many_run_at_a_time(bench: Bench) -> None:
    script = "echo x >> up; sleep 0.2; wc -l < up >> seen; sed -i 1d up"
    report = bench.run(*(bench.sh(f"t{n}", script) for n in range(6)), jobs=2)

    assert report.exit_status == 0
    started: list[str] = []
    most = 0
    for event in bench.events:
        if isinstance(event, TaskStarted):
            started.append(event.task.key)
        elif isinstance(event, TaskFinished):
            started.remove(event.task.key)
        most = max(most, len(started))
    assert most == 2


def test_a_failure_holds_up_only_what_waits_for_it(bench: Bench) -> None:
    report = bench.run(
        bench.sh("bad", "exit 3"),
        bench.sh("child", "touch child", after=("bad",)),
        bench.sh("grandchild", "touch grandchild", after=("child",)),
        bench.sh("other", "touch other"),
    )

    assert report.exit_status == 1
    assert {key: o.status for key, o in report.outcomes.items()} == {
        "bad": "failed",
        "child": "skipped",
        "grandchild": "skipped",
        "other": "completed",
    }
    assert report.outcomes["child"].error == "bad did not complete"
    assert (bench.cwd / "other").exists()
    assert not (bench.cwd / "child").exists()
    skipped = [e.task.key for e in bench.events if isinstance(e, TaskSkipped)]
    assert sorted(skipped) == ["child", "grandchild"]


def test_fail_fast_ends_what_runs_and_starts_no_more(bench: Bench) -> None:
    began = time.monotonic()
    report = bench.run(
        bench.sh("long", "sleep 60"),
        bench.sh("bad", "exit 1"),
        bench.sh("never", "touch never"),
        jobs=2,
        fail_fast=True,
    )

    assert time.monotonic() - began < 30
    assert report.outcomes["long"].status == "interrupted"
    assert report.outcomes["never"].status == "skipped"
    assert report.exit_status == 1


def test_every_run_is_recorded(bench: Bench) -> None:
    bench.run(bench.sh("good", "true"), bench.sh("bad", "exit 7"))

    bad, good = bench.ledger.runs()
    assert (good.task, good.status, good.exit_code) == ("good", "completed", 0)
    assert (bad.task, bad.status, bad.exit_code) == ("bad", "failed", 7)
    assert bad.error == "exit status 7"
    assert bad.command == "sh -c 'exit 7'"
    assert bad.cwd == str(bench.cwd)
    assert bad.plan_id == good.plan_id
    assert bad.seconds is not None
    assert bad.started_at >= good.started_at


def test_a_command_that_a_signal_killed_says_so(bench: Bench) -> None:
    report = bench.run(bench.sh("t", "kill -SEGV $$"))

    assert report.outcomes["t"].error == "killed by SIGSEGV"
    assert report.outcomes["t"].exit_code == -signal.SIGSEGV


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("no-such-command",), "no command 'no-such-command'"),
        (("/etc",), "/etc: Permission denied"),
        (("true", "x" * 200_000), "true: Argument list too long"),
    ],
)
def test_a_command_that_cannot_start_says_why(
    bench: Bench, argv: tuple[str, ...], message: str
) -> None:
    report = bench.run(Task("t", Command(argv, str(bench.cwd))))

    assert report.outcomes["t"].status == "failed"
    assert report.outcomes["t"].error == message


def test_a_working_directory_that_is_gone_is_named(bench: Bench) -> None:
    report = bench.run(Task("t", Command(("true",), str(bench.cwd / "gone"))))

    assert report.outcomes["t"].error == f"no folder {bench.cwd / 'gone'}"


@pytest.mark.parametrize(
    "written",
    [
        b"[bold]brackets[/bold] [/nope]\n",
        b"10%\r20%\r30%\n",
        b"\xff\xfe\x00 no text \x80\n",
        b"a line without an end",
        b"x" * (1 << 20) + b"\n",
    ],
    ids=["brackets", "progress bar", "no UTF-8", "no newline", "a megabyte"],
)
def test_output_is_kept_and_told_byte_for_byte(bench: Bench, written: bytes) -> None:
    (bench.cwd / "bytes").write_bytes(written)

    bench.run(bench.sh("t", "cat bytes"))

    finished = next(e for e in bench.events if isinstance(e, TaskFinished))
    assert finished.log.read_bytes() == written
    assert bench.written("t") == written


def test_output_comes_while_the_task_runs(bench: Bench) -> None:
    def answer(event: Event) -> None:
        if isinstance(event, TaskOutput):
            (bench.cwd / "heard").touch()

    bench.listeners.append(answer)
    script = "echo early; until [ -e heard ]; do sleep 0.05; done"
    report = bench.run(Task("t", bench.sh("t", script).action, timeout=20))

    assert report.exit_status == 0


def test_stdin_is_empty_and_the_environment_is_the_users(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = bench.run(bench.sh("t", "cat > in; env -0 > env; pwd > pwd"))

    assert report.exit_status == 0
    assert (bench.cwd / "in").read_bytes() == b""
    assert (bench.cwd / "pwd").read_text().strip() == str(bench.cwd)


def test_a_file_of_the_run_stands_for_its_path(bench: Bench) -> None:
    action = Command(("cat", RunFile("lines.txt", "a\nb\n")), str(bench.cwd))
    bench.run(Task("t", action))

    assert bench.written("t") == b"a\nb\n"
    [run] = bench.ledger.runs()
    kept = bench.home.attempt(run.id) / "lines.txt"
    assert kept.read_text() == "a\nb\n"
    assert run.command == "cat '<run>/lines.txt'"


def test_a_timeout_ends_the_task_and_its_children(bench: Bench) -> None:
    script = (
        "import subprocess, sys; p = subprocess.Popen(['sleep', '60']);"
        "open('child', 'w').write(str(p.pid)); p.wait()"
    )
    report = bench.run(bench.py("t", script, timeout=0.7))

    assert report.outcomes["t"].status == "failed"
    assert report.outcomes["t"].error == "timed out"
    assert is_gone(int((bench.cwd / "child").read_text()))


class TestCall:
    def call(self, bench: Bench, source: str, *args: str) -> Task:
        (bench.cwd / "mine").mkdir()
        (bench.cwd / "mine" / "code.py").write_text(source)
        return Task("t", Call("mine.code.function", args, str(bench.cwd)))

    def test_gets_the_list(self, bench: Bench) -> None:
        source = "def function(args): print(type(args).__name__, args)"
        report = bench.run(self.call(bench, source, "a=1", "b=x y"))

        assert report.exit_status == 0
        assert bench.written("t") == b"list ['a=1', 'b=x y']\n"

    def test_an_exception_fails_it_with_the_traceback_in_the_log(
        self, bench: Bench
    ) -> None:
        report = bench.run(self.call(bench, "def function(args): 1 / 0"))

        assert report.outcomes["t"].exit_code == 1
        assert b"ZeroDivisionError" in bench.written("t")

    @pytest.mark.parametrize(
        ("code", "status"), [("", 0), ("4", 4), ("'words'", 1), ("True", 1)]
    )
    def test_an_exit_is_an_exit(self, bench: Bench, code: str, status: int) -> None:
        source = f"def function(args): raise SystemExit({code})"
        report = bench.run(self.call(bench, source))

        assert report.outcomes["t"].exit_code == status

    def test_is_over_when_its_threads_and_exit_functions_are(
        self, bench: Bench
    ) -> None:
        source = (
            "import atexit, threading, time\n"
            "def work(): time.sleep(0.3); print('thread', flush=True)\n"
            "def function(args):\n"
            "    threading.Thread(target=work).start()\n"
            "    atexit.register(print, 'at exit')\n"
        )
        report = bench.run(self.call(bench, source))

        assert report.exit_status == 0
        assert bench.written("t") == b"thread\nat exit\n"

    def test_may_close_its_output(self, bench: Bench) -> None:
        source = "import sys\ndef function(args): print('done'); sys.stdout.close()"
        report = bench.run(self.call(bench, source))

        assert report.outcomes["t"].status == "completed"
        assert bench.written("t") == b"done\n"

    def test_has_its_own_process(self, bench: Bench) -> None:
        source = "import os, sys\ndef function(args): print(os.getpid(), os.getpgid(0))"
        bench.run(self.call(bench, source))

        pid, group = bench.written("t").split()
        assert pid == group != str(os.getpid()).encode()


class TestSignals:
    def interrupt_when(self, path: Path, *signums: int) -> threading.Thread:
        def wait_and_kill() -> None:
            wait_for(path)
            for signum in signums:
                os.kill(os.getpid(), signum)
                time.sleep(0.3)

        thread = threading.Thread(target=wait_and_kill)
        thread.start()
        return thread

    def test_one_is_passed_on_and_nothing_new_is_started(self, bench: Bench) -> None:
        script = "trap 'echo got it; exit 5' TERM; touch up; while :; do sleep 1; done"
        thread = self.interrupt_when(bench.cwd / "up", signal.SIGTERM)
        report = bench.run(bench.sh("t", script), bench.sh("never", "touch never"))
        thread.join()

        assert report.exit_status == 128 + signal.SIGTERM
        assert report.outcomes["t"].status == "interrupted"
        assert report.outcomes["t"].exit_code == 5
        assert report.outcomes["never"].status == "skipped"
        assert b"got it\n" in bench.written("t")
        assert bench.ledger.runs()[0].error == "interrupted by SIGTERM"

    def test_a_second_one_kills(self, bench: Bench) -> None:
        script = "trap '' INT TERM; touch up; while :; do sleep 0.1; done"
        thread = self.interrupt_when(bench.cwd / "up", signal.SIGINT, signal.SIGINT)
        began = time.monotonic()
        report = bench.run(bench.sh("t", script))
        thread.join()

        assert report.exit_status == 128 + signal.SIGINT
        assert time.monotonic() - began < 8
        assert report.outcomes["t"].exit_code == -signal.SIGKILL

    def test_everyone_in_the_group_has_time_to_end(self, bench: Bench) -> None:
        # The shell dies of the signal at once; the program behind it saves its work.
        (bench.cwd / "save.py").write_text(
            "import signal, sys, time\n"
            "def save(*_): time.sleep(1); open('saved', 'w').close(); sys.exit()\n"
            "signal.signal(signal.SIGTERM, save)\n"
            "open('up', 'w').close()\n"
            "time.sleep(60)\n"
        )
        thread = self.interrupt_when(bench.cwd / "up", signal.SIGTERM)
        bench.run(bench.sh("t", f"{sys.executable} save.py; true"))
        thread.join()

        assert (bench.cwd / "saved").exists()

    def test_a_child_in_a_group_of_its_own_ends_too(self, bench: Bench) -> None:
        script = "timeout 60 sh -c 'echo $$ > pid; mv pid up; sleep 60'; true"
        thread = self.interrupt_when(bench.cwd / "up", signal.SIGTERM)
        bench.run(bench.sh("t", script))
        thread.join()

        assert is_gone(int((bench.cwd / "up").read_text()))

    def test_children_end_with_the_task(self, bench: Bench) -> None:
        script = "sleep 60 & echo $! > child; trap 'exit 0' INT; touch up; wait"
        thread = self.interrupt_when(bench.cwd / "up", signal.SIGINT)
        bench.run(bench.sh("t", script))
        thread.join()

        assert is_gone(int((bench.cwd / "child").read_text()))

    def test_the_handlers_are_put_back(self, bench: Bench) -> None:
        before = signal.getsignal(signal.SIGTERM)
        bench.run(bench.sh("t", "true"))
        assert signal.getsignal(signal.SIGTERM) is before


def test_a_run_folder_that_cannot_be_written_fails_its_task(bench: Bench) -> None:
    (bench.home.root / "runs").write_text("in the way")

    report = bench.run(bench.sh("t", "true"))

    assert report.outcomes["t"].status == "failed"
    assert "cannot write" in (report.outcomes["t"].error or "")
    assert bench.ledger.runs()[0].status == "failed"


def test_a_damaged_ledger_is_reported(bench: Bench) -> None:
    bench.ledger.close()
    for path in bench.home.root.glob("ledger.db*"):
        path.write_bytes(b"this is no database, and was none" * 500)

    with pytest.raises(StoreError, match="cannot be used"):
        bench.run(bench.sh("t", "true"))
