"""`sweepflow cache`: what is known, and how it is forgotten."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from sweepflow.atom import Atom
from sweepflow.store import Home
from sweepflow.store.store import Store, use_store
from tests.atom.conftest import Laboratory
from tests.cli.flows import Project, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Shell


@pytest.fixture
def project(shell: Shell) -> Project:
    return Project.new(shell)


@pytest.fixture
def laboratory(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[Laboratory]:
    """Stand in a project in which runs are recorded without being done."""
    monkeypatch.delenv("SWEEPFLOW_HOME", raising=False)
    shell.write("jobs: {}")
    with Store(Home.of(shell.cwd)) as store, use_store(store):
        yield Laboratory(store, now=time.time() - 3600)


def test_lists_counts_and_forgets(project: Project) -> None:
    first = project.run()
    second = project.run("train.lr=0.2")
    project.run("train.lr=0.2")

    known = project.json("cache", "list", "-n", "0")
    assert [(each["run_id"], each["step"], each["uses"]) for each in known] == [
        (second["train"], "train", 1),
        (first["train"], "train", 0),
        (first["prepare"], "prepare", 2),
    ]
    header, line, *_ = project.lines("cache", "list", "--step", "train")
    assert header.split() == [
        "run",
        "workflow",
        "step",
        "made",
        "took",
        "size",
        "used",
        "again",
    ]
    assert line.startswith(f"{second['train'][:8]}  demo      train  ")
    assert len(project.json("cache", "list", "-n", "1")) == 1
    stats = project.json("cache", "stats", "--step", "prepare")
    assert (stats["results"], stats["bytes"], stats["uses"]) == (1, 2, 2)
    assert stats["seconds_saved"] == 2 * known[2]["seconds"]
    assert project.lines("cache", "stats")[0].startswith("3 results, ")

    [told] = project.lines("cache", "clear", "--step", "train", "--dry-run")
    assert told.startswith("would forget 2 results, and free ")
    assert len(project.json("cache", "list")) == 3
    [did] = project.lines("cache", "clear", "--step", "train")
    assert did == told.replace("would forget", "forgot").replace("free", "freed")
    assert [each["step"] for each in project.json("cache", "list")] == ["prepare"]
    cached, ran = project.lines("run", "demo", "train.lr=0.2", "--dry-run")
    assert cached.startswith("prepare  cached")
    assert ran.endswith("because its earlier result is not kept any more")
    assert project.lines("atoms", "gc") == ["removed 0 objects, 0 B"]


def test_what_kept_results_need_and_what_came_from_outside_stays(
    shell: Shell, laboratory: Laboratory
) -> None:
    outside = Atom.create("raw", data="from outside")
    middle = laboratory.run("make", {"in": outside}, {"out": "middle"})["out"]
    last = laboratory.run("use", {"out": middle}, {"end": "last"})["end"]
    objects = laboratory.store.objects

    answer = shell.sweepflow("cache", "clear", "--step", "make")
    assert answer.stdout == "forgot 1 result, and freed 0 B\n"
    assert objects.has(middle.digest)
    answer = shell.sweepflow("cache", "clear", "--workflow", "w", "--json")
    freed = {"results": 1, "objects": 2, "bytes": len("middle" + "last")}
    assert json.loads(answer.stdout) == freed
    atoms = (outside, middle, last)
    assert [objects.has(atom.digest) for atom in atoms] == [True, False, False]
    assert shell.sweepflow("cache", "clear").stdout == "nothing to clear\n"
    shown = shell.sweepflow("atoms", "show", middle.id)
    assert "bytes:      not stored any more\n" in shown.stdout


def test_goes_by_age(shell: Shell, laboratory: Laboratory) -> None:
    laboratory.run("old", {}, {"a": "a"})
    laboratory.now += 3000
    laboratory.run("new", {}, {"b": "b"})

    def steps(age: str) -> list[str]:
        listed = shell.sweepflow("cache", "list", "--json", "--older-than", age)
        return [each["step"] for each in json.loads(listed.stdout)]

    assert steps("30m") == ["old"]
    assert steps("0.1s") == ["new", "old"]
    assert steps("1w") == []
    done = shell.sweepflow("cache", "clear", "--older-than", "0.5h")
    assert done.stdout == "forgot 1 result, and freed 1 B\n"
    assert steps("0s") == ["new"]


@pytest.mark.parametrize("age", ["7x", "-1d", "d", "1 day", "", "nan d"])
def test_an_age_that_is_none_is_refused(shell: Shell, age: str) -> None:
    shell.write("jobs: {}")
    message = shell.bad("cache", "list", f"--older-than={age}")
    assert message == (
        f"error: --older-than {age!r} is no age\n"
        "hint: write a number and a unit (s, m, h, d, w), like 7d\n"
    )


def test_nothing_is_forgotten_while_something_runs(project: Project) -> None:
    project.run()
    project.shell.write("", "wait")
    driver = project.shell.start("run", "demo", "train.lr=0.2", start_new_session=True)
    try:
        while not project.runs("--status", "running"):
            assert driver.poll() is None
        message = refused(project.shell.sweepflow("cache", "clear"))
        assert "something runs or stores objects" in message
        assert "try again when it has ended" in message
        assert len(project.json("cache", "list")) == 2
    finally:
        (project.shell.cwd / "wait").unlink()
        os.killpg(driver.pid, signal.SIGTERM)
        driver.communicate(timeout=60)


def test_there_may_be_nothing(shell: Shell) -> None:
    shell.write("jobs: {}")
    assert shell.sweepflow("cache", "list").stderr == "no such results\n"
    assert shell.sweepflow("cache", "stats").stdout.startswith("0 results, 0 B\n")
    assert shell.sweepflow("cache", "clear").stdout == "nothing to clear\n"
    assert not (shell.cwd / ".sweepflow").exists()  # looking changes nothing
