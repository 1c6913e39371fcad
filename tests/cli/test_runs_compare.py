"""`sweepflow runs info`, `compare` and `diff`, of runs that are recorded."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.store import Home
from sweepflow.store.store import Store
from tests.recorded import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Shell


@pytest.fixture
def store(shell: Shell) -> Iterator[Store]:
    """Give the project's store, with two trains and what has a train as a step."""
    shell.write("{}", "guild.yml")
    with Store(Home(shell.cwd / ".sweepflow")) as store:
        for n, (run_id, lr, losses) in enumerate(
            (("aaaa", 0.1, (0.9, 0.2, 0.3)), ("bbbb", 0.25, (0.8, 1 / 3)))
        ):
            source = shell.cwd / run_id
            source.mkdir()
            (source / "train.py").write_text(f"lr = {lr}\n")
            record(
                store,
                run_id,
                after=n,
                params={"lr": lr, "name": "x"},
                scalars={"loss": losses, "acc": 0.5},
                files={"model.bin": run_id, "same.txt": "same"},
                source=store.objects.put(source).digest,
                label="the best" if n else "",
                tags=("t",),
                facts={"requirements": REQUIREMENTS},
            )
            output = store.home.attempt(run_id) / "output.log"
            output.parent.mkdir(parents=True)
            output.write_text(f"hello\nloss: {losses[-1]}\n")
        yield store


REQUIREMENTS: list[dict[str, Any]] = [
    {
        "name": "prep",
        "uri": "operation:prep",
        "run": "feedbeefcafe",
        "placed": [{"path": "data.txt"}, {"path": "sub"}],
        "skipped": None,
    },
    {"name": "file:x", "uri": "file:x", "run": None, "placed": [], "skipped": "why"},
]


def with_parent(store: Store) -> None:
    facts = {"compare": ["train#loss as l", "=v", ".status"]}
    record(store, "pppp", after=5, name="p", task="p", params={"v": 5}, facts=facts)
    scalars = {"loss": 7.0}
    record(store, "ssss", after=6, parent="pppp", step="train", scalars=scalars)


def compared(shell: Shell, *args: str) -> list[dict[str, Any]]:
    result = shell.sweepflow("runs", "compare", "--json", *args)
    assert result.returncode == 0, result
    return json.loads(result.stdout)


# compare


@pytest.mark.usefixtures("store")
def test_flags_and_scalars_stand_side_by_side(shell: Shell) -> None:
    lines = shell.sweepflow("runs", "compare").stdout.splitlines()
    header = "run operation started took status label lr name step acc loss"
    assert lines[0].split() == header.split()
    assert lines[2].split()[:2] == ["aaaa", "train"]
    shown = "5.0 s completed #t 0.1 x 2 0.5 0.3"
    assert " ".join(lines[2].split()[4:]) == shown
    assert lines[1].endswith("1     0.5  0.333333")


@pytest.mark.usefixtures("store")
def test_csv_has_all_digits(shell: Shell) -> None:
    text = shell.sweepflow("runs", "compare", "--csv", "aaaa", "bbbb").stdout
    first, second = csv.DictReader(io.StringIO(text))
    assert first["run"] == "aaaa"
    assert (second["label"], second["seconds"]) == ("the best", "5.0")
    assert second["started"].endswith("+00:00")
    assert float(second["loss"]) == 1 / 3


@pytest.mark.usefixtures("store")
def test_columns_are_chosen(shell: Shell) -> None:
    found = compared(shell, "-c", "min loss, =lr", "-c", ".label as called")
    assert [run["values"] for run in found] == [
        {"min loss": 1 / 3, "lr": 0.25, "called": "the best"},
        {"min loss": 0.2, "lr": 0.1, "called": ""},
    ]


@pytest.mark.parametrize(
    ("args", "ids"),
    [
        (["--min", "loss"], ["aaaa", "bbbb", "cccc"]),
        (["--max", "loss"], ["bbbb", "aaaa", "cccc"]),
        (["--max", "loss", "--top", "1"], ["bbbb"]),
        (["--min", "min loss", "--top", "2"], ["aaaa", "bbbb"]),
        (["--min", "=nope"], ["cccc", "bbbb", "aaaa"]),
        (["-F", "loss < 0.32"], ["aaaa"]),
        (["--label", "best"], ["bbbb"]),
        (["1:2"], ["cccc", "bbbb"]),
    ],
)
def test_runs_are_sorted_and_chosen(
    shell: Shell, store: Store, args: list[str], ids: list[str]
) -> None:
    record(store, "cccc", after=9, scalars={"loss": math.nan})
    assert [run["run"] for run in compared(shell, *args)] == ids


def test_an_operation_has_columns_of_its_own(shell: Shell, store: Store) -> None:
    with_parent(store)
    [parent] = compared(shell, "pppp")
    assert parent["values"] == {"l": 7.0, "v": 5, "status": "completed"}
    mixed = compared(shell, "pppp", "aaaa")
    assert list(mixed[1]["values"]) == [
        *("l", "v", "status", "lr", "name", "step", "acc", "loss")
    ]


@pytest.mark.usefixtures("store")
def test_what_cannot_be_compared_is_refused(shell: Shell) -> None:
    assert "column 'avg a step': " in shell.bad("runs", "compare", "-c", "avg a step")
    assert "column 'a b': " in shell.bad("runs", "compare", "--max", "a b")
    assert "no run has the id" in shell.bad("runs", "compare", "zzzz")
    assert shell.sweepflow("runs", "compare", "-o", "x").stderr == "no such runs\n"


# diff


@pytest.mark.usefixtures("store")
def test_in_what_two_runs_differ(shell: Shell) -> None:
    assert shell.sweepflow("runs", "diff", "2", "1").stdout.splitlines() == [
        "flags:",
        "  lr: 0.1 -> 0.25",
        "scalars:",
        f"  loss: 0.3 -> {1 / 3}",
        "files:",
        "  model.bin: differs",
        "source:",
        "  --- aaaa/train.py",
        "  +++ bbbb/train.py",
        "  @@ -1 +1 @@",
        "  -lr = 0.1",
        "  +lr = 0.25",
    ]
    same = shell.sweepflow("runs", "diff", "aaaa", "aaaa")
    assert (same.returncode, same.stdout, same.stderr) == (0, "", "no differences\n")


@pytest.mark.usefixtures("store")
def test_a_part_of_it_may_be_asked_for(shell: Shell) -> None:
    flags = shell.sweepflow("runs", "diff", "aaaa", "bbbb", "--flags").stdout
    assert flags == "flags:\n  lr: 0.1 -> 0.25\n"
    output = shell.sweepflow(
        "runs", "diff", "aaaa", "bbbb", "--output", "--json"
    ).stdout
    assert json.loads(output) == {
        "output": [
            "--- aaaa/output",
            "+++ bbbb/output",
            "@@ -1,2 +1,2 @@",
            " hello",
            "-loss: 0.3",
            f"+loss: {1 / 3}",
        ]
    }
    data = json.loads(shell.sweepflow("runs", "diff", "1", "2", "--json").stdout)
    assert data["flags"] == {"lr": {"first": 0.25, "second": 0.1}}
    assert list(data) == ["flags", "scalars", "files", "source"]


# info


def test_info_tells_all_of_an_operation(shell: Shell, store: Store) -> None:
    with_parent(store)
    store.ledger.curator.mark(["bbbb"])
    text = shell.sweepflow("runs", "info", "bbbb").stdout
    for line in (
        "operation:  train",
        "label:      the best",
        "tags:       t",
        "marked:     yes",
        f"folder:     {store.home.run('bbbb')}",
        f"source:     {store.reader.get('bbbb').source}",
        "flags:\n  lr: 0.25\n  name: x",
        "scalars:\n  loss: 0.333333 at step 1, of 2 from 0.333333 to 0.8\n  acc: 0.5",
        "requirements:\n  prep: operation:prep, run feedbeef -> data.txt, sub",
        "  file:x, not needed: why",
        "files:\n  model.bin (4 B)\n  same.txt (4 B)",
    ):
        assert f"{line}\n" in text
    assert (
        "steps:\n  train: ssss completed\n"
        in shell.sweepflow("runs", "info", "pppp").stdout
    )
    assert (
        "step:       train of run pppp\n"
        in shell.sweepflow("runs", "info", "ssss").stdout
    )


def test_info_as_json(shell: Shell, store: Store) -> None:
    with_parent(store)
    facts = json.loads(shell.sweepflow("runs", "info", "bbbb", "--json").stdout)
    assert facts["facts"]["requirements"] == REQUIREMENTS
    assert facts["facts"]["files"] == ["model.bin", "same.txt"]
    assert (facts["label"], facts["tags"]) == ("the best", ["t"])
    assert facts["scalars"]["loss"] == {
        "name": "loss",
        "first": 0.8,
        "first_step": 0,
        "last": 1 / 3,
        "last_step": 1,
        "min": 1 / 3,
        "min_step": 1,
        "max": 0.8,
        "max_step": 0,
        "total": 0.8 + 1 / 3,
        "count": 2,
    }
    facts = json.loads(shell.sweepflow("runs", "info", "pppp", "--json").stdout)
    assert facts["steps"] == [{"step": "train", "run": "ssss", "status": "completed"}]
    assert facts["output"] is None


def test_of_many_files_some_are_shown(shell: Shell, store: Store) -> None:
    files = {f"{n:03}": "x" for n in range(200)}
    record(store, "many", after=9, files=files)
    lines = shell.sweepflow("runs", "info", "many").stdout.splitlines()
    assert lines[-2:] == ["  049 (1 B)", "  and 150 more"]
