"""What a callable is made of, however it was made."""

from __future__ import annotations

import enum
import functools
import linecache
import math
import operator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pytest
from pydantic import BaseModel

from sweepflow.engine.code import ProjectCode, code_parts
from tests.engine.code.sample import digests, imported, write

if TYPE_CHECKING:
    from collections.abc import Callable

ROOTS = [Path(__file__).parent]
HERE = __name__


def names_of(function: Callable[..., object]) -> set[str]:
    return set(code_parts(function, roots=ROOTS))


def plain(x: int) -> int:
    return x + SIZE


SIZE = 3


class Color(enum.Enum):
    RED = 1


class Settings(BaseModel):
    depth: int = SIZE

    def twice(self) -> int:
        return 2 * self.depth


@dataclass
class Adder:
    amount: int
    color: Color = Color.RED

    def __call__(self, x: int) -> int:
        return x + self.amount

    def method(self, x: int) -> int:
        return x - self.amount

    @classmethod
    def make(cls) -> Adder:
        return cls(1)

    @staticmethod
    def free(x: int) -> int:
        return x


def keeps_type(settings: Settings) -> int:
    return settings.twice()


@functools.cache
def cached(x: int) -> int:
    return plain(x)


def around(function: Callable[[int], int], extra: object) -> Callable[[int], int]:
    def inner(x: int) -> int:
        return function(x) if extra else 0

    return inner


PLAIN = {f"function:{HERE}:plain", f"constant:{HERE}:SIZE"}
ADDER = {f"class:{HERE}:Adder", f"class:{HERE}:Color"}
IMPORTS = {f"import:{HERE}:{name}" for name in ("dataclass", "enum")}


def test_a_function() -> None:
    assert names_of(plain) == PLAIN


def test_a_part_shows_its_source() -> None:
    part = code_parts(plain, roots=ROOTS)[f"function:{HERE}:plain"]
    assert part.source == "def plain(x: int) -> int:\n    return x + SIZE"
    assert len(part.digest) == 64


@pytest.mark.parametrize(
    ("function", "extra"),
    [
        (Adder, set[str]()),
        (Adder.make, set[str]()),
        (Adder.free, set[str]()),
        (Adder(1), {f"instance:{HERE}:Adder"}),
        (Adder(1).method, {f"bound:{HERE}:Adder.method"}),
    ],
    ids=["class", "class method", "static method", "instance", "bound method"],
)
def test_a_class_counts_whole(function: Callable[..., object], extra: set[str]) -> None:
    assert names_of(function) == ADDER | IMPORTS | extra


def test_what_an_instance_holds_counts() -> None:
    one, two = (digests(code_parts(Adder(n), roots=ROOTS)) for n in (1, 2))
    changed = {name for name in one if one[name] != two[name]}
    assert changed == {f"instance:{HERE}:Adder"}
    assert one == digests(code_parts(Adder(1), roots=ROOTS))


def test_the_class_of_an_argument_counts() -> None:
    names = names_of(keeps_type)
    assert {f"class:{HERE}:Settings", "package:pydantic"} < names


def takes_typed(
    data: Annotated[Path, "plain"], kind: Annotated[Settings, "plain"]
) -> None: ...


def test_the_texts_that_go_with_a_type_name_nothing() -> None:
    names = names_of(takes_typed)

    assert f"class:{HERE}:Settings" in names
    assert f"function:{HERE}:plain" not in names


def test_a_decorated_function_counts_by_its_name() -> None:
    assert names_of(cached) == PLAIN | {
        f"function:{HERE}:cached",
        f"import:{HERE}:functools",
    }


def test_a_partial_counts_with_its_arguments() -> None:
    parts = code_parts(functools.partial(plain, x=3), roots=ROOTS)
    assert set(parts) == PLAIN | {f"argument:{HERE}:plain:x"}
    other = code_parts(functools.partial(plain, x=4), roots=ROOTS)
    assert digests(parts) != digests(other)


def test_a_partial_may_hold_functions() -> None:
    names = names_of(functools.partial(around, plain, Adder(1)))
    assert names > PLAIN | ADDER | {f"argument:{HERE}:around:1"}


def test_a_closure_counts_with_what_it_holds() -> None:
    label = f"{HERE}:around.<locals>.inner"
    one = code_parts(around(plain, [1, {"a": {2, 3}}]), roots=ROOTS)
    assert set(one) == {f"function:{HERE}:around", f"closure:{label}:extra"} | PLAIN
    assert one[f"closure:{label}:extra"].source == (
        "list(0x1, dict('a': set(0x2, 0x3)))"
    )
    other = code_parts(around(plain, [1, {"a": {2, 4}}]), roots=ROOTS)
    assert digests(one) != digests(other)


LAMBDAS: list[Callable[[int], int]] = [lambda x: x + SIZE, lambda x: x - 1]


def test_a_lambda_of_a_module() -> None:
    name = f"function:{HERE}:<lambda>"
    assert names_of(LAMBDAS[0]) == {name, f"constant:{HERE}:SIZE"}
    assert code_parts(LAMBDAS[1], roots=ROOTS)[name].source == "lambda x: x - 1"


def test_builtins_count_for_nothing_and_packages_by_their_version() -> None:
    assert names_of(len) == set()
    assert names_of(math.sqrt) == set()
    assert names_of(operator.itemgetter(1)) <= {"instance:operator:itemgetter"}
    parts = code_parts(np.linalg.norm, roots=ROOTS)
    assert {n: p.digest for n, p in parts.items()} == {"package:numpy": np.__version__}


def cell(source: str, number: int, names: dict[str, Any]) -> None:
    """Run source text as a notebook does."""
    file = f"/nowhere/cell-{number}.py"
    lines = source.splitlines(keepends=True)
    linecache.cache[file] = (len(source), None, lines, file)
    exec(compile(source, file, "exec"), names)  # noqa: S102 - it is ours


def notebook(*cells: str) -> dict[str, str]:
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, source in enumerate(cells):
        cell(source, number, names)
    project = Path(__file__).parents[3]  # below which `tests` is found by its name
    return digests(code_parts(names["step"], roots=[project]))


CELLS = [
    "import math\nfrom tests.engine.code import test_parts\nRATE = 2\nOTHER = 1\n",
    "def helper(x):\n    return test_parts.plain(x) * RATE\n",
    "class Box:\n    size = 1\n    def get(self):\n        return self.size\n",
    "def step(x):\n    return helper(x) + Box().get()\n",
]


def test_a_notebook() -> None:
    assert set(notebook(*CELLS)) == PLAIN | {
        "function:__main__:step",
        "function:__main__:helper",
        "class:__main__:Box",
        "function:__main__:Box.get",
        "constant:__main__:RATE",
    }


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("return helper", "# so\n    return helper", set[str]()),
        ("OTHER = 1", "OTHER = 2", set[str]()),
        ("RATE = 2", "RATE = 3", {"constant:__main__:RATE"}),
        ("* RATE", "/ RATE", {"function:__main__:helper"}),
        ("size = 1", "size = 2", {"class:__main__:Box"}),
        ("self.size\n", "-self.size\n", {"function:__main__:Box.get"}),
    ],
)
def test_an_edit_of_a_notebook(old: str, new: str, changes: set[str]) -> None:
    before = notebook(*CELLS)
    after = notebook(*(source.replace(old, new) for source in CELLS))
    assert {name for name in before if before[name] != after[name]} == changes


def test_a_function_without_any_source() -> None:
    names: dict[str, Any] = {"__name__": "__main__", "SIZE": 1}
    exec("def f(x): return x + SIZE\ndef g(x): return x - SIZE", names)  # noqa: S102
    parts = code_parts(names["f"], roots=ROOTS)
    assert set(parts) == {"function:__main__:f", "constant:__main__:SIZE"}
    other = code_parts(names["g"], roots=ROOTS)["function:__main__:g"]
    assert other.digest != parts["function:__main__:f"].digest


PLUG = {"module:plug", "module:plug.a", "module:plug.b"}


def write_and_read(root: Path, files: dict[str, str]) -> set[str]:
    write(root, files)
    with imported(root, "steps") as module:
        return set(code_parts(module.step, roots=[root]))


@pytest.mark.parametrize(
    ("step", "names"),
    [
        ("import_module('plug.a').run()", {"module:plug.a"}),
        ("import_module(f'plug.{x}')", PLUG),
        ("import_module('plug.' + x)", PLUG),
        ("import_module(x)", {"module:steps", "module:other"}),
        ("globals()[x]()", {"module:steps"}),
        ("sys.modules[__name__]", {"module:steps"}),
        ("getattr(other, 'used')()", {"import:steps:other", "function:other:used"}),
        ("getattr(other, x)()", {"import:steps:other", "module:other"}),
        ("other.later()", {"import:steps:other", "function:other:__getattr__"}),
        ("vars(other)", {"import:steps:other", "module:other"}),
        ("mystery()", {"module:steps"}),
        ("[used for used in x]", set[str]()),
        ("(lambda used: used)(x)", set[str]()),
        ("x.used", set[str]()),
        ("used(x)", {"import:steps:used", "function:other:used"}),
    ],
)  # fmt: skip
def test_how_far_a_step_reaches(step: str, names: set[str], tmp_path: Path) -> None:
    found = write_and_read(
        tmp_path,
        {
            "steps.py": "import sys\nfrom importlib import import_module\n"
            f"import other\nfrom other import used\ndef step(x):\n    return {step}\n",
            "other.py": "def used(x=0):\n    return 1\ndef __getattr__(name):\n"
            "    return used\n",
            "plug/__init__.py": "",
            "plug/a.py": "def run():\n    return 1\n",
            "plug/b.py": "",
        },
    )
    if not any(name.startswith("module:steps") for name in names):
        names = names | {"function:steps:step"}
    if names & {"function:other:__getattr__", "module:steps"} and (
        "module:other" not in names
    ):
        names = names | {"function:other:used"}
    assert found - {"import:steps:import_module", "import:steps:sys"} == names


def test_subclasses_that_are_only_looked_up(tmp_path: Path) -> None:
    names = write_and_read(
        tmp_path,
        {
            "steps.py": "import base, plugins\ndef step(x):\n"
            "    return [c for c in base.Base.__subclasses__()]\n",
            "base.py": "class Base:\n    pass\nclass Other:\n    pass\n",
            "plugins.py": "from base import Base, Other\nclass A(Base):\n    pass\n"
            "class B(A):\n    pass\nclass C(Other):\n    pass\n",
        },
    )
    assert {"class:plugins:A", "class:plugins:B"} < names
    assert "class:plugins:C" not in names


@pytest.mark.parametrize(
    "source",
    [
        (
            "@functools.singledispatch\ndef reg(x):\n    return 1\n"
            "@reg.register\ndef found(x: int):\n    return 2\n"
        ),
        (
            "class reg:\n    items = {}\n    @classmethod\n    def add(cls, f):\n"
            "        cls.items[f.__name__] = f\n        return f\n"
            "@reg.add\ndef found(x):\n    return 2\n"
        ),
        (
            "class reg:\n    items = []\n    def __init_subclass__(cls):\n"
            "        reg.items.append(cls)\nclass found(reg):\n    pass\n"
        ),
        (
            "reg = []\ndef add(f):\n    reg.append(f)\n    return f\n"
            "@add\ndef found(x):\n    return 2\n"
        ),
        "reg = set()\ndef found(x):\n    return 2\nfor f in [found]:\n    reg.add(f)\n",
    ],
    ids=["dispatch", "class", "subclasses", "decorator", "loop"],
)
def test_what_registers_itself_counts(source: str, tmp_path: Path) -> None:
    names = write_and_read(
        tmp_path,
        {
            "steps.py": f"import functools\n{source}"
            "def bystander(x):\n    return x\ndef step(x):\n    return reg\n",
        },
    )
    assert {"function:steps:found", "class:steps:found"} & names
    assert "function:steps:bystander" not in names


def test_a_module_that_is_not_python_counts_by_its_bytes(tmp_path: Path) -> None:
    files = {
        "steps.py": "def step(x):\n    import broken\n    return broken.f\n",
        "broken.py": "def f(:\n",
    }
    assert write_and_read(tmp_path, files) == {"function:steps:step", "module:broken"}


def test_a_package_that_is_missing_counts_as_such(tmp_path: Path) -> None:
    write(tmp_path, {
        "steps.py": "try:\n    import nowhere_at_all\nexcept ImportError:\n"
        "    nowhere_at_all = None\ndef step(x):\n    return nowhere_at_all\n",
    })  # fmt: skip
    with imported(tmp_path, "steps") as module:
        parts = code_parts(module.step, roots=[tmp_path])
    assert parts["package:nowhere_at_all"].digest == "missing"


def test_a_snapshot_stays_and_a_new_one_sees_the_edit(tmp_path: Path) -> None:
    source = "SIZE = 1\ndef step(x):\n    return SIZE\n"
    write(tmp_path, {"steps.py": source})
    with imported(tmp_path, "steps") as module:
        step: Callable[..., object] = module.step
        code = ProjectCode([tmp_path])
        before = code.parts(step)
        (tmp_path / "steps.py").write_text(source.replace("SIZE = 1", "SIZE = 12"))
        assert code.parts(step) == before
        assert ProjectCode([tmp_path]).parts(step) != before
