"""Backends by name, the dummy one, and what is looked at before anything is spent."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sweepflow.atom.typed import METRICS
from sweepflow.evals import EvaluationError, Target, get_backend

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TASKS = "tests.evals.tasks"
MODEL = Target("dummy", "nobody")


class Own:
    """A backend of a user's own, as far as it is looked at here."""

    name = "own"


def test_a_backend_is_found_by_its_name_or_its_place() -> None:
    assert get_backend("inspect").name == "inspect"
    assert get_backend("dummy").name == "dummy"
    assert get_backend(f"{__name__}:Own").name == "own"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("inspekt", "did you mean 'inspect'?"),
        (f"{__name__}:Missing", "package.module:Class"),
        ("no.such.module:Backend", "package.module:Class"),
    ],
)
def test_an_unknown_backend_is_an_error_that_says_what_to_write(
    name: str, hint: str
) -> None:
    with pytest.raises(EvaluationError, match=name) as raised:
        get_backend(name)
    assert raised.value.hint
    assert hint in raised.value.hint


def test_a_backend_is_a_class() -> None:
    with pytest.raises(EvaluationError, match="'json:dumps' is not a class"):
        get_backend("json:dumps")


def test_the_dummy_says_that_it_evaluated_nothing(
    tmp_path: Path, rows: Callable[[Path], list[dict[str, object]]]
) -> None:
    backend = get_backend("dummy")
    backend.check("nothing:at_all", "local")
    found = [backend.evaluate(MODEL, "any:task", tmp_path / each) for each in "ab"]
    assert found[0].metrics == {"dummy": 1.0}
    assert json.loads((found[0].folder / METRICS).read_text()) == {"dummy": 1.0}
    assert "has not put nobody to any:task" in str(rows(tmp_path / "a"))
    for file in found[0].folder.iterdir():
        assert file.read_bytes() == (found[1].folder / file.name).read_bytes()


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("tests.evals.taskz:numbers", "no module 'tests.evals.taskz'"),
        ("nowhere.at.all:numbers", "No module named 'nowhere'"),
        (f"{TASKS}:numberz", "did you mean 'numbers'?"),
        ("no_such_file.py@numbers", "no file"),
        ("no_such_file.py:numbers", "no file"),
        (TASKS, "does not name a task"),
        (f"{TASKS}:", "does not name a task"),
    ],
)
def test_a_task_that_is_not_there_is_found_out_before(task: str, words: str) -> None:
    pytest.importorskip("inspect_ai")
    with pytest.raises(EvaluationError) as raised:
        get_backend("inspect").check(task, "dummy")
    assert words in str(raised.value)


def test_a_task_may_come_from_where_only_running_the_module_would_tell(
    tmp_path: Path,
) -> None:
    pytest.importorskip("inspect_ai")
    file = tmp_path / "again.py"
    file.write_text("from elsewhere import *")
    get_backend("inspect").check(f"{file}:anything", "dummy")


def test_a_task_may_stand_in_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("inspect_ai")
    (tmp_path / "sweepflow.yaml").write_text("jobs: {}")
    (tmp_path / "own_tasks.py").write_text("def own(): ...")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    monkeypatch.setattr(sys, "path", [*sys.path])
    for task in ("own_tasks:own", "own_tasks.py@own"):
        get_backend("inspect").check(task, "dummy")


def test_a_missing_key_is_found_out_before() -> None:
    pytest.importorskip("inspect_ai")
    pytest.importorskip("openai")
    with pytest.raises(EvaluationError, match="OPENAI_API_KEY is not set"):
        get_backend("inspect").check(f"{TASKS}:numbers", "openai")
    with pytest.raises(EvaluationError, match="SERVING_BASE_URL") as raised:
        get_backend("inspect").check(f"{TASKS}:numbers", "openweights")
    assert "serve the model" in str(raised.value)


def test_a_backend_without_a_provider_is_named() -> None:
    pytest.importorskip("inspect_ai")
    with pytest.raises(EvaluationError, match="models of backend 'locale'") as raised:
        get_backend("inspect").check(f"{TASKS}:numbers", "locale")
    assert raised.value.hint == "did you mean 'local'?"


def test_wrong_arguments_start_no_process(tmp_path: Path) -> None:
    pytest.importorskip("inspect_ai")
    backend, task = get_backend("inspect"), f"{TASKS}:numbers"
    with pytest.raises(EvaluationError, match="limit is 0"):
        backend.evaluate(MODEL, task, tmp_path, limit=0)
    with pytest.raises(EvaluationError, match="must be JSON"):
        backend.evaluate(MODEL, task, tmp_path, task_args={"a": object()})
    lost = Target("local", "lost", tmp_path / "gone")
    pytest.importorskip("torch")
    with pytest.raises(EvaluationError, match="has no folder at"):
        backend.evaluate(lost, task, tmp_path)
    assert list(tmp_path.iterdir()) == []


WITHOUT = """
import sys
from sweepflow.errors import MissingExtraError
from sweepflow.evals import get_backend

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
try:
    get_backend("inspect").check("json:dumps", sys.argv[2])
except MissingExtraError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("module", "target", "extra"),
    [("inspect_ai", "dummy", "inspect"), ("torch", "local", "local")],
)
def test_a_missing_package_is_one_message(module: str, target: str, extra: str) -> None:
    if module != "inspect_ai":
        pytest.importorskip("inspect_ai")
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT, module, target],
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"needs {module}, which is not installed" in result.stdout
    assert f'pip install "sweepflow[{extra}]"' in result.stdout
