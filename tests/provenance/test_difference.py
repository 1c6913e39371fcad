"""Two fingerprints are compared part by part, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.provenance import ABSENT, Difference, compare
from sweepflow.store.records import canonical_json, sha256

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.store.records import Json

PARTS: Mapping[str, Json] = {
    "action": "pkg.steps.train",
    "params": {"lr": 0.1, "model.size": "small"},
    "inputs": {"data": "a" * 64},
    "outputs": {"model": "model"},
    "code": "c" * 64,
    "depends_on": {"env:TOKEN": "e" * 64, "file:data.csv": "f" * 64, "package:np": "1"},
    "python": "3.11",
}


def changed(part: str, value: Json) -> list[Difference]:
    return compare(PARTS, {**PARTS, part: value}, no_text)


def no_text(digest: str) -> str | None:
    return None


class Texts(dict[str, str]):
    """Texts by their digests."""

    def code(self, **parts: tuple[str, str]) -> str:
        """Record code as the engine does, and give its digest."""
        listing = {name: [part, self.add(text)] for name, (part, text) in parts.items()}
        return self.add(canonical_json(listing))

    def add(self, text: str) -> str:
        self[sha256(text)] = text
        return sha256(text)


@pytest.mark.parametrize(
    ("part", "value", "line"),
    [
        ("params", {"lr": 1, "model.size": "small"}, "parameter lr: 0.1 -> 1"),
        ("params", {"lr": 0.1}, 'parameter model.size is gone: "small"'),
        (
            "params",
            {"lr": 0.1, "model.size": "small", "n": None},
            "parameter n is new: null",
        ),
        ("inputs", {"data": "b" * 64}, "input data: aaaaaaaaaaaa -> bbbbbbbbbbbb"),
        ("python", "3.12", "python: 3.11 -> 3.12"),
        ("action", "x", 'step action: "pkg.steps.train" -> "x"'),
        ("outputs", None, 'step outputs: {"model":"model"} -> null'),
        ("code", "d" * 64, "code changed"),
        (
            "depends_on",
            {**PARTS["depends_on"], "env:TOKEN": "0"},
            "environment variable TOKEN changed",
        ),
        (
            "depends_on",
            {**PARTS["depends_on"], "file:data.csv": "0"},
            "file data.csv changed",
        ),
        (
            "depends_on",
            {**PARTS["depends_on"], "file:new.csv": "0"},
            "file new.csv is new",
        ),
        (
            "depends_on",
            {**PARTS["depends_on"], "url:http://data": "0"},
            "file http://data is new",
        ),
        (
            "depends_on",
            {**PARTS["depends_on"], "operation:prep": "a1b2"},
            "input prep is new: a1b2",
        ),
        (
            "depends_on",
            {**PARTS["depends_on"], "output-scalars": "0"},
            "setting output-scalars is new",
        ),
        (
            "depends_on",
            {**PARTS["depends_on"], "package:np": "2"},
            "package np: 1 -> 2",
        ),
    ],
)
def test_each_part_is_named(part: str, value: Json, line: str) -> None:
    assert [str(each) for each in changed(part, value)] == [line]


def test_what_is_equal_in_python_but_not_in_a_digest_differs() -> None:
    assert [str(each) for each in changed("params", {"lr": 0.1, "model.size": 1})] == [
        'parameter model.size: "small" -> 1'
    ]
    assert compare({"params": {"n": 1}}, {"params": {"n": True}}, no_text)
    assert compare({"params": {"n": 1}}, {"params": {"n": 1.0}}, no_text)
    assert compare({"params": {"n": 0.0}}, {"params": {"n": -0.0}}, no_text)
    assert compare({"params": {"n": [1]}}, {"params": {"n": [True]}}, no_text)
    nan = float("nan")
    assert not compare({"params": {"n": nan}}, {"params": {"n": -nan}}, no_text)


def test_a_long_value_is_cut_in_a_line_only() -> None:
    (difference,) = changed("params", {"lr": 0.1, "model.size": "x" * 500})
    assert len(str(difference)) < 120
    assert difference.new == "x" * 500


def test_changed_code_is_shown_line_by_line() -> None:
    texts = Texts()
    old = texts.code(
        f=("1", "def f():\n    return 1\n"), g=("1", "g"), h=("1", "def h(): ...\n")
    )
    new = texts.code(
        f=("2", "def f():\n    return 2\n"),
        g=("1", "g  # a comment"),
        k=("1", "k = 1\n"),
    )
    f, h, k = compare({"code": old}, {"code": new}, texts.get)
    assert (str(f), f.old, f.new) == ("code f changed", "1", "2")
    assert f.diff.splitlines() == [
        "--- f (before)",
        "+++ f (now)",
        "@@ -1,2 +1,2 @@",
        " def f():",
        "-    return 1",
        "+    return 2",
    ]
    assert (str(h), h.diff.splitlines()[-1]) == ("code h is gone", "-def h(): ...")
    assert (str(k), k.diff.splitlines()[-1]) == ("code k is new", "+k = 1")


def test_a_package_that_code_reaches_shows_its_versions() -> None:
    texts = Texts()
    old = texts.code(**{"package:numpy": ("2.0", "")})
    new = texts.code(**{"package:numpy": ("2.1", ""), "package:rich": ("13", "")})
    numpy, rich = compare({"code": old}, {"code": new}, texts.get)
    assert (numpy.kind, str(numpy)) == ("package", "package numpy: 2.0 -> 2.1")
    assert str(rich) == "package rich is new: 13"


def test_json_leaves_out_what_is_absent() -> None:
    assert Difference("param", "n", ABSENT, None).to_json() == {
        "kind": "param",
        "name": "n",
        "new": None,
    }


json_values = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
some_parts = st.fixed_dictionaries(
    {
        "action": st.text(max_size=2),
        "params": st.dictionaries(st.text(max_size=2), json_values, max_size=3),
        "inputs": st.dictionaries(st.text(max_size=2), st.text(max_size=2), max_size=3),
        "outputs": st.none()
        | st.dictionaries(st.text(max_size=2), st.text(max_size=2)),
        "code": st.sampled_from(["1", "2"]),
        "depends_on": st.dictionaries(
            st.sampled_from(["env:A", "file:B", "package:C"]), st.text(max_size=2)
        ),
        "python": st.sampled_from(["3.11", "3.12"]),
    }
)


@given(some_parts, some_parts)
def test_there_is_a_difference_exactly_where_the_digests_differ(
    old: Mapping[str, Json], new: Mapping[str, Json]
) -> None:
    assert compare(old, old, no_text) == []
    assert bool(compare(old, new, no_text)) == (
        canonical_json(old) != canonical_json(new)
    )
