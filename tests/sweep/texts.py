"""Hypothesis strategies for expressions, whole and broken."""

from __future__ import annotations

from hypothesis import strategies as st

_FRAGMENTS = (
    *("a=", "lr/m=", "b/k=", "+c=", "~d", "--e", "x", "1", "2.5", "1e-3", "1_000"),
    *("1:3", ":5", "0:1:0.25", "5:1", "log(1:100:3)", "log(", "choice(1,2)", "int("),
    *("(", ")", "[", "]", "{", "}", "$", "${", ",", "|", " ", "\n", "\t", "\\n", "\\"),
    *("'", '"', "#", "~", "+", "-", "=", ":", "/", "@", ".", "_", "0x1", "nan", "k"),
    *("m", "µ", "e", "e-3", "é", "日", "\0", "\ud800", "9" * 200, "1e999999999"),
)


def anything() -> st.SearchStrategy[str]:
    """Give any text at all, mostly such as looks like an expression."""
    return st.one_of(st.lists(st.sampled_from(_FRAGMENTS)).map("".join), st.text())


def protected() -> st.SearchStrategy[str]:
    """Give texts that something in a shell, in Hydra or in us could misread."""
    return st.text(
        st.one_of(
            st.sampled_from("'\"\\ ,|()[]{}$=:#~+-.15mkeaxµ\n\t"),
            st.characters(exclude_categories=["Cs"]),
        ),
        max_size=12,
    )


def single_quoted(text: str) -> str:
    """Give `text` protected as in a shell, by single quotes."""
    return "'" + text.replace("'", "'\\''") + "'"


def double_quoted(text: str) -> str:
    """Give `text` protected as in a shell, by double quotes."""
    for char in '\\"$`':
        text = text.replace(char, f"\\{char}")
    return f'"{text}"'


def escaped(text: str) -> str:
    """Give `text` protected as in a shell, by backslashes where those can do it."""
    return "".join(single_quoted(c) if c == "\n" else f"\\{c}" for c in text) + "''"


def _numbers() -> st.SearchStrategy[str]:
    return st.one_of(
        st.integers(-50, 50).map(str),
        st.decimals(-5, 5, places=2).map(str),
        st.sampled_from(["1e-3", "2E4", "1_000", "+3", "5m", "2k", "1.5M", "0.0001"]),
    )


@st.composite
def _ranges(draw: st.DrawFn) -> str:
    start, size = draw(st.integers(-9, 9)), draw(st.integers(0, 8))
    step = draw(st.sampled_from(["1", "2", "0.5", "0.25", "3e-1"]))
    suffix = draw(st.sampled_from(["", ":k", ":m", ":e-3", ":u"]))
    return f"{start}:{start + size}:{step}{suffix}"


@st.composite
def _groups(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    before = draw(st.sampled_from(["", "n_", "1", "-"]))
    alternatives = ",".join(draw(st.lists(inner, min_size=1, max_size=3)))
    behind = draw(st.sampled_from(["", "k", "_v", ":8", "e2", "' '", "(1:2)"]))
    return f"{before}({alternatives}){behind}"


def _elements() -> st.SearchStrategy[str]:
    words = st.sampled_from(["adam", "x_1", "a/b", "v1.2", "${x:1,2}", "[1, (2)]"])
    quoted = protected().map(double_quoted)
    simple = st.one_of(_numbers(), _ranges(), words, quoted)
    groups = st.recursive(simple, _groups, max_leaves=4)
    functions = st.sampled_from(["choice(1, 2)", "log(1:100:3)", "range(1,3)"])
    return st.one_of(groups, functions)


@st.composite
def _words(draw: st.DrawFn) -> str:
    keys = ["a", "b.c", "+d", "++e", "~f", "group/x", "db@db.src", "é"]
    elements = draw(st.lists(_elements(), min_size=1, max_size=3))
    return f"{draw(st.sampled_from(keys))}={','.join(elements)}"


def words() -> st.SearchStrategy[list[str]]:
    """Give the words of an expression without pipes that has a meaning."""
    return st.lists(_words(), max_size=5)
