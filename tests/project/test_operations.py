"""The operations of a project: those of its file, or of a guild.yml beside it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from sweepflow.errors import ProjectError
from sweepflow.here import find_home
from sweepflow.project import load
from sweepflow.project.find import project_folder
from sweepflow.project.operations.find import find_operation, refuse_clashes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sweepflow.project import Project

    Make = Callable[..., Project]


@pytest.fixture
def project(tmp_path: Path) -> Make:
    """A project with files of these texts, by their names; `_` is a dot."""

    def make(**files: str) -> Project:
        for name, text in files.items():
            path = tmp_path / name.replace("_", ".")
            path.write_text(textwrap.dedent(text))
        return load(start=tmp_path)

    return make


def found(project: Project | None, name: str, folder: Path) -> str | None:
    """The operation that is found, and what its paths are seen from."""
    pair = find_operation(project, name, folder)
    return pair and f"{pair[1].full_name} in {pair[0].root.name}"


def test_of_a_sweepflow_file(project: Make) -> None:
    made = project(
        sweepflow_yaml="""\
        jobs: {j: {run: echo}}
        operations:
          train: {flags: {lr: 0.1}}
          all: {steps: [train]}
        """,
        guild_yml="other: {main: x}",
    )
    assert list(made.operations.all) == ["train", "all"]
    assert made.operations.file == made.file
    place = made.operations.place(made.operations.all["all"], "steps", 0)
    assert str(place) == f"{made.file}:4:17"


@pytest.mark.parametrize("name", ["sweepflow_yaml", "hydraflow_yaml"])
@pytest.mark.parametrize("text", ["jobs: {j: {run: echo}}", ""])
def test_of_a_guild_file_beside(project: Make, name: str, text: str) -> None:
    made = project(**{name: text or "jobs:"}, guild_yml="train: {main: x}")
    assert list(made.operations.all) == ["train"]
    assert made.operations.file == made.root / "guild.yml"
    assert made.operations is made.operations


def test_an_empty_key_leaves_them_to_the_guild_file(project: Make) -> None:
    made = project(sweepflow_yaml="operations:", guild_yml="train: {main: x}")
    assert list(made.operations.all) == ["train"]


def test_none_at_all(project: Make) -> None:
    made = project(sweepflow_yaml="jobs: {j: {run: echo}}")
    assert made.operations.all == {}
    assert made.operations.root == made.root
    with pytest.raises(ProjectError, match="no operation is called 'x'"):
        made.operations.operation("x")


def test_what_is_wrong_with_a_file_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "sweepflow.yaml"
    file.write_text(
        textwrap.dedent("""\
        jobs: {a: {run: echo}, b: {rnu: echo}}
        workflows: {w: 'm:w'}
        operations:
          a: {main: x}
          w: {main: x}
          c: {mian: x}
          d: {steps: []}
        """)
    )
    with pytest.raises(ProjectError) as caught:
        load(file)
    lines = str(caught.value).replace(f"{file}:", "").splitlines()
    starts = [
        "1:28: unknown key 'rnu' in jobs.b",
        "4:3: operations.a is the name of a job, too: rename one",
        "5:3: operations.w is the name of a workflow, too: rename one",
        "6:7: unknown key 'mian' in operations.c: did you mean 'main'?",
        "7:7: operations.d.steps is empty",
    ]
    assert len(lines) == len(starts)
    for line, start in zip(lines, starts, strict=True):
        assert line.startswith(start)


@pytest.mark.parametrize("text", ["[train]", "3", "operations"])
def test_what_are_no_operations(tmp_path: Path, text: str) -> None:
    file = tmp_path / "sweepflow.yaml"
    file.write_text(f"operations: {text}")
    with pytest.raises(ProjectError, match="operations must be a mapping, such as"):
        load(file)


def test_a_hydraflow_file_has_none(tmp_path: Path) -> None:
    file = tmp_path / "hydraflow.yaml"
    file.write_text("operations: {train: {main: x}}")
    with pytest.raises(ProjectError, match="it is valid in sweepflow"):
        load(file)


def test_a_guild_file_is_read_when_its_operations_are_asked_for(project: Make) -> None:
    made = project(hydraflow_yaml="jobs: {j: {run: echo}}", guild_yml="[broken]")
    assert list(made.jobs) == ["j"]
    assert found(made, "j", made.root) is None
    with pytest.raises(ProjectError, match=r"guild\.yml:1:2: an item of the file"):
        _ = made.operations


def test_a_guild_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"no such file: .*guild\.yml"):
        load(tmp_path / "guild.yml")
    (tmp_path / "guild.yml").mkdir()
    with pytest.raises(ProjectError, match="is a folder, not a file"):
        load(start=tmp_path)


def test_the_state_of_a_project_with_a_guild_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SWEEPFLOW_HOME", raising=False)
    guild, state = tmp_path / "guild.yml", (tmp_path / ".sweepflow").resolve()
    guild.write_bytes(b"\xff")  # to look at runs, nobody needs it
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert project_folder() == tmp_path
    assert find_home().root == state
    guild.write_text("[not, read, for, this]")
    assert find_home(guild).root == state
    (tmp_path / "sweepflow.yaml").write_text("store: state")
    assert find_home().root == (tmp_path / "state").resolve()


TWO = """\
- model: a
  operations: {train: x, test: x}
- model: b
  operations: {train: x, deep: x}
"""


def test_by_the_names_of_an_operation_and_its_model(project: Make) -> None:
    made = project(guild_yml=TWO)
    root = made.root
    assert found(made, "a:train", root) == f"a:train in {root.name}"
    assert found(made, "deep", root / "any") == f"b:deep in {root.name}"
    assert found(made, "nope", root) is None
    assert found(made, "package.module:flow", root) is None
    with pytest.raises(ProjectError, match="no operation is called 'a:deep'") as caught:
        found(made, "a:deep", root)
    assert "did you mean 'b:deep'?" in (caught.value.hint or "")
    with pytest.raises(ProjectError, match="several models have an operation 'train'"):
        found(made, "train", root)


def test_a_script_by_its_path(project: Make, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").touch()
    made = project(guild_yml="other: {main: x}")
    name = f"src/train.py in {tmp_path.name}"
    assert found(made, "src/train.py", tmp_path) == name
    assert found(made, "train.py", tmp_path / "src") == name
    assert found(made, "../src/./train.py", tmp_path / "src") == name
    assert found(made, str(tmp_path / "src" / "train.py"), tmp_path) == name
    assert found(None, "src/train.py", tmp_path) == name
    assert found(None, "train.py", tmp_path / "src") == "train.py in src"


def test_what_knows_of_a_script(project: Make, tmp_path: Path) -> None:
    (tmp_path / "train.py").touch()
    made = project(guild_yml="other: {main: x}")
    for where, file in ((made, made.file), (None, tmp_path / "train.py")):
        pair = find_operation(where, "train.py", tmp_path)
        assert pair is not None
        operations, operation = pair
        assert operations.file == file
        assert operations.all == {"train.py": operation}
        assert operations.place(operation).file == file


def test_an_operation_that_is_called_as_a_script_is(project: Make) -> None:
    made = project(guild_yml="train.py: {main: x}")
    assert found(made, "train.py", made.root) == f"train.py in {made.root.name}"


def test_a_script_through_a_link(project: Make, tmp_path: Path) -> None:
    made = project(guild_yml="other: {main: x}")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").touch()
    (tmp_path / "here").symlink_to(tmp_path)
    (tmp_path / "far").symlink_to(tmp_path / "src")
    root = tmp_path.name
    assert found(made, "far/a.py", tmp_path) == f"far/a.py in {root}"
    outside = tmp_path.parent / f"{root}-link"
    outside.symlink_to(tmp_path)
    assert found(made, str(outside / "src" / "a.py"), tmp_path) == f"src/a.py in {root}"


def test_a_script_that_is_none(project: Make, tmp_path: Path) -> None:
    made = project(guild_yml="other: {main: x}")
    for where in (made, None):
        with pytest.raises(ProjectError, match=rf"no such script: {tmp_path}/no\.py"):
            found(where, "no.py", tmp_path)
        with pytest.raises(ProjectError, match="is outside of") as caught:
            found(where, "../no.py", tmp_path)
        assert "change to the folder" in (caught.value.hint or "")


def test_jobs_and_workflows_come_first(project: Make, tmp_path: Path) -> None:
    made = project(
        sweepflow_yaml="""\
        jobs: {'no.py': {run: echo}, train: {run: echo}}
        workflows: {test: 'm:w'}
        """,
        guild_yml="- model: m\n  operations: {train: x, test: x}",
    )
    for name in ("no.py", "train", "test"):
        assert found(made, name, tmp_path) is None
    assert found(made, "m:train", tmp_path) == f"m:train in {tmp_path.name}"


def test_one_name_for_a_job_and_an_operation(project: Make, tmp_path: Path) -> None:
    made = project(
        sweepflow_yaml="jobs: {a: {run: echo}, b: {run: x}}\nworkflows: {w: 'm:w'}",
        guild_yml="c: {main: x}\nw: {main: x}\na: {main: x}\n",
    )
    assert found(made, "c", tmp_path) == f"c in {tmp_path.name}"
    assert found(made, "b", tmp_path) is None
    with pytest.raises(ProjectError) as caught:
        found(made, "a", tmp_path)
    message = "'a' is an operation here and a job in sweepflow.yaml: rename one"
    assert str(caught.value) == f"{tmp_path / 'guild.yml'}:3:1: {message}"
    (tmp_path / "other.yml").write_text("b: {main: x}")
    again = project(guild_yml="[{include: other.yml}]")
    with pytest.raises(ProjectError, match=r"other\.yml:1:1: 'b' is an operation"):
        found(again, "b", tmp_path)
    with pytest.raises(ProjectError) as caught:
        refuse_clashes(made, made.operations.all)
    assert [line.split(": ")[0][-3:] for line in str(caught.value).splitlines()] == [
        "2:1",
        "3:1",
    ]
