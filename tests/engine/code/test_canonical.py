"""The text of code: the same for what does the same, different for all else."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweepflow.engine.code import ProjectCode
from sweepflow.engine.code.canonical import canonical
from tests.engine.code.sample import FILES, digests, imported

MODULES = sorted(name for name in FILES if name.startswith("pkg/"))


def text(source: str) -> str:
    return canonical(ast.parse(source))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x=1", "x = 1  # one"),
        ("x = 'a'", 'x = "a"'),
        ("x = 'a' 'b'", "x = 'ab'"),
        ("x = u'a'", "x = 'a'"),
        ("x = 1_000", "x = 0x3e8"),
        ("x = f'a' f'{b}'", "x = f'a{b}'"),
        ("x = f'{a}' 'b' f'c'", "x = f'{a}bc'"),
        ("def f():\n    'text'", "def f(): pass"),
        ("def f():\n    ...", "def f(): pass"),
        ("def f(a: int) -> str: return a", "def f(a): return a"),
        ("@cache\ndef f(a: int): return a", "@cache\ndef f(a): return a"),
        ("def f():\n    x: int = 1", "def f():\n    x = 1"),
        ("class A:\n    'text'\n    x = 1\n    'about x'", "class A:\n    x = 1"),
    ],
)
def test_the_same(one: str, other: str) -> None:
    assert text(one) == text(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ("x = 'a'", "x = b'a'"),
        ("x = [1, 2]", "x = [[1], 2]"),
        ("x = {**a}", "x = {a: a}"),
        ("f(a, *b)", "f(*a, b)"),
        ("def f(*, a, b=1): pass", "def f(*, a=1, b): pass"),
        ("x = f'{a!r}'", "x = f'{a!s}'"),
        ("@app\ndef f(a: int): pass", "@app\ndef f(a: str): pass"),
        ("class A:\n    x: int", "class A:\n    x: str"),
        ("a = b = 1", "a = 1"),
        ("def f():\n    x: int", "def f(): pass"),
        ("if a:\n    b\nelse:\n    c", "if a:\n    b\n    c"),
    ],
)
def test_not_the_same(one: str, other: str) -> None:
    assert text(one) != text(other)


def test_the_text_names_only_what_all_versions_of_python_have() -> None:
    assert text("def f(a: int):\n    return f'{a:>2}', 'é', 10**9") == (
        "Module(body=[FunctionDef(name='f',args=arguments(args=[arg(arg='a',),],),"
        "body=[Return(value=Tuple(elts=[JoinedStr(values=[FormattedValue("
        "value=Name(id='a',),conversion=-0x1,format_spec=JoinedStr(values=["
        "Constant('>2'),],),),],),Constant('\\xe9'),BinOp(left=Constant(0xa),"
        "op=Pow(),right=Constant(0x9),),],),),],),],)"
    )


def test_depth_is_no_limit() -> None:
    source = "x = " + " + ".join(["a"] * 900)
    assert text(source).count("Name") == 901


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_layout_never_counts(data: st.DataObject) -> None:
    source = FILES[data.draw(st.sampled_from(MODULES))]
    lines = source.splitlines()
    known = text(source)
    for _ in range(data.draw(st.integers(0, 5))):
        place = data.draw(st.integers(0, len(lines)))
        # in a line of its own, however indented, a comment may stand anywhere
        comment = data.draw(st.sampled_from(["", "# x", "        # def f():", "   "]))
        lines.insert(place, comment)
    changed = "\n".join(lines)
    if data.draw(st.booleans()):
        changed = ast.unparse(ast.parse(changed))
    assert text(changed) == known


class _Numbers(ast.NodeTransformer):
    """Changes the number at one place."""

    def __init__(self, place: int, value: int) -> None:
        self.place, self.value, self.found = place, value, -1

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if type(node.value) is int:
            self.found += 1
            if self.found == self.place:
                return ast.Constant(self.value)
        return node


REACHED = """\
BASE = 3
TABLE = {"a": 4, "b": [5, 6]}


class Thing:
    size: int = 7

    def get(self, extra=8):
        return self.size + extra + 9


def helper(x):
    return sum(y * 10 for y in range(11)) + TABLE["a"] + x


def step(config, atoms, folder):
    local = lambda z: z + 12
    return helper(BASE) + Thing().get() + local(13) + len(f"{BASE:>14}")
"""


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 10), value=st.integers(100, 2**80))
def test_every_number_counts(
    place: int, value: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    changed = ast.unparse(_Numbers(place, value).visit(ast.parse(REACHED)))
    seen: list[dict[str, str]] = []
    for source in (REACHED, changed):
        root = tmp_path_factory.mktemp("numbers")
        (root / "steps.py").write_text(source)
        with imported(root, "steps") as module:
            seen.append(digests(ProjectCode([root]).parts(module.step)))
    assert seen[0] != seen[1]
