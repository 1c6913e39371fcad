from __future__ import annotations

import json
import os
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.store.ledger import Ledger
from sweepflow.store.records import Reuse
from tests.cli.conftest import SWEEPFLOW

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

JOBS = """
jobs:
  good: {run: echo hello, sets: [{each: 'a=1:3'}]}
  bad: {run: sh -c 'exit 3'}
"""


@pytest.fixture
def ran(shell: Shell) -> Shell:
    shell.write(JOBS)
    shell.sweepflow("run", "good")
    shell.sweepflow("run", "bad")
    return shell


def listed(shell: Shell, *args: str) -> list[dict[str, Any]]:
    return json.loads(shell.sweepflow("runs", "list", "--json", *args).stdout)


def test_are_listed_newest_first(ran: Shell) -> None:
    assert [run["task"] for run in listed(ran)] == [
        "bad.1",
        "good.3",
        "good.2",
        "good.1",
    ]
    table = ran.sweepflow("runs").stdout.splitlines()
    header = ["run", "task", "status", "started", "took", "parameters"]
    assert table[0].split() == header
    assert [line.split()[0] for line in table[1:]] == ["1", "2", "3", "4"]
    assert "failed (3)" in table[1]
    assert table[-1].endswith("a=1")


def test_are_filtered(ran: Shell) -> None:
    assert [run["task"] for run in listed(ran, "--name", "bad")] == ["bad.1"]
    assert [run["task"] for run in listed(ran, "--status", "failed")] == ["bad.1"]
    assert [run["task"] for run in listed(ran, "-n", "2")] == ["bad.1", "good.3"]
    assert len(listed(ran, "-n", "0")) == 4
    assert len(ran.sweepflow("runs", "-n", "1").stdout.splitlines()) == 2
    assert ran.sweepflow("runs", "--name", "nope").stderr == "no such runs\n"


def test_info_tells_what_when_where_and_how(shell: Shell) -> None:
    for command in (
        "git init -q .",
        "git config user.email a@b",
        "git config user.name n",
    ):
        subprocess.run(command.split(), cwd=shell.cwd, check=True)
    shell.write(JOBS)
    subprocess.run(["git", "add", "-A"], cwd=shell.cwd, check=True)
    subprocess.run(["git", "commit", "-qm", "x"], cwd=shell.cwd, check=True)
    shell.sweepflow("run", "good", "a=7")
    shell.write(JOBS + "# changed\n")
    shell.sweepflow("run", "good", "a=8")

    dirty, clean = listed(shell)
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"],
        cwd=shell.cwd,
        check=True,
        capture_output=True,
        text=True,
    )
    assert clean["git_commit"] == dirty["git_commit"] == head.stdout.strip()
    assert (clean["git_dirty"], dirty["git_dirty"]) == (False, True)
    facts = json.loads(shell.sweepflow("runs", "info", clean["id"], "--json").stdout)
    assert facts["command"].startswith("echo hello --multirun a=7 ")
    assert facts["cwd"] == str(shell.cwd)
    assert facts["params"] == {"a": 7}
    assert facts["exit_code"] == 0
    assert facts["started_at"] <= facts["finished_at"]
    text = shell.sweepflow("runs", "info", clean["id"][:6]).stdout
    assert "status:     completed\n" in text
    assert "  a: 7\n" in text


def test_logs_gives_the_output(ran: Shell) -> None:
    run = listed(ran, "--name", "good")[0]
    assert ran.sweepflow("runs", "logs", run["id"]).stdout.startswith(
        "hello --multirun"
    )


def test_an_unknown_id_is_refused(ran: Shell) -> None:
    assert "no run has the id 'zzz'" in ran.bad("runs", "info", "zzz")
    assert "no run has the id 'zzz'" in ran.bad("runs", "logs", "zzz")


def test_there_may_be_none(shell: Shell) -> None:
    shell.write(JOBS)
    assert listed(shell) == []
    assert not (shell.cwd / ".sweepflow").exists()  # looking changes nothing


def test_a_home_of_ones_own(shell: Shell) -> None:
    shell.write(JOBS)
    shell.env["SWEEPFLOW_HOME"] = str(shell.cwd / "elsewhere")
    shell.sweepflow("run", "good")
    assert len(listed(shell)) == 3
    assert not (shell.cwd / ".sweepflow").exists()


def test_store_of_the_project_file(shell: Shell) -> None:
    shell.write(JOBS + "store: state\n")
    shell.sweepflow("run", "good")
    assert (shell.cwd / "state" / "ledger.db").exists()
    assert len(listed(shell)) == 3


def test_names_of_any_bytes_do_not_hide_the_commit(shell: Shell) -> None:
    shell.write(JOBS)
    name = "\udcff"
    shell.write("one", name)
    script = (
        "git init -q && git config core.quotePath false && git add . && "
        "git -c user.name=n -c user.email=e commit -qm first"
    )
    subprocess.run(script, shell=True, cwd=shell.cwd, check=True)
    shell.write("two", name)

    assert shell.sweepflow("run", "good").returncode == 0

    assert listed(shell)[0]["git_dirty"] is True


def test_control_characters_are_shown_as_escapes(shell: Shell) -> None:
    shell.write("jobs: {j: {run: echo, sets: [{each: \"a='x\\n\\e[31my'\"}]}}")
    assert shell.sweepflow("run", "j").returncode == 0

    [run] = listed(shell)
    table = shell.sweepflow("runs").stdout
    facts = shell.sweepflow("runs", "info", run["id"]).stdout

    assert run["params"] == {"a": "'x\n\x1b[31my'"}
    assert len(table.splitlines()) == 2
    for text in (table, facts):
        assert r"x\n\x1b[31my" in text
        assert "\x1b" not in text


def test_output_that_is_gone_is_said_to_be(ran: Shell) -> None:
    run = listed(ran, "--name", "bad")[0]
    facts = json.loads(ran.sweepflow("runs", "info", run["id"], "--json").stdout)
    Path(facts["output"]).unlink()

    result = ran.sweepflow("runs", "logs", run["id"])

    assert result.returncode == 1
    assert f"the output of run {run['id']} cannot be read" in result.stderr
    assert "No such file" in result.stderr


def test_a_store_that_cannot_be_written_is_read(ran: Shell) -> None:
    home = ran.cwd / ".sweepflow"
    before = listed(ran)
    subprocess.run(["chmod", "-R", "a-w", home], check=True)
    names = sorted(home.rglob("*"))
    # Root may write anyway, unless it gives up its powers.
    less = ["setpriv", "--bounding-set", "-all"] if os.geteuid() == 0 else []
    result = subprocess.run(
        [*less, *SWEEPFLOW, "runs", "list", "--json"],
        cwd=ran.cwd,
        env=ran.env,
        capture_output=True,
        check=False,
    )
    subprocess.run(["chmod", "-R", "u+w", home], check=True)

    assert result.returncode == 0, result
    assert json.loads(result.stdout) == before
    assert sorted(home.rglob("*")) == names


def test_a_cached_run_tells_where_its_outputs_are_from(ran: Shell) -> None:
    with closing(Ledger(ran.cwd / ".sweepflow" / "ledger.db")) as ledger:
        source = ledger.runs(name="good")[0]
        params = {"lr": 0.1, "names": ["é"], "text": "x"}
        run = replace(source, id="c0ffee", status="cached", params=params)
        run = replace(run, kind="workflow", cached_from=source.id, fingerprint="f")
        ledger.commit((), [Reuse(run, {}, {})])

    [facts] = listed(ran, "--status", "cached")
    text = ran.sweepflow("runs", "info", "c0ffee").stdout
    logs = ran.sweepflow("runs", "logs", "c0ffee")

    assert (facts["id"], facts["cached_from"]) == ("c0ffee", source.id)
    assert facts["params"] == params
    assert json.loads(
        ran.sweepflow("runs", "info", "c0ffee", "--json").stdout
    ) == facts | {
        "facts": {},
        "folder": str(ran.cwd / ".sweepflow" / "runs" / source.id),
        "output": None,
        "input_atoms": {},
        "output_atoms": {},
        "scalars": {},
        "steps": [],
    }
    assert f"status:     cached\ntaken from: {source.id}\n" in text
    assert "workflow:   good\n" in text
    assert '  lr: 0.1\n  names: ["é"]\n  text: x\n' in text
    assert "output:" not in text
    assert 'lr=0.1 names=["é"] text=x' in ran.sweepflow("runs").stdout
    assert (logs.returncode, logs.stdout) == (1, "")
    assert f"it took what run {source.id} had made" in logs.stderr


def test_a_ledger_of_ones_own(shell: Shell) -> None:
    shell.write(JOBS)
    shell.env["SWEEPFLOW_LEDGER"] = str(shell.cwd / "elsewhere" / "my.db")
    shell.sweepflow("run", "good")
    assert len(listed(shell)) == 3
    assert not (shell.cwd / ".sweepflow" / "ledger.db").exists()


@pytest.mark.postgres
def test_a_ledger_on_a_server(shell: Shell, postgres: str) -> None:
    shell.write(JOBS)
    shell.env["SWEEPFLOW_LEDGER"] = postgres
    shell.sweepflow("run", "good")
    runs = listed(shell)
    assert [run["task"] for run in runs] == ["good.3", "good.2", "good.1"]
    assert {run["status"] for run in runs} == {"completed"}
    assert "secret" not in "".join(
        path.read_text("utf-8", "replace")
        for path in (shell.cwd / ".sweepflow").rglob("*")
        if path.is_file()
    )
