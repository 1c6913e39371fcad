"""Finding workflows by name, and what is said where that fails."""

from __future__ import annotations

import itertools
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from sweepflow.errors import PlanError, ProjectError
from sweepflow.project import load
from sweepflow.workflow.discovery import find_workflow, list_workflows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sweepflow.project import Project

FLOW = """
from sweepflow.workflow import Step, Workflow

def make(config, input_atoms, temp_workspace):
    return []

{name} = Workflow("{name}", {{}}, [Step("make", make)])
number = 5
"""

_numbers = itertools.count()


@dataclass
class Folder:
    """A project's folder, with modules of names that no other test has."""

    path: Path

    def write(self, name: str, text: str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    def module(self, text: str, folder: str = ".") -> str:
        name = f"found_{next(_numbers)}"
        self.write(f"{folder}/{name}.py", text)
        return name

    def project(self, text: str) -> Project:
        return load(self.write("sweepflow.yaml", text))

    def package(self, name: str, entry_points: str) -> None:
        """Install a package that offers workflows."""
        info = f"{name}-1.0.dist-info"
        self.write(f"{info}/METADATA", f"Name: {name}\nVersion: 1.0\n")
        text = f"[sweepflow.workflows]\n{entry_points}"
        self.write(f"{info}/entry_points.txt", text)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield Folder(tmp_path)
    for name in set(sys.modules) - before:
        if name.startswith("found_"):
            del sys.modules[name]


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    installed = tmp_path / "installed"
    installed.mkdir()
    monkeypatch.syspath_prepend(str(installed))  # pyright: ignore[reportUnknownMemberType]
    return Folder(installed)


def refused(name: str, project: Project | None = None) -> str:
    with pytest.raises(PlanError) as caught:
        find_workflow(name, project)
    return str(caught.value)


def test_a_name_of_the_project_comes_with_its_config(folder: Folder) -> None:
    name = folder.module(FLOW.format(name="flow"))
    project = folder.project(
        f"workflows:\n  a: {name}:flow\n  b: {{workflow: {name}:flow, config: c.yaml}}"
    )
    assert find_workflow("a", project).listing.config is None
    found = find_workflow("b", project)
    assert found.workflow.name == "flow"
    assert found.listing.config == folder.path / "c.yaml"


def test_an_import_path_needs_no_project(folder: Folder) -> None:
    name = folder.module(FLOW.format(name="flow"))
    holder = folder.module(f"import {name}\nclass Holder: inner = {name}.flow\n")
    assert find_workflow(f"{name}:flow", None).workflow.name == "flow"
    assert find_workflow(f"{holder}:Holder.inner", None).workflow.name == "flow"


def test_modules_stand_in_the_projects_folder_or_the_working_one(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    above = folder.module(FLOW.format(name="flow"))
    below = folder.module(FLOW.format(name="flow"), "below")
    project = folder.project("jobs: {}")
    monkeypatch.chdir(folder.path / "below")
    for name in (above, below):
        assert find_workflow(f"{name}:flow", project).workflow.name == "flow"
    assert sys.path[:2] == [str(folder.path), str(folder.path / "below")]


def test_listing_imports_nothing(folder: Folder, packages: Folder) -> None:
    packages.package("zoo", "lion = no.such.module:flow [extra]\nown = no.such:flow\n")
    project = folder.project("workflows: {own: 'nowhere:flow'}")

    listed = [one for one in list_workflows(project) if one.source != "sweepflow"]

    assert [(one.name, one.ref, one.source) for one in listed] == [
        ("own", "nowhere:flow", "sweepflow.yaml"),
        ("lion", "no.such.module:flow", "zoo"),
    ]


def test_packages_offer_workflows(folder: Folder, packages: Folder) -> None:
    name = packages.module(FLOW.format(name="tiger"))
    packages.package("zoo", f"tiger = {name}:tiger\n")
    assert find_workflow("tiger", None).workflow.name == "tiger"
    assert find_workflow("tiger", folder.project("jobs: {}")).listing.source == "zoo"
    assert "did you mean 'tiger'?" in refused("tigre")


def test_the_projects_workflow_wins_over_a_packages(
    folder: Folder, packages: Folder
) -> None:
    name = folder.module(FLOW.format(name="mine"))
    packages.package("zoo", "flow = no.such.module:flow\n")
    project = folder.project(f"workflows: {{flow: '{name}:mine'}}")
    assert find_workflow("flow", project).workflow.name == "mine"


def test_a_name_that_two_packages_offer_is_refused(
    folder: Folder, packages: Folder
) -> None:
    packages.package("ant", "flow = ant.flows:flow\n")
    packages.package("bee", "flow = bee.flows:flow\n")
    message = refused("flow")
    assert "ant and bee both have a workflow 'flow'" in message
    assert "hint: write ant.flows:flow or bee.flows:flow" in message


def test_an_unknown_name_tells_the_nearest(folder: Folder) -> None:
    project = folder.project("jobs: {job: {run: x}}\nworkflows: {train: 'm:f'}")
    message = refused("trian", project)
    assert f"no workflow 'trian' in {project.file}\n" in message
    assert "did you mean 'train'?" in message
    assert "'job' is a job, not a workflow" in refused("job", project)
    with pytest.raises(
        PlanError, match="no job, operation or workflow 'jub'"
    ) as caught:
        find_workflow("jub", project, others=project.jobs)
    assert caught.value.hint == "did you mean 'job'?"


def test_without_a_project_it_says_that_there_is_none(folder: Folder) -> None:
    with pytest.raises((ProjectError, PlanError), match=r"no (workflow|sweepflow)"):
        find_workflow("train", None)


def test_what_is_no_import_path_is_refused(folder: Folder) -> None:
    for name in ("a/b:c", ":c", "m:", "m:a b", "../m:f", "m:f:g"):
        assert "names no workflow\nhint: write package.module:attr" in refused(name)


def test_a_module_that_is_not_there(folder: Folder) -> None:
    assert f"no module 'nowhere' in {folder.path} or the env" in refused("nowhere:f")
    name = folder.module("")
    assert f"no module '{name}.inner'" in refused(f"{name}.inner:f")
    assert f"write '{name}', without the suffix" in refused(f"{name}.py:f")


def test_what_a_projects_name_leads_to_is_told_with_its_place(folder: Folder) -> None:
    name = folder.module(FLOW.format(name="flow"))
    project = folder.project(
        f"workflows:\n  a: nowhere:f\n  b: {name}:flaw\n"
        f"  c: {{workflow: {name}:number}}\n"
    )
    assert refused("a", project).startswith(f"{project.file}:2:6: no module 'nowhere'")
    message = refused("b", project)
    assert message.startswith(f"{project.file}:3:6: module '{name}' has no 'flaw'")
    assert message.endswith("did you mean 'flow'?")
    message = refused("c", project)
    assert message.startswith(f"{project.file}:4:3: {name}:number is of type int, not")


def test_what_importing_raises_is_told_with_the_users_lines(folder: Folder) -> None:
    helper = folder.module("def f():\n    return 1 / 0\n")
    name = folder.module(f"import {helper}\n\n{helper}.f()\n")
    error = f"importing {name!r} raised ZeroDivisionError: division by zero"
    assert refused(f"{name}:flow").splitlines() == [
        f"{folder.path / helper}.py:2: {error}",
        f"  {folder.path / name}.py:3: {helper}.f()",
        f"  {folder.path / helper}.py:2: return 1 / 0",
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (
            "import no_such_thing",
            "1",
            "raised ModuleNotFoundError: No module named 'no_",
        ),
        ("\nx = (1", "2:5", "raised SyntaxError: '(' was never closed: x = (1"),
        ("import sys\nsys.exit(3)", "2", "raised SystemExit: 3"),
        ("raise BaseException('x' * 5000)", "1", "raised BaseException: xxx"),
        (
            "from sweepflow.workflow import Workflow\nf = Workflow('a b', {}, [])",
            "2",
            "'a b' is no valid name of a workflow",
        ),
        (
            "def __getattr__(name):\n    raise OSError('lazy')",
            "2",
            "raised OSError: la",
        ),
    ],
    ids=["an import", "a syntax error", "exit", "anything", "a workflow", "lazy"],
)
def test_what_importing_may_raise(
    folder: Folder, text: str, line: str, message: str
) -> None:
    name = folder.module(text)
    told = refused(f"{name}:flow")
    assert told.startswith(f"{folder.path / name}.py:{line}: ")
    assert message in told
    assert len(told) < 1500


def test_an_interrupt_while_importing_stays_one(folder: Folder) -> None:
    name = folder.module("raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        find_workflow(f"{name}:flow", None)


def test_what_a_module_prints_is_no_output(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    name = folder.module("print('noise')\n" + FLOW.format(name="flow"))
    find_workflow(f"{name}:flow", None)
    assert tuple(capsys.readouterr()) == ("", "noise\n")
