"""A script runs with other values for some of its globals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "from __future__ import annotations\nimport types\n"


def run(  # noqa: PLR0913 - as the module has it
    folder: Path,
    code: str,
    values: dict[str, Any],
    *,
    into: str = "globals",
    name: str = "",
    command: tuple[str, ...] = ("script.py",),
) -> subprocess.CompletedProcess[str]:
    (folder / "script.py").write_text(code, encoding="utf-8")
    how = json.dumps({"into": into, "name": name, "values": values})
    module = "sweepflow.operations.run_with_globals"
    return subprocess.run(
        [sys.executable, "-m", module, how, *command],
        cwd=folder,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )


def printed(folder: Path, code: str, values: dict[str, Any], **how: Any) -> str:  # noqa: ANN401 - as in `run`
    done = run(folder, HEAD + code, values, **how)
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("code", "values", "output"),
    [
        ("x = 1\nprint(x)", {"x": 7}, "7"),
        ("x = 1\ny = x * 2\nprint(x, y)", {"x": 3}, "3 6"),
        ("x: int = 1\nprint(x)", {"x": 7}, "7"),
        ("x = y = 1\nprint(x, y)", {"y": 7}, "1 7"),
        ("x = y = 1\nprint(x, y)", {"x": 5, "y": 7}, "5 7"),
        ("a, b = 1, 2\nprint(a, b)", {"b": 7}, "1 7"),
        ("x = 1\nx = x + 1\nprint(x)", {"x": 7}, "8"),
        ("if 1:\n  m = 1\nelse:\n  m = 2\nprint(m)", {"m": 7}, "7"),
        ("x = 1\ndef f():\n  x = 2\n  return x\nprint(f(), x)", {"x": 7}, "2 7"),
        ("class C:\n  x = 2\nprint(C.x, x)", {"x": 7}, "2 7"),
        ("print(new)", {"new": 7}, "7"),
        ("x: int\nprint(x)", {"x": 7}, "7"),
        ("x = 1\nprint(x)", {"x": [1, {"a": None}]}, "[1, {'a': None}]"),
        ("x = 1\nprint(x)", {"x": float("inf")}, "inf"),
        ("x = 1\nprint(x)", {"x": "a\n'\"b\\"}, "a\n'\"b\\"),
    ],
)
def test_a_global_begins_with_the_value(
    tmp_path: Path, code: str, values: dict[str, Any], output: str
) -> None:
    assert printed(tmp_path, code, values) == output


@pytest.mark.parametrize(
    ("into", "name", "code", "output"),
    [
        ("mapping", "p", "p = {'v': 1, 'lr': 2}\nprint(p)", "{'v': 1, 'lr': 0.5}"),
        ("mapping", "p", "q = p = dict(v=1)\nprint(q)", "{'v': 1, 'lr': 0.5}"),
        ("mapping", "p", "print(p)", "{'lr': 0.5}"),
        ("mapping", "p.a", "p = {}\nprint(p)", "{'a': {'lr': 0.5}}"),
        ("mapping", "p", "p = None\nprint(p)", "{'lr': 0.5}"),
        ("namespace", "p", "p = types.SimpleNamespace(v=1)\nprint(p.v, p.lr)", "1 0.5"),
        ("namespace", "p", "class p:\n  lr = 1\nprint(p.lr)", "0.5"),
        ("namespace", "p", "print(p)", "namespace(lr=0.5)"),
        ("namespace", "p", "p, q = types.SimpleNamespace(), 1\nprint(p.lr)", "0.5"),
        ("mapping", "p", "p: dict = {}\nprint(p)", "{'lr': 0.5}"),
    ],
)  # fmt: skip
def test_values_go_into_what_a_global_holds(
    tmp_path: Path, into: str, name: str, code: str, output: str
) -> None:
    assert printed(tmp_path, code, {"lr": 0.5}, into=into, name=name) == output


@pytest.mark.parametrize(
    ("code", "output"),
    [
        ("p = {'m': {'n': {'d': 1}}}\nprint(p)", "{'m': {'n': {'d': 7}}}"),
        ("p = {'m.n.d': 1}\nprint(p)", "{'m.n.d': 7}"),
        ("p = {'m': 1}\nprint(p)", "{'m': 1, 'm.n.d': 7}"),
    ],
)  # fmt: skip
def test_a_value_with_dots_goes_into_the_mappings_that_there_are(
    tmp_path: Path, code: str, output: str
) -> None:
    values = {"m.n.d": 7}
    assert printed(tmp_path, code, values, into="mapping", name="p") == output


def test_the_script_runs_as_python_would_run_it(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("h = 5")
    code = (
        "import sys, helper, pickle\nclass C: pass\nx = 1\n"
        "again = type(pickle.loads(pickle.dumps(C())))\n"
        "print(__name__, __file__, sys.argv, again is C)"
    )
    assert printed(tmp_path, code, {"x": 1}, command=("script.py", "--a", "b")) == (
        "__main__ script.py ['script.py', '--a', 'b'] True"
    )


def test_a_module_runs_with_its_package(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    for name, code in {
        "__init__": "",
        "helper": "h = 5",
        "main": "from .helper import h\nx = 1\nprint(h, x, __package__)",
        "__main__": "x = 2\nprint('all', x)",
    }.items():
        (package / f"{name}.py").write_text(code)
    assert printed(tmp_path, "", {"x": 7}, command=("package.main",)) == "5 7 package"
    assert printed(tmp_path, "", {"x": 7}, command=("package",)) == "all 7"


def test_an_error_shows_the_line_of_the_file(tmp_path: Path) -> None:
    code = '''"""Doc."""

x = y = 1

lr, z = 1, 2


def f():
    return 1 / x

f()
'''
    done = run(tmp_path, code, {"x": 0, "lr": 2})
    assert done.returncode == 1
    assert 'script.py", line 9, in f\n    return 1 / x' in done.stderr
    assert 'script.py", line 11, in <module>\n    f()' in done.stderr
    assert "run_with_globals" not in done.stderr
    assert (tmp_path / "script.py").read_text() == code


@pytest.mark.parametrize("target", ["none.py", "none", "no.ne", "sub/none"])
def test_what_is_not_there_is_told(tmp_path: Path, target: str) -> None:
    done = run(tmp_path, "", {}, command=(target,))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert target in done.stderr


def test_the_exit_code_is_the_scripts(tmp_path: Path) -> None:
    assert (
        run(tmp_path, "code = 0\nraise SystemExit(code)", {"code": 7}).returncode == 7
    )
