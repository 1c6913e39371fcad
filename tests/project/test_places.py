"""Every value, and every character of a text, is found in the file again."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sweepflow.errors import Place
from sweepflow.project import Job, Project, load
from sweepflow.project.document import read

if TYPE_CHECKING:
    from sweepflow.project.document import Step

TEXT = """\
# a comment
jobs:
  train:
    run: python train.py
    sets:
      - each: lr=1,2
        all: &all "a=1 \\t b=2"
      - {each: 'it''s', all: *all}
      - each: |
          a=1

            b=2
        add: >-  # folded
          c=1
          d=2
      - each: e=1
          f=2
  other:
    run:  &x !!str   g=1
    add:
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    file = tmp_path / "sweepflow.yaml"
    file.write_text(TEXT)
    return load(file)


@pytest.mark.parametrize(
    ("path", "offset", "line", "column"),
    [
        ((), None, 2, 1),
        (("jobs",), None, 2, 1),
        (("jobs", "train"), None, 3, 3),
        (("jobs", "train", "run"), None, 4, 10),
        (("jobs", "train", "run"), 7, 4, 17),
        (("jobs", "train", "sets"), None, 5, 5),
        (("jobs", "train", "sets", 0), None, 6, 9),
        (("jobs", "train", "sets", 0, "each"), 3, 6, 18),
        (("jobs", "train", "sets", 0, "all"), None, 7, 19),
        (("jobs", "train", "sets", 0, "all"), 0, 7, 20),
        (("jobs", "train", "sets", 0, "all"), 6, 7, 27),  # behind the escape
        (("jobs", "train", "sets", 1, "each"), 3, 8, 21),  # behind the two quotes
        (("jobs", "train", "sets", 1, "all"), 2, 7, 22),  # an alias: at its anchor
        (("jobs", "train", "sets", 2, "each"), 0, 10, 11),
        (("jobs", "train", "sets", 2, "each"), 7, 12, 13),
        (("jobs", "train", "sets", 2, "add"), 0, 14, 11),
        (("jobs", "train", "sets", 2, "add"), 4, 15, 11),
        (("jobs", "train", "sets", 2, "add"), 3, 14, 14),  # the fold itself
        (("jobs", "train", "sets", 2, "add"), 99, 15, 14),  # the end
        (("jobs", "train", "sets", 3, "each"), 4, 17, 11),
        (("jobs", "other", "run"), None, 19, 22),
        (("jobs", "other", "run"), 2, 19, 24),
        (("jobs", "other", "add"), None, 20, 5),  # nothing written: at its key
        (("jobs", "other", "sets", 0, "each"), 3, 18, 3),  # not there: what holds it
        (("jobs", "nobody"), None, 2, 1),
    ],
)
def test_places(
    project: Project, path: tuple[Step, ...], offset: int | None, line: int, column: int
) -> None:
    expected = Place(project.file, line, column)
    assert project.place(*path, offset=offset) == expected


def test_merged_values_stand_at_their_anchor(tmp_path: Path) -> None:
    file = tmp_path / "sweepflow.yaml"
    file.write_text("jobs:\n  a: &a\n    run: x\n  b:\n    <<: *a\n    add: y\n")
    project = load(file)
    assert project.place("jobs", "b", "run") == Place(file, 3, 10)
    assert project.place("jobs", "b", "add") == Place(file, 6, 10)


def test_a_project_made_by_hand_has_the_file_only() -> None:
    file = Path("/p/sweepflow.yaml")
    project = Project(file, file.parent, {"a": Job(name="a", run="x")})
    assert project.place("jobs", "a") == Place(file)


SPACE = " \t\n"


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(st.sampled_from("ab'\"\\#:é😀,   \n\t"), min_size=1),
    style=st.sampled_from([None, "'", '"', "|", ">"]),
    width=st.sampled_from([10, 80]),
    indent=st.sampled_from([2, 4]),
)
def test_a_character_stands_where_its_place_says(
    text: str, style: str | None, width: int, indent: int
) -> None:
    dumped = yaml.dump(
        {"above": {"text": text}, "below": "z"},
        Dumper=yaml.SafeDumper,
        default_style=style,
        width=width,
        indent=indent,
        allow_unicode=True,
    )
    # PyYAML folds some texts so that nobody, itself included, reads them as they were.
    assume(yaml.safe_load(dumped)["above"]["text"] == text)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "some.yaml"
        file.write_bytes(dumped.encode())
        document = read(file)
        assert document.value == {"above": {"text": text}, "below": "z"}
        lines = dumped.split("\n")
        for offset, character in enumerate(text):
            place = document.place("above", "text", offset=offset)
            assert place.line is not None
            assert place.column is not None
            if character not in SPACE:
                found = lines[place.line - 1][place.column - 1]
                # In double quotes an escape stands for the character.
                assert found in {character, "\\"}


@settings(max_examples=60, deadline=None)
@given(st.recursive(
    st.text("abc", min_size=1) | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, min_size=1, max_size=3)
    | st.dictionaries(st.text("xyz", min_size=1), inner, min_size=1, max_size=3),
    max_leaves=12,
), st.booleans())  # fmt: skip
def test_places_follow_the_order_of_the_file(content: object, flow: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "some.yaml"
        file.write_text(
            yaml.safe_dump({"top": content}, default_flow_style=flow, sort_keys=False)
        )
        document = read(file)
    paths: list[tuple[Step, ...]] = []

    def walk(value: object, *path: Step) -> None:
        paths.append(path)
        entry = document.entry(*path)
        assert entry.value == value
        for step, child in entry.children.items():
            walk(child.value, *path, step)

    walk({"top": content})
    places = [document.place(*path) for path in paths]
    spots = [(place.line or 0, place.column or 0) for place in places]
    assert spots == sorted(spots)
