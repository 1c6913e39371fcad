"""From the sets of a job to the combinations that an operation or a workflow gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sweepflow.errors import PlanError, ProjectError
from sweepflow.jobs import read_combinations
from sweepflow.project import load
from sweepflow.sweep import SweepSyntaxError

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.jobs import Combination


LINE = "  j: {{workflow: w, {}}}"


def read(folder: Path, job: str, *words: str, limit: int = 99) -> list[Combination]:
    file = folder / "sweepflow.yaml"
    file.write_text(f"jobs:\n{LINE.format(job)}\n", "utf-8")
    project = load(file)
    return read_combinations(project, project.jobs["j"], words, limit)


def words(folder: Path, job: str, *overrides: str) -> list[str]:
    return [" ".join(one.words) for one in read(folder, job, *overrides)]


SETS = {
    "no sets": ("", [""]),
    "each times all": (
        "sets: [{each: 'a=1,2', all: 'b=3:4'}]",
        ["a=1 b=3", "a=1 b=4", "a=2 b=3", "a=2 b=4"],
    ),
    "several sets": ("sets: [{each: a=1}, {all: 'b=1:2'}]", ["a=1", "b=1", "b=2"]),
    "the same again": ("sets: [{each: 'a=1,2 b=3'}, {each: 'b=3 a=2,4'}]", None),
    "add": (
        "add: c=1 d=2, sets: [{each: a=1}, {each: a=2, add: 'c=7,8'}]",
        ["a=1 c=1 d=2", "a=2 c=7 d=2", "a=2 c=8 d=2"],
    ),
    "only add": ("add: 'c=1,2'", ["c=1", "c=2"]),
    "values stay as they are written": (
        """sets: [{each: "a='x,y',[1, 2]"}]""",
        ["a='x,y'", "a=[1, 2]"],
    ),
}


@pytest.mark.parametrize(("job", "expected"), SETS.values(), ids=SETS)
def test_every_combination_of_every_set_once(
    tmp_path: Path, job: str, expected: list[str] | None
) -> None:
    assert words(tmp_path, job) == (expected or ["a=1 b=3", "a=2 b=3", "b=3 a=4"])


def test_the_command_line_wins_and_may_sweep(tmp_path: Path) -> None:
    job = "add: c=1, sets: [{each: 'a=1,2', all: 'b=3,4'}, {all: b=5}]"
    swept = words(tmp_path, job, "a=7,8", "b=9")
    assert swept == ["a=7 b=9 c=1", "a=8 b=9 c=1"]
    assert words(tmp_path, job, "c=2", "a=0") == [
        "a=0 b=3 c=2",
        "a=0 b=4 c=2",
        "b=5 c=2 a=0",
    ]


def test_words_know_where_in_the_file_they_stand(tmp_path: Path) -> None:
    job = "sets: [{each: xa.b=0 a.b/m=1, all: 'k=1 a.c=2', add: e=3}], add: a.d=4"
    (one,) = read(tmp_path, job, "k=9")
    places = {word: one.where(word) for word in one.words}
    written = {"a.b=0.001": " a.b/m", "k=9": None, "a.c=2": " a.c", "a.d=4": " a.d"}
    written |= {"xa.b=0": " xa.b", "e=3": " e=3"}
    assert {word: place and place.column for word, place in places.items()} == {
        word: text and LINE.format(job).index(text) + 2
        for word, text in written.items()
    }


@pytest.mark.parametrize(
    ("job", "wrong", "said"),
    [
        (
            "sets: [{each: 'a=1,2|3'}]",
            "|3",
            "'|' has no meaning here",
        ),
        ("add: b=1|2", "|2", "'|' has no meaning here"),
        ("sets: [{all: 'a=(1'}]", "(1", "'(' is never closed"),
        ("sets: [{each: a=1, add: b}], add: c=1", "b}", "'b' has no value"),
    ],
)
def test_what_has_no_meaning_is_told_with_its_place(
    tmp_path: Path, job: str, wrong: str, said: str
) -> None:
    with pytest.raises(ProjectError) as caught:
        read(tmp_path, job)
    assert said in str(caught.value)
    place = caught.value.place
    assert place
    assert (place.line, place.column) == (2, LINE.format(job).index(wrong) + 1)


def test_what_is_wrong_with_a_word_of_the_command_line_has_no_place(
    tmp_path: Path,
) -> None:
    for word in ("a=(1", "a=1|2"):
        with pytest.raises(SweepSyntaxError):
            read(tmp_path, "sets: [{each: a=1}]", word)


def test_too_many_are_refused(tmp_path: Path) -> None:
    job = "sets: [{each: 'a=1:5', all: 'b=1:5'}, {each: 'a=1:5'}]"
    assert len(read(tmp_path, job, limit=30)) == 30
    with pytest.raises(PlanError, match="'j' has 30 combinations, more than 29"):
        read(tmp_path, job, limit=29)
