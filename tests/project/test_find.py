"""Which file is found, and what is said when none is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sweepflow.errors import ProjectError
from sweepflow.project import load

if TYPE_CHECKING:
    from pathlib import Path

JOB = "jobs: {train: {run: python train.py}}"


def write(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(JOB)
    return file


def test_sweepflow_wins_over_hydraflow_in_one_folder(tmp_path: Path) -> None:
    write(tmp_path / "hydraflow.yaml")
    assert load(start=tmp_path).file.name == "hydraflow.yaml"
    write(tmp_path / "sweepflow.yaml")
    assert load(start=tmp_path).file.name == "sweepflow.yaml"


def test_a_guild_file_alone_makes_a_project(tmp_path: Path) -> None:
    guild = tmp_path / "guild.yml"
    guild.write_text("train: {main: train}")
    assert load(start=tmp_path).file == guild
    write(tmp_path / "hydraflow.yaml")
    assert load(start=tmp_path).file.name == "hydraflow.yaml"
    assert load(guild).file == guild


def test_nearest_folder_wins_whatever_the_name(tmp_path: Path) -> None:
    write(tmp_path / "sweepflow.yaml")
    near = write(tmp_path / "a" / "hydraflow.yaml")
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    project = load(start=deep)
    assert (project.file, project.root) == (near, near.parent)


def test_the_search_begins_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "sweepflow.yaml")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert load().file == file


def test_a_named_file_is_taken_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "sweepflow.yaml")
    named = write(tmp_path / "conf" / "other.yaml")
    monkeypatch.chdir(tmp_path)
    project = load(named.relative_to(tmp_path))
    assert (project.file, project.root) == (named, named.parent)


def test_none_found_says_what_was_looked_for_and_from_where(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        load(start=tmp_path)
    names = "sweepflow.yaml or hydraflow.yaml or guild.yml"
    assert f"no {names} in {tmp_path}" in str(caught.value)
    assert "--file" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("written", "right"),
    [("hydraflow.yml", "hydraflow.yaml"), ("guild.yaml", "guild.yml")],
)
def test_none_found_points_out_the_other_suffix(
    tmp_path: Path, written: str, right: str
) -> None:
    twin = write(tmp_path / written)
    with pytest.raises(ProjectError, match=r"no sweepflow\.yaml") as caught:
        load(start=tmp_path)
    assert f"rename {twin} to {right}" in str(caught.value.hint)


def test_a_link_that_leads_nowhere_is_not_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "sweepflow.yaml")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "sweepflow.yaml").symlink_to(tmp_path / "gone")
    with pytest.raises(ProjectError, match=r"no such file: .*below/sweepflow\.yaml"):
        load(start=tmp_path / "below")


def test_a_working_directory_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(ProjectError, match="cannot tell the working directory"):
        load()
