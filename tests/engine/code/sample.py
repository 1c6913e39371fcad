"""A small project with eight steps, and how to look at it as a fresh process would."""

from __future__ import annotations

import importlib
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweepflow.engine.code import Part, ProjectCode

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

STEPS = ("load", "clean", "train", "score", "report", "shout", "legacy", "loose")

FILES = {
    "steps.py": '''\
"""The steps."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import config
import fastlib
import hooks
import pkg.tables
from config import SIZE as LIMIT
from names import *
from pkg import normalise
from pkg.models import Model, Options
from pkg.registry import build, names

if TYPE_CHECKING:
    from unseen import Never


def load(settings, atoms, folder):
    """Load."""
    # as many rows as allowed
    rows = [row for row in range(LIMIT)]
    return outer(rows)


def outer(rows):
    return middle(rows)


def middle(rows):
    return normalise(rows)


def clean(settings: Options, atoms, folder):
    from pkg.text import strip as trim

    words = [trim(word) for word in atoms]
    return pkg.tables.ACTIONS[settings.action](words)


def train(settings, atoms, folder):
    model = Model(3)
    model.fit(atoms)
    return fastlib.solve(model)


def score(settings, atoms, folder):
    return build(settings.name)(atoms)


async def report(settings, atoms, folder):
    total = await gather(atoms)
    return f"{total:>{config.WIDTH}}"


async def gather(atoms):
    return sum(count(atom) for atom in atoms)


def count(atom):
    config.seen(atom)
    return (lambda x: x + 1)(atom)


def scale(rows, *, factor=2, power=1):
    return [row * factor**power for row in rows]


shout = functools.partial(scale, factor=3)


def make(kind):
    import impl

    def run(settings, atoms, folder):
        return impl.solve(kind, TITLE)

    return run


legacy = make("old")


def loose(settings, atoms, folder):
    import dynamic

    return getattr(dynamic, settings.name)(atoms)


def unused(settings: Never):
    return "unused"


UNUSED = 1

if __name__ == "__main__":
    print(load(None, [], None))
''',
    "config.py": """\
SIZE = 10
WIDTH = 8
SPARE = 1
COUNT = 0


def seen(atom):
    global COUNT
    COUNT += STEP


STEP = 1
""",
    "names.py": """\
TITLE = "a title"
OTHER = "another"
""",
    "impl.py": """\
try:
    from fast import solve
except ImportError:
    from slow import solve
""",
    "slow.py": """\
def solve(kind, title):
    return kind + title


def spare():
    return None
""",
    "hooks.py": """\
import pkg.deep

pkg.deep.shift = lambda rows: rows[1:]


def idle():
    return 0
""",
    "dynamic.py": """\
def first(atoms):
    return atoms[0]


def last(atoms):
    return atoms[-1]
""",
    "pkg/__init__.py": """\
from .deep import normalise
from .text import upper
""",
    "pkg/deep.py": """\
def normalise(rows):
    return shift(rows)


def shift(rows):
    return rows


def alone(rows):
    return rows
""",
    "pkg/text.py": '''\
PATTERN = " x"


def strip(word):
    """Strip."""
    return word.strip(PATTERN)


def upper(word):
    return word.upper()
''',
    "pkg/tables.py": """\
from pkg.text import upper


def lower(words):
    return [word.lower() for word in words]


ACTIONS = {"lower": lower}
ACTIONS["same"] = lambda words: words
OTHERS = {"upper": upper}
OTHERS["none"] = None
""",
    "pkg/models.py": """\
import enum
from dataclasses import dataclass
from typing import TypedDict

from pkg.base import Base, timed


class Mode(enum.Enum):
    SLOW = 1
    FAST = 2


class Row(TypedDict):
    text: str


@dataclass
class Options:
    action: str = "lower"
    depth: int = 1


class Model(Base):
    mode = Mode.FAST

    class Inner:
        rate = 0.1

    def __init__(self, depth: int) -> None:
        self.depth = depth

    @timed
    def fit(self, rows: list[Row]) -> None:
        self.rows: list[Row] = rows

    @property
    def best(self):
        return self.Inner.rate

    @classmethod
    def small(cls):
        return cls(1)

    def __call__(self, row):
        return row


class Unused(Base):
    rate = 2
""",
    "pkg/base.py": """\
import functools


def timed(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)

    return wrapper


class Base:
    depth = 0

    def save(self):
        return self.depth
""",
    "pkg/registry.py": """\
REGISTRY = {}


def register(name):
    def add(function):
        REGISTRY[name] = function
        return function

    return add


def build(name):
    return REGISTRY[name]


def names():
    return []


@register("one")
def one(atoms):
    return helper(atoms)


def helper(atoms):
    return 1


def bystander(atoms):
    return helper(atoms)
""",
    "lonely.py": "VALUE = 1\n",
}


@contextmanager
def imported(root: Path, name: str) -> Generator[Any]:
    """Import a module of a folder freshly, and leave no trace of it."""
    before, path, writes = set(sys.modules), list(sys.path), sys.dont_write_bytecode
    sys.path[:0] = [str(root), str(root / "site-packages")]
    sys.dont_write_bytecode = True
    importlib.invalidate_caches()
    try:
        yield importlib.import_module(name)
    finally:
        sys.path[:], sys.dont_write_bytecode = path, writes
        for module in set(sys.modules) - before:
            file = getattr(sys.modules[module], "__file__", None)
            if file is None or Path(file).is_relative_to(root):
                del sys.modules[module]


def write(root: Path, files: Mapping[str, str]) -> None:
    """Write a project, with an installed package that it uses."""
    installed = root / "site-packages"
    install(installed, "1.0")
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def install(folder: Path, version: str) -> None:
    info = folder / f"fastlib-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: fastlib\nVersion: {version}\n"
    )
    (folder / "fastlib.py").write_text("def solve(model):\n    return model\n")


def parts_of_steps(root: Path) -> dict[str, dict[str, Part]]:
    """Give the parts of each step, by the step's name."""
    with imported(root, "steps") as module:
        code = ProjectCode([root])
        functions: dict[str, Callable[..., object]] = {
            name: getattr(module, name) for name in STEPS
        }
        return {name: dict(code.parts(f)) for name, f in functions.items()}


def digests(parts: Mapping[str, Part]) -> dict[str, str]:
    return {name: part.digest for name, part in parts.items()}
