"""Trials: of lists, of files, and those that are drawn."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.operations.expand.conftest import one, outline, values

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.operations.flags.model import Value

    from .conftest import Ask, Refused


def pairs(trials: list[dict[str, Value]]) -> list[tuple[Value, Value]]:
    return [(trial["x"], trial["y"]) for trial in trials]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("t x=[1,2] y=[3,4]", [(1, 3), (1, 4), (2, 3), (2, 4)]),
        ("t x=[7]", [(7, 0)]),
        ("t x=[]", []),
        ("t y=linspace[1:2:3]", [(0, 1.0), (0, 1.5), (0, 2.0)]),
        ("t x=[1]*3", [(1, 0)] * 3),
    ],
)
def test_lists_are_a_batch(
    ask: Ask, line: str, expected: list[tuple[Value, Value]]
) -> None:
    asked = ask("", line)
    assert asked.is_batch
    assert pairs(values(asked)) == expected


@pytest.mark.parametrize(
    ("default", "expected"),
    [("[1, 2]", [1, 2]), ("'range[1:3]'", [1, 2, 3]), ("'[1, 2]'", ["[1, 2]"])],
)
def test_a_default_may_be_several_values(
    ask: Ask, default: str, expected: list[Value]
) -> None:
    text = f"o: {{main: step, flags: {{x: {default}}}}}"
    assert [trial["x"] for trial in values(ask(text, "o"))] == expected
    assert one(ask(text, "o x=5")).values == {"x": 5}


def test_a_default_is_for_the_trials_that_say_nothing(ask: Ask, folder: Path) -> None:
    (folder / "rows.json").write_text('[{"x": 5}, {"y": 6}]')
    text = "o: {main: step, flags: {x: 'range[1:2]', y: 0}}"
    asked = ask(text, "o", batch_files=["rows.json"])
    assert pairs(values(asked)) == [(5, 0), (1, 6), (2, 6)]


FILES = {
    "b.csv": "x,y\n1,2\n3,4\n",
    "plain": "x\n1\n2\n",
    "l.yml": "[{x: [1, 2]}, {x: 5, y: 7}]",
    "l.json": '[{"x": 1e3, "y": null}, {"x": "a, b"}]',
    "one.csv": "x\n1\n",
    "one.yaml": "x: 4\n",
    "none.csv": "x\n",
    "empty.json": "[]",
    "odd.csv": '\ufeffx,y\n1\n,2\n\n"a, b","[3, 4]"\n1:3,null\n',
    "runs.csv": "prep\n0123\n1e5\n",
}


@pytest.fixture
def files(folder: Path) -> None:
    for name, text in FILES.items():
        (folder / name).write_text(text)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("line", "named", "expected"),
    [
        ("t", ["b.csv"], [(1, 2), (3, 4)]),
        ("t", ["plain"], [(1, 0), (2, 0)]),
        ("t y=9", ["b.csv"], [(1, 9), (3, 9)]),
        ("t y=[8,9]", ["b.csv"], [(1, 8), (1, 9), (3, 8), (3, 9)]),
        ("t", ["l.yml"], [(1, 0), (2, 0), (5, 7)]),
        ("t", ["l.json"], [(1000.0, None), ("a, b", 0)]),
        ("t", ["b.csv", "l.yml"], [(1, 2), (3, 4), (1, 0), (2, 0), (5, 7)]),
        ("t", ["none.csv"], []),
        ("t", ["empty.json"], []),
        ("t", ["odd.csv"], [(1, 0), ("", 2), ("a, b", 3), ("a, b", 4), ("1:3", None)]),
    ],
)
def test_a_file_has_trials(
    ask: Ask, line: str, named: list[str], expected: list[tuple[Value, Value]]
) -> None:
    asked = ask("", line, batch_files=named)
    assert asked.is_batch
    assert pairs(values(asked)) == expected


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("named", "x"), [("one.csv", 1), ("one.yaml", 4)])
def test_a_file_with_one_trial_is_no_batch(ask: Ask, named: str, x: Value) -> None:
    assert one(ask("", "t", batch_files=[named])).values["x"] == x


@pytest.mark.usefixtures("files")
def test_a_file_may_name_what_is_required(ask: Ask) -> None:
    asked = ask("", "train", batch_files=["runs.csv"])
    assert [trial.given["prep"] for trial in asked.trials] == ["0123", "1e5"]


@pytest.mark.usefixtures("files")
def test_aliases_in_a_file(ask: Ask, folder: Path) -> None:
    (folder / "alias.csv").write_text("a\n1\n2\n")
    text = "o: {main: step, flags: {x: {default: 0, alias: a}}}"
    assert values(ask(text, "o", batch_files=["alias.csv"])) == [{"x": 1}, {"x": 2}]
    assert [v["x"] for v in values(ask(text, "o x=3", batch_files=["alias.csv"]))] == [
        3,
        3,
    ]


@pytest.mark.usefixtures("files")
def test_a_step_has_files_of_the_project(
    ask: Ask, tmp_path_factory: pytest.TempPathFactory
) -> None:
    here = tmp_path_factory.mktemp("here")
    run = one(ask("p: {steps: ['t @b.csv y=1 code=0']}", "p", folder=here))
    assert [step.is_batch for step in run.steps] == [True]
    assert pairs([dict(trial.values) for trial in run.steps[0].trials]) == [
        (1, 1),
        (3, 1),
    ]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("no.csv", None, "cannot read the trials of"),
        ("b.txt", "x\n1\n", "name a .csv, .json or .yaml file"),
        ("b.csv", "x,x\n1,2\n", "must name flags, each once"),
        ("b.csv", "x,\n1,2\n", "must name flags, each once"),
        ("b.csv", "x\n1,2\n", "b.csv:2: a line has more values than names"),
        ("b.csv", 'x\n1\n"2\n', "it is no CSV"),
        ("b.csv", "zz\n1\n2\n", "unknown flag 'zz'"),
        ("b.csv", "x\nrange[]\n", "range[]"),
        ("b.csv", "x\n1\n[1:2]\n", "b.csv:3: x=[1:2] is a range to search in"),
        ("b.json", '{"x": "[1:2]"}', "b.json: x=[1:2] is a range to search in"),
        ("b.yml", "x: normal[1:2]", "b.yml: x=normal[1:2]: there are no normal"),
        ("b.json", "[1]", "must be a list of trials"),
        ("b.json", "3", "must be a list of trials"),
        ("b.json", '{"x": \n}', "b.json:2: it is no JSON"),
        ("b.json", "[" * 100_000, "nested too deeply"),
        ("b.yml", "x: [", "b.yml"),
        ("b.csv", b"x\n\xff\n", "it is not UTF-8"),
    ],
)
def test_what_is_no_file_of_trials(
    refused: Refused, folder: Path, name: str, text: str | bytes | None, told: str
) -> None:
    if text is not None:
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    assert told in refused("", "t", batch_files=[name])


def test_the_same_trials_are_drawn_in_their_order_each_time(ask: Ask) -> None:
    def drawn(most: int, seed: int | None = None) -> list[Value]:
        asked = ask("", "t x=range[1:9]", max_trials=most, random_seed=seed)
        assert asked.is_batch
        return [trial["x"] for trial in values(asked)]

    assert drawn(3, 1) == [2, 3, 9]  # as Guild draws them
    assert drawn(3) == drawn(3)
    assert drawn(5) == sorted(map(int, map(str, drawn(5))))
    assert drawn(3, 1) != drawn(3, 2)
    assert drawn(9) == drawn(50) == list(range(1, 10))


def test_few_can_be_drawn_from_very_many(ask: Ask) -> None:
    line = "t " + " ".join(f"{name}=range[1:1000]" for name in ("x", "y", "code"))
    assert len(ask("", line, max_trials=4).trials) == 4


def test_a_step_draws_too(ask: Ask, folder: Path) -> None:
    (folder / "rows.json").write_text(json.dumps([{"x": n} for n in range(9)]))
    text = "p: {steps: [{run: 't @rows.json', max-trials: 3, random-seed: 1}]}"
    (step,) = one(ask(text, "p")).steps
    assert [trial.values["x"] for trial in step.trials] == [1, 2, 8]


@pytest.mark.parametrize(
    "line", ["t x=range[1:100]", "p m=range[1:20]", "q", "p m=range[1:20] -"]
)
def test_too_many_runs_are_refused(refused: Refused, line: str) -> None:
    text = """
    p: {flags: {m: 0}, steps: [a, 'b']}
    q: {steps: [r, r, r]}
    r: {steps: ['t x=range[1:20]']}
    """
    told = refused(text, line.removesuffix(" -"), limit=50)
    assert "50" in told
    assert "runs" in told


def test_as_many_runs_as_are_allowed(ask: Ask) -> None:
    text = "p: {flags: {m: 0}, steps: [a, b]}"
    assert len(ask(text, "p m=range[1:10]", limit=30).trials) == 10


def test_a_batch_of_no_trials_has_no_steps(ask: Ask) -> None:
    assert ask("p: {flags: {m: 0}, steps: ['hello msg=${m}']}", "p m=[]").trials == ()
    run = one(ask("p: {steps: ['t x=[]', a]}", "p"))
    assert outline(run) == [("t*",), ("a", ({},))]
