"""`sweepflow run`, through the real command."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

GREET = """
jobs:
  greet:
    run: printf '%s\\n'
    add: hydra/launcher=basic
    sets:
      - each: name=ann,bob
        all: n=1:3
"""


def test_runs_a_command_for_each_combination(shell: Shell) -> None:
    shell.write(GREET)

    result = shell.sweepflow("run", "greet")

    assert result.returncode == 0
    assert "greet.1 | name=ann\ngreet.1 | n=1,2,3\n" in result.stdout
    assert "greet.2 | name=bob\n" in result.stdout
    assert "[2/2] greet.2 completed" in result.stderr
    assert "2 commands: 2 completed" in result.stderr


def test_the_command_line_has_the_documented_order(shell: Shell) -> None:
    shell.write(GREET)

    out = shell.sweepflow("run", "greet", "--dry-run", "--", "--extra", "a b").stdout

    first = shlex.split(out.splitlines()[0])
    assert first[:5] == ["printf", "%s\\n", "--multirun", "name=ann", "n=1,2,3"]
    assert first[5] == "hydra.job.name=greet"
    assert re.fullmatch(r"hydra\.sweep\.dir=multirun/[0-9a-f]+", first[6])
    assert first[7:] == ["hydra/launcher=basic", "--extra", "a b"]


def test_every_command_sweeps_into_a_folder_of_its_own(shell: Shell) -> None:
    shell.write("jobs: {j: {run: 'true', sets: [{each: 'a=1:50'}]}}")

    out = shell.sweepflow("run", "j", "--dry-run").stdout

    assert len(set(re.findall(r"sweep\.dir=(\S+)", out))) == 50


def test_a_dry_run_leaves_nothing_behind(shell: Shell) -> None:
    shell.write(GREET)
    shell.sweepflow("run", "greet", "--dry-run")
    assert [path.name for path in shell.cwd.iterdir()] == ["sweepflow.yaml"]


def test_a_dry_run_gives_the_plan_as_json(shell: Shell) -> None:
    shell.write(GREET)

    plan = json.loads(shell.sweepflow("run", "greet", "--dry-run", "--json").stdout)

    assert plan["name"] == "greet"
    assert [task["key"] for task in plan["tasks"]] == ["greet.1", "greet.2"]
    assert plan["tasks"][0]["command"]["argv"][3] == "name=ann"
    assert plan["tasks"][0]["params"] == {"name": "ann", "n": "1,2,3"}
    assert plan["tasks"][0]["after"] == []


class TestOverrides:
    def lines(self, shell: Shell, *args: str) -> list[list[str]]:
        result = shell.sweepflow("run", "greet", "--dry-run", *args)
        assert result.returncode == 0, result
        return [
            [word for word in shlex.split(line)[3:] if not word.startswith("hydra")]
            for line in result.stdout.splitlines()
        ]

    def test_win_over_each(self, shell: Shell) -> None:
        shell.write(GREET)
        assert self.lines(shell, "name=eve") == [["name=eve", "n=1,2,3"]]

    def test_win_over_all(self, shell: Shell) -> None:
        shell.write(GREET)
        assert self.lines(shell, "n=7") == [["name=ann", "n=7"], ["name=bob", "n=7"]]

    def test_are_sweep_expressions(self, shell: Shell) -> None:
        shell.write(GREET)
        lines = self.lines(shell, "name=x:k,(a,b)c", "n=1k,2k")
        assert lines == [
            ["name=x:k", "n=1000,2000"],
            ["name=ac", "n=1000,2000"],
            ["name=bc", "n=1000,2000"],
        ]

    def test_with_a_new_key_go_into_all(self, shell: Shell) -> None:
        shell.write(GREET)
        lines = self.lines(shell, "seed=1:3", "+new=5")
        assert lines[0] == ["name=ann", "n=1,2,3", "seed=1,2,3", "+new=5"]

    def test_are_one_word_each(self, shell: Shell) -> None:
        # The user's shell has taken the quotes away, as before Hydra's own overrides.
        shell.write(GREET)
        lines = self.lines(shell, "name=two words", "n=a#b")
        assert lines == [["name='two words'", "n=a#b"]]

    def test_win_over_the_names_that_jobs_get(self, shell: Shell) -> None:
        shell.write(GREET)
        out = shell.sweepflow("run", "greet", "--dry-run", "hydra.job.name=x").stdout
        assert out.count("hydra.job.name=x") == 2
        assert "hydra.job.name=greet" not in out

    def test_match_whatever_the_prefix(self, shell: Shell) -> None:
        shell.write("jobs: {greet: {run: 'true', sets: [{each: '+a=1,2'}]}}")
        result = shell.sweepflow("run", "greet", "--dry-run", "++a=3")
        assert result.stdout.count("++a=3") == 1
        assert "+a=1" not in result.stdout


def test_a_failure_does_not_stop_the_others(shell: Shell) -> None:
    shell.write("jobs: {j: {run: sh fail.sh, sets: [{each: 'a=1:3'}]}}")
    shell.write('echo "work on $2"; echo oops >&2; test $2 != a=2\n', "fail.sh")

    result = shell.sweepflow("run", "j")

    assert result.returncode == 1
    assert "j.3 | work on a=3" in result.stdout
    assert "3 commands: 2 completed, 1 failed" in result.stderr
    assert "j.2 failed: exit status 1\n  | work on a=2\n  | oops\n" in result.stderr
    [log] = re.findall(r"output: (\S+)", result.stderr)
    assert Path(log).read_text() == "work on a=2\noops\n"


def test_a_summary_names_no_log_that_is_not_there(shell: Shell) -> None:
    shell.write(
        "jobs: {j: {run: sh -c 'rm .sweepflow/runs/*/.attempts/1/output.log; exit 1'}}"
    )

    result = shell.sweepflow("run", "j")

    assert "j.1 failed: exit status 1\n" in result.stderr
    assert "output:" not in result.stderr


def test_a_ledger_that_fails_half_way_tells_how_far_it_came(shell: Shell) -> None:
    shell.write("jobs: {j: {run: sh break.sh, sets: [{each: 'a=1:5'}]}}")
    shell.write(
        "test $2 != a=3 || for f in .sweepflow/ledger.db*; do echo x >$f; done",
        "break.sh",
    )

    result = shell.sweepflow("run", "j")

    assert result.returncode == 1
    assert "5 commands: 2 completed, 3 not finished in" in result.stderr
    assert "error: the ledger" in result.stderr
    assert "Traceback" not in result.stderr


def test_fail_fast_stops_at_the_first_failure(shell: Shell) -> None:
    shell.write("jobs: {j: {run: 'false', sets: [{each: 'a=1:5'}]}}")

    result = shell.sweepflow("run", "j", "--fail-fast")

    assert result.returncode == 1
    assert "5 commands: 1 failed, 4 not started" in result.stderr


def test_submit_hands_over_one_file(shell: Shell) -> None:
    shell.write(
        "jobs: {j: {submit: 'python handler.py app.py',"
        " sets: [{each: 'a=1,2', all: \"b='x y'\"}, {each: c=3}]}}"
    )
    shell.write(
        "import sys, shlex, pathlib\n"
        "app, file = sys.argv[1:]\n"
        "pathlib.Path('seen').write_text(file)\n"
        "for line in open(file): print(app, shlex.split(line)[1:3])\n",
        "handler.py",
    )

    result = shell.sweepflow("run", "j")

    assert result.returncode == 0, result
    lines = [line.partition(" | ")[2] for line in result.stdout.splitlines()]
    assert lines == [
        "app.py ['a=1', \"b='x y'\"]",
        "app.py ['a=2', \"b='x y'\"]",
        "app.py ['c=3', 'hydra.job.name=j']",
    ]
    # It stays: a handler that queues is read later than it returns.
    kept = (shell.cwd / "seen").read_text()
    assert ".sweepflow/runs/" in kept
    assert len(Path(kept).read_text().splitlines()) == 3


def test_a_dry_run_of_submit_shows_the_handler_and_the_lines(shell: Shell) -> None:
    shell.write("jobs: {j: {submit: 'cat app', sets: [{each: 'a=1,2'}]}}")

    handler, *lines = shell.sweepflow("run", "j", "--dry-run").stdout.splitlines()

    assert shlex.split(handler)[:2] == ["cat", "app"]
    assert shlex.split(handler)[2].endswith("parameters.txt")
    assert [shlex.split(line)[:2] for line in lines] == [
        ["--multirun", "a=1"],
        ["--multirun", "a=2"],
    ]


def test_call_calls_a_function_of_the_working_directory(shell: Shell) -> None:
    shell.write("jobs: {j: {call: 'my.code.f first', sets: [{each: 'a=1,2'}]}}")
    shell.write("def f(args): print(args[:3])", "my/code.py")

    result = shell.sweepflow("run", "j")

    assert result.returncode == 0
    assert "j.2 | ['first', '--multirun', 'a=2']\n" in result.stdout
    dry = shell.sweepflow("run", "j", "--dry-run").stdout.splitlines()
    assert dry[1].startswith("my.code.f(['first', '--multirun', 'a=2', 'hydra.job")


def test_call_of_a_function_that_is_not_there_says_so(shell: Shell) -> None:
    shell.write("jobs: {j: {call: my.code.g}}")
    shell.write("def f(args): pass", "my/code.py")

    result = shell.sweepflow("run", "j")

    assert result.returncode == 1
    assert "| error: module 'my.code' has no function 'g'\n" in result.stdout
    assert "Traceback" not in result.stdout


def test_a_job_without_sets_runs_once(shell: Shell) -> None:
    shell.write("jobs: {j: {run: echo}}")
    out = shell.sweepflow("run", "j").stdout
    assert out.startswith("j.1 | --multirun hydra.job.name=j hydra.sweep.dir=multirun/")


def test_add_of_a_set_merges_with_the_jobs(shell: Shell) -> None:
    shell.write(
        "jobs: {j: {run: 'true', add: 'hydra/launcher=joblib hydra.launcher.n_jobs=2',"
        " sets: [{each: a=1}, {each: a=2, add: 'hydra/launcher=slurm x.cpus=4'}]}}"
    )
    out = shell.sweepflow("run", "j", "--dry-run").stdout.splitlines()
    assert out[0].endswith("hydra/launcher=joblib hydra.launcher.n_jobs=2")
    assert out[1].endswith("hydra/launcher=slurm hydra.launcher.n_jobs=2 x.cpus=4")


def test_says_once_that_two_items_are_two_sets(shell: Shell) -> None:
    shell.write(
        "jobs: {j: {run: 'true',"
        " sets: [{each: a=1}, {all: b=1}, {each: c=1}, {all: d=1}]}}"
    )
    result = shell.sweepflow("run", "j", "--dry-run")
    assert len(result.stdout.splitlines()) == 4
    assert result.stderr.count("note: ") == 1


def test_names_that_hydra_would_read_as_numbers_are_quoted(shell: Shell) -> None:
    shell.write("jobs: {1e3: {run: 'true'}, 'true': {run: 'true'}}")
    for name in ("1e3", "true"):
        out = shell.sweepflow("run", name, "--dry-run").stdout
        assert f"hydra.job.name='{name}'" in shlex.split(out)


class TestOutput:
    def test_of_any_bytes_is_kept_and_shown(self, shell: Shell) -> None:
        shell.write("jobs: {j: {run: sh cat.sh}}")
        shell.write("cat bytes", "cat.sh")
        written = b"[b]\xff\x00[/b]\r50%\r100%\n" + b"x" * (1 << 20) + b"\nend"
        (shell.cwd / "bytes").write_bytes(written)

        process = shell.start("run", "j")
        out, _ = process.communicate(timeout=60)

        assert process.returncode == 0
        assert out == b"j.1 | " + written.replace(b"\n", b"\nj.1 | ") + b"\n"
        [run] = json.loads(shell.sweepflow("runs", "list", "--json").stdout)
        logs = shell.start("runs", "logs", run["id"])
        assert logs.communicate(timeout=60)[0] == written

    def test_of_tasks_at_once_is_not_mixed_within_a_line(self, shell: Shell) -> None:
        shell.write("jobs: {j: {run: sh slow.sh, sets: [{each: 'a=1:4'}]}}")
        shell.write(
            "for i in 1 2 3 4 5; do printf 'one '; sleep 0.02; echo two; done",
            "slow.sh",
        )
        result = shell.sweepflow("run", "j", "--jobs", "4")
        assert {line.partition(" | ")[2] for line in result.stdout.splitlines()} == {
            "one two"
        }
        assert len(result.stdout.splitlines()) == 20

    def test_that_nobody_reads_is_kept_and_the_sweep_goes_on(
        self, shell: Shell
    ) -> None:
        shell.write("jobs: {j: {run: sh much.sh, sets: [{each: 'a=1:3'}]}}")
        shell.write("yes | head -c 1000000", "much.sh")
        process = shell.start("run", "j")
        assert process.stdout
        assert process.stderr
        process.stdout.read(1000)
        process.stdout.close()

        err = process.stderr.read()

        assert process.wait(timeout=30) == 0
        assert err.count(b"standard output takes no more (Broken pipe)") == 1
        assert b"3 commands: 3 completed" in err
        assert b"Traceback" not in err
        logs = (shell.cwd / ".sweepflow" / "runs").glob("*/.attempts/1/output.log")
        assert [log.stat().st_size for log in logs] == [1_000_000] * 3


def test_the_environment_and_the_working_directory_are_the_users(shell: Shell) -> None:
    shell.write(f"jobs: {{j: {{run: {sys.executable} look.py}}}}")
    look = "import json, os; print(json.dumps([os.getcwd(), dict(os.environ)]))"
    shell.write(look, "below/look.py")
    shell.env["MINE"] = "a\nb"
    project, shell.cwd = shell.cwd, shell.cwd / "below"

    result = shell.sweepflow("run", "j")

    cwd, env = json.loads(result.stdout.partition(" | ")[2])
    assert cwd == str(shell.cwd)  # where the user stands; the project is above
    env.pop("LC_CTYPE", None)  # of the interpreter's own making
    assert env.pop("SWEEPFLOW_ATTEMPT")  # where it may tell its numbers
    assert env == shell.env
    assert f"note: the project is {project / 'sweepflow.yaml'}" in result.stderr
    assert (project / ".sweepflow" / "ledger.db").exists()
    assert not (shell.cwd / ".sweepflow").exists()


BAD = {
    "no such job": ("run trian", "did you mean 'train'?"),
    "no command": ("run missing", "sweepflow.yaml:5:18: run of job 'missing'"),
    "no module": ("run nomodule", "no module 'nowhere'"),
    "a function without a module": ("run nofunction", "package.module.function"),
    "an expression of the file": ("run broken", "sweepflow.yaml:9:26: unknown suffix"),
    "an expression of the command line": ("run train lr=1,,2", "empty value"),
    "an unknown suffix": ("run train lr=1:3:K", "did you mean k?"),
    "an override without a value": ("run train lr", "lr"),
    "a range that is too long": ("run train lr=0:1000000000000", "--limit"),
    "a grid that is too large": ("run train a=1:3000 lr=1:3000", "--limit"),
    "an open quote": ("run quote", "quote"),
    "no positive number of jobs": ("run train --jobs 0", "--jobs"),
    "json without dry-run": ("run train --json", "hint: leave it out, or add --dry"),
    "no such file": ("run train --file no.yaml", "no.yaml"),
    "an unknown option": ("run train --nope", "--nope"),
}


@pytest.mark.parametrize(("command", "message"), BAD.values(), ids=BAD)
def test_bad_input_is_refused(shell: Shell, command: str, message: str) -> None:
    shell.write(
        "jobs:\n"
        "  train:\n"
        "    run: 'true'\n"
        "    sets: [{each: 'a=1 lr=1'}]\n"
        "  missing: {run: no-such-command}\n"
        "  nomodule: {call: nowhere.f}\n"
        "  nofunction: {call: f}\n"
        "  broken:\n"
        "    sets: [{each: 'a=1:3:exp'}]\n"
        "    run: 'true'\n"
        '  quote: {run: "echo \'open"}\n'
    )
    assert message in shell.bad(*command.split())
    assert not (shell.cwd / ".sweepflow").exists()


def test_the_limit_can_be_raised(shell: Shell) -> None:
    shell.write("jobs: {j: {run: 'true', sets: [{each: 'a=1:20'}]}}")
    assert "--limit" in shell.bad("run", "j", "--dry-run", "--limit", "10")
    assert shell.sweepflow("run", "j", "--dry-run", "--limit", "20").returncode == 0


def test_no_project_is_one_clear_message(shell: Shell) -> None:
    assert "no sweepflow.yaml or hydraflow.yaml" in shell.bad("run", "train")


def test_a_home_that_cannot_be_written_is_named(shell: Shell) -> None:
    shell.write(GREET)
    shell.write("", "file")
    shell.env["SWEEPFLOW_HOME"] = str(shell.cwd / "file" / "home")
    result = shell.sweepflow("run", "greet")
    assert result.returncode == 1
    assert "cannot write to" in result.stderr
    assert "Traceback" not in result.stderr
