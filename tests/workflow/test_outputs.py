"""What a step may return, and what it is told of anything else."""

from __future__ import annotations

import os
import string
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.errors import StoreError
from sweepflow.store.objects import ObjectStore
from sweepflow.workflow import AtomConstructor
from sweepflow.workflow.errors import StepResultError
from sweepflow.workflow.outputs import collect

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sweepflow.store.records import Output


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "x").write_text("x")
    (folder / "folder").mkdir()
    (folder / "folder" / "inner").write_text("inner")
    return folder


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "objects")


def gather(
    returned: object,
    workspace: Path,
    objects: ObjectStore,
    declared: Mapping[str, str] | None = None,
) -> tuple[Output, ...]:
    return collect(returned, workspace, declared, objects)


def refusal(
    returned: object,
    workspace: Path,
    objects: ObjectStore,
    declared: Mapping[str, str] | None = None,
) -> str:
    """Give what is said of it; nothing may have been stored."""
    with pytest.raises(StepResultError) as caught:
        gather(returned, workspace, objects, declared)
    assert not list(objects.digests())
    return str(caught.value)


def x(name: str = "x", path: str | Path = "x", kind: str = "text") -> AtomConstructor:
    return AtomConstructor(name, path, kind)


def test_files_and_folders_become_outputs(
    workspace: Path, objects: ObjectStore
) -> None:
    made = AtomConstructor("x", workspace / "x", "text", ["b", "a"], {"n": 1})
    first, second = gather([made, x("y", "folder", "many")], workspace, objects)

    assert (first.name, first.type, first.size, first.filename) == ("x", "text", 1, "x")
    assert (first.metadata, set(first.tags)) == ({"n": 1}, {"a", "b"})
    assert (second.name, second.filename, second.size) == ("y", None, 5)
    assert objects.open(first.digest).read() == b"x"


def test_nothing_at_all_is_fine_in_a_list(
    workspace: Path, objects: ObjectStore
) -> None:
    assert gather([], workspace, objects) == ()
    assert gather((), workspace, objects, {}) == ()


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (None, "the step returned nothing"),
        ("x", "the step returned a str"),
        (x(), "the step returned a AtomConstructor"),
        ({"x": "x"}, "the step returned a dict"),
        (["x"], "the step returned a list with a str in it"),
        ([x(), None], "the step returned a list with a NoneType in it"),
    ],
)
def test_what_is_no_list_of_atoms(
    workspace: Path, objects: ObjectStore, returned: object, said: str
) -> None:
    text = refusal(returned, workspace, objects)
    assert text.startswith(said)
    assert "return a list with an AtomConstructor for each" in text


@pytest.mark.parametrize("path", ["absent", "x/y", "", "\0", "~", "folder/absent"])
def test_a_path_that_is_not_there(
    workspace: Path, objects: ObjectStore, path: str
) -> None:
    if path == "":  # that is the workspace itself
        assert gather([x(path=path)], workspace, objects)
        return
    assert "there is no file or folder" in refusal([x(path=path)], workspace, objects)


@pytest.mark.parametrize("path", ["..", "../secret", "folder/../../secret", "/etc"])
def test_a_path_that_leads_out(
    workspace: Path, objects: ObjectStore, path: str
) -> None:
    (workspace.parent / "secret").write_text("secret")
    said = refusal([x(path=path)], workspace, objects)
    assert "is not in the step's workspace" in said
    assert "write it below temp_workspace" in said


@pytest.mark.parametrize("target", ["../secret", "/etc/hostname", "..", "/"])
def test_a_link_that_leads_out(
    workspace: Path, objects: ObjectStore, target: str
) -> None:
    (workspace.parent / "secret").write_text("secret")
    (workspace / "link").symlink_to(target)
    said = refusal([x(path="link")], workspace, objects)
    assert "is not in the step's workspace" in said


def test_a_link_in_a_folder_that_leads_out(
    workspace: Path, objects: ObjectStore
) -> None:
    (workspace / "folder" / "link").symlink_to("../x")
    with pytest.raises(StoreError, match="which is not within"):
        gather([x(path="folder")], workspace, objects)


def test_links_within_are_followed_or_kept(
    workspace: Path, objects: ObjectStore
) -> None:
    (workspace / "link").symlink_to("x")
    (workspace / "folder" / "link").symlink_to("inner")
    one, two = gather([x(path="link"), x("y", "folder")], workspace, objects)

    assert objects.open(one.digest).read() == b"x"
    assert len(list(objects.entries(two.digest))) == 2


def test_links_that_lead_nowhere(workspace: Path, objects: ObjectStore) -> None:
    (workspace / "circle").symlink_to("circle")
    (workspace / "dangling").symlink_to("absent")
    for path in ("circle", "dangling"):
        said = refusal([x(path=path)], workspace, objects)
        assert "there is no file or folder" in said


def test_what_is_no_file(workspace: Path, objects: ObjectStore) -> None:
    os.mkfifo(workspace / "pipe")
    with pytest.raises(StoreError, match="pipe"):
        gather([x(path="pipe")], workspace, objects)


def test_the_same_name_twice(workspace: Path, objects: ObjectStore) -> None:
    said = refusal([x(), x(path="folder"), x()], workspace, objects)
    assert said == "the step returned 3 outputs of the name 'x': rename them"


@pytest.mark.parametrize(
    "name", ["..", ".", "", "a/b", "../x", "/x", "a b", "1", "-", "é", "a\n", "x\0"]
)
def test_a_name_that_is_none(workspace: Path, objects: ObjectStore, name: str) -> None:
    assert "is no name of an output" in refusal([x(name)], workspace, objects)


@pytest.mark.parametrize("name", [None, 5, ["x"], b"x"])
def test_a_name_that_is_no_text(
    workspace: Path, objects: ObjectStore, name: object
) -> None:
    assert "is no name of an output" in refusal(
        [x(cast("str", name))], workspace, objects
    )


@pytest.mark.parametrize("kind", ["", "a/b", 7, None])
def test_a_type_that_is_none(
    workspace: Path, objects: ObjectStore, kind: object
) -> None:
    assert "type" in refusal([x(kind=cast("str", kind))], workspace, objects)


@pytest.mark.parametrize("value", [{1, 2}, object(), float("nan"), b"x"])
def test_metadata_that_json_cannot_say(
    workspace: Path, objects: ObjectStore, value: object
) -> None:
    made = AtomConstructor("x", "x", "text", metadata={"v": value})
    assert "output 'x': " in refusal([made], workspace, objects)


def test_what_is_declared_is_what_there_has_to_be(
    workspace: Path, objects: ObjectStore
) -> None:
    declared = {"x": "text", "y": "model"}
    said = refusal([x(kind="model"), x("z")], workspace, objects, declared)
    assert sorted(said.splitlines()) == [
        "the step did not return 'y', which it declares",
        "the step returned 'x' of type 'model', but declares it of type 'text'",
        "the step returned 'z', but declares x, y",
    ]


def test_all_that_is_wrong_is_told_at_once(
    workspace: Path, objects: ObjectStore
) -> None:
    said = refusal([x("a b"), x("ok", "absent"), x("y", "..")], workspace, objects)
    assert len(said.splitlines()) == 3


NAMES = st.text(string.ascii_letters + "./-_~ \0é", max_size=6)


@given(name=NAMES, path=NAMES)
def test_nothing_but_what_is_in_the_workspace_is_stored(
    tmp_path_factory: pytest.TempPathFactory, name: str, path: str
) -> None:
    root = tmp_path_factory.mktemp("root")
    workspace = root / "work"
    (workspace / "a").mkdir(parents=True)
    (workspace / "a" / "b").write_text("in")
    (root / "secret").write_text("out")
    objects = ObjectStore(root / "objects")
    try:
        [made] = gather([x(name, path)], workspace, objects)
    except (StepResultError, StoreError):
        return
    assert (workspace / path).resolve().is_relative_to(workspace)
    assert made.name == name
    assert "/" not in name
    assert name[0] != "."
