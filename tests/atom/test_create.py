"""Making atoms of what comes from outside, and finding them again."""

from __future__ import annotations

import getpass
import hashlib
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sweepflow.atom import Atom, AtomError, DatasetAtom, ModelAtom
from sweepflow.errors import AtomNotFoundError, StoreError
from tests.atom.conftest import run_python

if TYPE_CHECKING:
    from collections.abc import Callable

    from sweepflow.store.store import Store


def test_a_file_becomes_an_atom(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "some rows.jsonl"
    file.write_bytes(b'{"a": 1}\n')

    atom = Atom.create(
        "dataset", file, tags=["raw", "x", "raw"], metadata={"from": {"url": "u"}}
    )

    assert isinstance(atom, DatasetAtom)
    assert atom.id == f"dataset-ann-{atom.record.content[:16]}"
    assert (atom.type, atom.user, atom.size) == ("dataset", "ann", 9)
    assert atom.digest == hashlib.sha256(b'{"a": 1}\n').hexdigest()
    assert atom.tags == ("raw", "x")
    assert atom.metadata == {"from": {"url": "u"}}
    assert atom.created_at.tzinfo is UTC
    assert abs((datetime.now(UTC) - atom.created_at).total_seconds()) < 60
    assert atom.made_from == {}
    assert atom.path.name == "some rows.jsonl"
    assert repr(atom) == f"DatasetAtom('{atom.id}')"


def test_a_folder_becomes_an_atom(store: Store, tmp_path: Path) -> None:
    (tmp_path / "m" / "deep").mkdir(parents=True)
    (tmp_path / "m" / "a").write_text("12")
    (tmp_path / "m" / "deep" / "b").write_text("345")
    (tmp_path / "m" / "link").symlink_to("deep/b")

    atom = Atom.create("model", tmp_path / "m")

    assert isinstance(atom, ModelAtom)
    assert atom.size == 5
    assert (atom.path / "link").read_text() == "345"


def test_a_link_stands_for_what_it_leads_to(store: Store, tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("hello")
    (tmp_path / "name.txt").symlink_to("real.txt")

    atom = Atom.create("note", tmp_path / "name.txt")

    assert not atom.path.is_symlink()
    assert (atom.path.name, atom.load()) == ("name.txt", "hello")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    # No lone surrogate is in a text that can be written.
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ab\n\u2028é"), inner),
    max_leaves=10,
)


@given(data=JSON | st.binary() | st.lists(st.dictionaries(st.text("ab"), st.none())))
@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=50,
)
def test_load_gives_the_data_it_was_created_of(store: Store, data: object) -> None:
    assert Atom.create("thing", data=data).load() == data


def test_the_same_twice_is_one_atom_stored_once(store: Store) -> None:
    first = Atom.create("t", data="text", tags=["a"], metadata={"x": 1, "y": 2})
    again = Atom.create("t", data="text", tags=["a"], metadata={"y": 2, "x": 1})

    assert first == again
    assert hash(first) == hash(again)
    assert first.created_at == again.created_at
    assert len(list(store.objects.digests())) == 1
    assert len(store.catalog.atoms()) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"data": "texts"},
        {"data": b"text"},
        {"type": "u"},
        {"user": "bob"},
        {"tags": ["a"]},
        {"metadata": {"a": 1}},
    ],
    ids=lambda other: next(iter(other)),
)
def test_what_differs_is_another_atom(store: Store, other: dict[str, Any]) -> None:
    plain: dict[str, Any] = {"type": "t", "data": "text"}
    assert Atom.create(**plain) != Atom.create(**plain | other)


def test_it_cannot_be_changed(store: Store) -> None:
    atom = Atom.create("t", data="text", metadata={"deep": {"list": [1]}})
    for name in ("type", "user", "tags", "metadata", "id", "new"):
        with pytest.raises(AttributeError):
            setattr(atom, name, "x")
        with pytest.raises(AttributeError):
            delattr(atom, name)
    atom.metadata["deep"]["list"].append(2)
    assert atom.metadata == {"deep": {"list": [1]}}


def test_what_it_was_made_of_may_change_later(store: Store) -> None:
    said: dict[str, Any] = {"list": [1]}
    atom = Atom.create("t", data="text", metadata=said)
    said["list"].append(2)
    assert atom.metadata == {"list": [1]}


def test_get_takes_how_an_id_begins(store: Store) -> None:
    atom = Atom.create("dataset", data=[{"a": 1}])
    Atom.create("text", data="hello")

    assert Atom.get(atom.id) == Atom.get("data") == DatasetAtom.get("d") == atom
    assert isinstance(Atom.get("data"), DatasetAtom)
    with pytest.raises(AtomNotFoundError, match="zzz"):
        Atom.get("zzz")
    with pytest.raises(AtomError, match=r"is of type 'text', not 'dataset'"):
        DatasetAtom.get("text")


def test_get_says_where_nothing_was_made_and_makes_nothing(store: Store) -> None:
    with pytest.raises(AtomNotFoundError, match="nothing was made in"):
        Atom.get("x")
    assert not store.home.root.exists()


def test_another_process_finds_it(store: Store) -> None:
    atom = Atom.create("t", data={"x": [1, 2]})
    code = "from sweepflow.atom import Atom; atom = Atom.get('t')"
    output = run_python(store.home, f"{code}; print(atom.id, atom.load())")
    assert output == f"{atom.id} {{'x': [1, 2]}}\n"


def deep(levels: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(levels):
        found = [found]
    return found


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"data": None, "path": "x"}, "either a path or data"),
        ({}, "either a path or data"),
        ({"path": "no/such"}, "there is no file or folder no/such"),
        ({"path": "a\0b"}, "there is no file or folder"),
        ({"type": ""}, "'' cannot be the type"),
        ({"type": "../../etc"}, "'_.._etc'"),
        ({"type": "x" * 65}, "1 to 64"),
        ({"type": 5}, "5 cannot be the type"),
        ({"user": "ann@example.org"}, "'ann_example.org'"),
        ({"user": "ann\n"}, "cannot be the user"),
        ({"user": ""}, "'' cannot be the user"),
        ({"tags": "raw"}, "the tags of an atom are 'raw'"),
        ({"tags": ["a", 1]}, "a tag of an atom is 1"),
        ({"tags": [""]}, "a tag of an atom is ''"),
        ({"tags": 7}, "the tags of an atom are 7"),
        ({"metadata": [1]}, "of type list"),
        ({"metadata": {"a": [{"b": Path("x")}]}}, r"metadata.a\[0\].b is of type Pos"),
        ({"metadata": {"a": math.nan}}, "metadata.a is nan"),
        ({"metadata": {"a": {1: 2}}}, "metadata.a has the key 1"),
        ({"metadata": {"a": deep(200)}}, "more than 100 levels"),
        ({"metadata": {"a": "x" * (1 << 20)}}, r"takes 1,048,\d+ bytes"),
        ({"data": {"a": {1, 2}}}, "set is not JSON serializable"),
        ({"data": deep(100_000)}, "cannot be written as JSON"),
        ({"data": object()}, "cannot be written as JSON"),
        ({"data": [{"ok": 1}, {"a": b""}]}, "row 2 cannot be written as JSON"),
        ({"data": "a\udc80"}, r"holds '\\udc80'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_an_atom_is_refused(
    store: Store, arguments: dict[str, Any], message: str
) -> None:
    given: dict[str, Any] = {"type": "t", **arguments}
    if arguments and not {"data", "path"} & arguments.keys():
        given["data"] = "x"
    with pytest.raises(AtomError, match=message):
        Atom.create(**given)
    assert not store.home.has_ledger()


def test_a_link_out_of_a_folder_is_refused(store: Store, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to("/etc/passwd")
    with pytest.raises(StoreError, match="not within"):
        Atom.create("t", tmp_path / "folder")
    assert not store.home.has_ledger()


def nobody() -> str:
    raise KeyError("getpwuid(): uid not found: 1234")


@pytest.mark.parametrize(
    ("name", "user"),
    [
        (lambda: "Ann Lee-Wu", "Ann_Lee_Wu"),
        (lambda: "", "unknown"),
        (nobody, "unknown"),
    ],
)
def test_any_login_name_makes_a_user(
    store: Store, monkeypatch: pytest.MonkeyPatch, name: Callable[[], str], user: str
) -> None:
    monkeypatch.setattr(getpass, "getuser", name)
    assert Atom.create("t", data="x").user == user


def test_metadata_takes_the_numbers_of_other_libraries(store: Store) -> None:
    class Real(float): ...

    class Whole(int): ...

    class Text(str):
        __slots__ = ()

        def __str__(self) -> str:
            return "something else"

    said: dict[str, Any] = {
        "real": Real(0.5),
        "whole": Whole(3),
        "tuple": (1, None),
        Text("k"): True,
    }
    atom = Atom.create("t", data="x", metadata=said)

    assert Atom.get(atom.id).metadata == {
        "real": 0.5,
        "whole": 3,
        "tuple": [1, None],
        "k": True,
    }
