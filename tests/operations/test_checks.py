"""Checks of a run: what passes, what does not, and what the user is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sweepflow.operations import checks
from sweepflow.operations.checks import Checked, checked, summary
from sweepflow.project.operations.steps import Check

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.store.records import Json


def entry(**keys: Json) -> Check:
    """Give an entry of `expect` without the checks of a project's file."""
    return Check.model_construct(**keys)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a run that printed `A` and left some files."""
    folder = tmp_path / "run[1]"
    (folder / "sub").mkdir(parents=True)
    (folder / "o.txt").write_text("one\nvalue\n", "utf-8")
    (folder / "sub" / "p.txt").write_text("other\r\nvalue", "utf-8")
    (folder / "raw.bin").write_bytes(b"\x00\xffvalue\x00")
    (folder / "gone").symlink_to("nowhere")
    (tmp_path / "output").write_bytes(b"start\nA \xff 5\n")
    (tmp_path / "exp.txt").write_bytes(b"one\r\nvalue\r\n")
    (tmp_path / "exp2.txt").write_text("one\nValue\n", "utf-8")
    return folder


def check(run: Path, *entries: Check) -> list[Checked]:
    variables = {"PROJECT_DIR": str(run.parent)}
    return checked(entries, run, run.parent / "output", variables)


@pytest.mark.parametrize(
    "wanted",
    [
        entry(output="A"),
        entry(output=r"^start\nA . \d$"),
        entry(file="o.txt"),
        entry(file="o.txt", contains="va.ue"),
        entry(file="*.txt", contains="value"),
        entry(file="**/*.txt", contains=r"\nvalue"),
        entry(file="sub", compare_to=""),
        entry(file="raw.bin", contains="value", compare_to="raw.bin"),
        entry(file="o.txt", compare_to="${PROJECT_DIR}/exp.txt"),
        entry(file="o.txt", compare_to="../exp.txt"),
    ],
)
def test_what_passes(run: Path, wanted: Check) -> None:
    (result,) = check(run, wanted)
    assert result.passed, result


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (entry(output="ZZ"), "nothing in the output matches 'ZZ'"),
        (entry(output="^A"), "nothing in the output matches"),
        (entry(output="("), "is no regular expression"),
        (entry(file="nope.txt"), "there is no file nope.txt"),
        (entry(file="gone"), "there is no file gone"),
        (entry(file="*.txt", contains="V"), "nothing in o.txt matches"),
        (entry(file="sub", contains="V"), "cannot read sub"),
        (entry(file="o.txt", compare_to="nope"), "nope is no file to compare"),
        (entry(file="o.txt", compare_to="${X}/e"), "${X} is not defined"),
        (entry(file="raw.bin", compare_to="o.txt"), "raw.bin differs from o.txt"),
    ],
)
def test_what_does_not(run: Path, wanted: Check, message: str) -> None:
    (result,) = check(run, wanted)
    assert not result.passed
    assert message in result.message
    assert result.diff == ""


def test_a_difference_is_told_line_by_line(run: Path) -> None:
    (result,) = check(run, entry(file="o.txt", compare_to="../exp2.txt"))
    assert not result.passed
    assert result.diff.splitlines() == [
        "--- ../exp2.txt",
        "+++ o.txt",
        "@@ -1,3 +1,3 @@",
        " one",
        "-Value",
        "+value",
        " ",
    ]


def test_all_checks_are_tried_and_counted(run: Path) -> None:
    results = check(run, entry(output="ZZ"), entry(file="o.txt"), entry(file="nope"))
    assert [result.passed for result in results] == [False, True, False]
    assert summary(results) == "1 of 3 checks passed"


def test_a_long_output_is_searched_in_windows(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_WINDOW", 64)
    monkeypatch.setattr(checks, "_OVERLAP", 16)
    for before in range(50, 140):
        text = "x" * before + "needle\n" + "y" * 100
        (run.parent / "output").write_text(text, "utf-8")
        found = check(
            run,
            entry(output="need+le\n"),
            entry(output="^needle"),
            entry(output="needle$"),
            entry(output="y$"),
            entry(output="x$"),
        )
        assert [result.passed for result in found] == [True, False, False, True, False]
