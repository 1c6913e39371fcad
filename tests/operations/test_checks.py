"""Checks of a run: what passes, what does not, and what the user is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from sweepflow.operations import checks
from sweepflow.operations.checks import Checked, checked, summary

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Check:
    output: str = ""
    file: str = ""
    contains: str = ""
    compare_to: str = ""


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
    "entry",
    [
        Check(output="A"),
        Check(output=r"^start\nA . \d$"),
        Check(file="o.txt"),
        Check(file="o.txt", contains="va.ue"),
        Check(file="*.txt", contains="value"),
        Check(file="**/*.txt", contains=r"\nvalue"),
        Check(file="sub", compare_to=""),
        Check(file="raw.bin", contains="value", compare_to="raw.bin"),
        Check(file="o.txt", compare_to="${PROJECT_DIR}/exp.txt"),
        Check(file="o.txt", compare_to="../exp.txt"),
    ],
)
def test_what_passes(run: Path, entry: Check) -> None:
    (result,) = check(run, entry)
    assert result.passed, result


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (Check(output="ZZ"), "nothing in the output matches 'ZZ'"),
        (Check(output="^A"), "nothing in the output matches"),
        (Check(output="("), "is no regular expression"),
        (Check(file="nope.txt"), "there is no file nope.txt"),
        (Check(file="gone"), "there is no file gone"),
        (Check(file="*.txt", contains="V"), "nothing in o.txt matches"),
        (Check(file="sub", contains="V"), "cannot read sub"),
        (Check(file="o.txt", compare_to="nope"), "nope is no file to compare"),
        (Check(file="o.txt", compare_to="${X}/e"), "${X} is not defined"),
        (Check(file="raw.bin", compare_to="o.txt"), "raw.bin differs from o.txt"),
    ],
)
def test_what_does_not(run: Path, entry: Check, message: str) -> None:
    (result,) = check(run, entry)
    assert not result.passed
    assert message in result.message
    assert result.diff == ""


def test_a_difference_is_told_line_by_line(run: Path) -> None:
    (result,) = check(run, Check(file="o.txt", compare_to="../exp2.txt"))
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
    results = check(run, Check(output="ZZ"), Check(file="o.txt"), Check(file="nope"))
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
            Check(output="need+le\n"),
            Check(output="^needle"),
            Check(output="needle$"),
            Check(output="y$"),
            Check(output="x$"),
        )
        assert [result.passed for result in found] == [True, False, False, True, False]
