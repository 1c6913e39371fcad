"""What operations require, as a file describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sweepflow.project.operations.requirements import Rename

if TYPE_CHECKING:
    from .conftest import Problems, Read


def test_each_kind(guild: Read) -> None:
    found = (
        guild("""\
        t:
          requires:
            - operation: prep
            - file: data.csv
              flag-name: data
            - url: https://example.org/a.zip
            - module: numpy
            - config: c.yml
              name: settings
        """)
        .all["t"]
        .requires
    )
    assert [(one.kind, one.source) for one in found] == [
        ("operation", "prep"),
        ("file", "data.csv"),
        ("url", "https://example.org/a.zip"),
        ("module", "numpy"),
        ("config", "c.yml"),
    ]
    assert [one.flags for one in found] == [
        ("operation:prep", "prep"),
        ("data",),
        ("https://example.org/a.zip", "https://example.org/a.zip"),
        ("module:numpy", "numpy"),
        ("settings",),
    ]


def test_all_that_a_requirement_may_say(guild: Read) -> None:
    (found,) = (
        guild("""\
        t:
          requires:
            operation: prep
            select: data.txt
            select-min: 'model-([0-9.]+)\\.h5'
            select-max: [a, b]
            rename: ['a b', new, {pattern: x, repl: y}]
            target-path: in/here
            target-type: copy
            preserve-path: yes
            unpack: no
            optional: yes
            warn-if-empty: no
            fail-if-empty: yes
            always-resolve: yes
            replace-existing: yes
            help: Run prep first
        """)
        .all["t"]
        .requires
    )
    assert found.select == ("data.txt",)
    assert found.select_min == (r"model-([0-9.]+)\.h5",)
    assert found.select_max == ("a", "b")
    assert found.rename == (
        Rename(pattern="a", repl="b"),
        Rename(pattern=".*", repl="new"),
        Rename(pattern="x", repl="y"),
    )
    assert (found.target_path, found.target_type) == ("in/here", "copy")
    assert found.help == "Run prep first"
    assert found.preserve_path
    assert not found.unpack
    assert found.optional
    assert not found.warn_if_empty
    assert found.fail_if_empty
    assert found.always_resolve
    assert found.replace_existing


def test_a_resource_stands_for_all_its_sources(guild: Read) -> None:
    found = guild("""\
        - config: base
          resources:
            many:
              target-path: data
              default-unpack: no
              sources: [a.zip, {file: b.zip, path: own, unpack: yes}]
            few: [{url: 'https://example.org/x'}]
        - model: m
          extends: base
          operations: {t: {requires: [few, {resource: many}]}}
        - model: n
          operations: {t: {requires: 'm:few'}}
        """).all
    assert [
        (one.resource, one.source, one.target_path, one.unpack)
        for one in found["m:t"].requires
    ] == [
        ("few", "https://example.org/x", "", True),
        ("many", "a.zip", "data", False),
        ("many", "b.zip", "own", True),
    ]
    assert found["n:t"].requires[0].resource == "m:few"


def test_sources_in_one_place(guild: Read) -> None:
    found = (
        guild("""\
        t: {requires: [{name: both, target-path: d, sources: [{file: q}, z]}]}
        """)
        .all["t"]
        .requires
    )
    assert [(one.resource, one.source, one.target_path) for one in found] == [
        ("both", "q", "d"),
        ("both", "z", "d"),
    ]


def test_a_flags_name_may_be_no(guild: Read) -> None:
    (found,) = guild("t: {requires: [{operation: a, flag-name: no}]}").all["t"].requires
    assert found.flag_name == ""


@pytest.mark.parametrize(
    ("requires", "expected"),
    [
        ("3", "1:15: t.requires[0] must be a mapping, such as operation: prepare"),
        ("[{foo: x}]", "1:16: t.requires[0] says nothing to require: write one of"),
        ("[{file: x, module: y}]", "1:16: t.requires[0] has file and module: keep"),
        ("[{url: nowhere}]", "1:22: t.requires[0].url is no address: begin it with"),
        ("data", "1:15: t.requires[0] is the resource 'data', which is not defined"),
        ("[t]", "1:16: t.requires[0] is the resource 't', which is not defined: for "),
        ("[{file: x, select: (}]", "1:34: t.requires[0].select[0] '(' is no regular"),
        ("[{file: x, target-path: /x}]", "1:39: t.requires[0].target-path must be a"),
        ("[{file: x, target-path: a/..}]", "1:39: t.requires[0].target-path must be"),
        ("[{file: x, target-type: z}]", "1:39: t.requires[0].target-type must be one"),
        ("[{file: x, rename: a b c}]", "1:34: t.requires[0].rename[0] must be 'PAT"),
        ("[{file: x, optional: 1}]", "1:36: t.requires[0].optional must be yes or no"),
        ("[{resource: 3}]", "1:27: t.requires[0].resource must be a name"),
        ("[{sources: 3}]", "1:26: t.requires[0].sources must be a list"),
        ("[{sources: [3]}]", "1:27: t.requires[0] must be a mapping, such as file:"),
    ],
)
def test_requirements_that_are_none(
    problems: Problems, requires: str, expected: str
) -> None:
    assert problems(f"t: {{requires: {requires}}}")[0].startswith(expected)
