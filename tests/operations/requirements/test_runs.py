"""What an operation gets of the run of another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.operations.requirements import RequirementError, Upstream
from sweepflow.operations.requirements.select import chosen
from sweepflow.project.operations.requirements import Rename
from tests.operations.requirements.wanting import of_run, renamed

if TYPE_CHECKING:
    from tests.operations.requirements.wanting import Bench


@pytest.fixture
def prep(bench: Bench) -> Upstream:
    """The run of an operation that made some files, and a folder."""
    folder = bench.places.run.parent / "0"
    (folder / "sub").mkdir()
    for name in ("data.txt", "sub/x-1.bin", "model-0.5.h5", "model-0.25.h5"):
        (folder / name).write_text(name, "utf-8")
    return Upstream(folder)


def test_all_that_a_run_made_is_linked_and_folders_whole(
    bench: Bench, prep: Upstream
) -> None:
    bench.resolve(of_run(), upstream=prep)
    links = {path.name: str(path.readlink()) for path in bench.places.run.iterdir()}
    names = ("data.txt", "model-0.25.h5", "model-0.5.h5", "sub")
    assert links == {name: f"../0/{name}" for name in names}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"select": ["data.txt"]}, ["data.txt"]),
        ({"select": ["sub/.+"]}, ["x-1.bin"]),
        ({"select_min": [r"model-([0-9.]+)\.h5"]}, ["model-0.25.h5"]),
        ({"select_max": [r"model-([0-9.]+)\.h5"]}, ["model-0.5.h5"]),
        ({"select_max": [r"(data).txt"]}, []),
        ({"select": ["data.txt", "sub"]}, ["data.txt", "sub/x-1.bin"]),
        ({"select": ["mod", "data"]}, []),
        ({"select": ["sub/.+"], "target_path": "in/put"}, ["in/put/x-1.bin"]),
        ({"select": ["sub/.+"], "preserve_path": True}, ["sub/x-1.bin"]),
        ({"select": ["data.txt"], "rename": renamed("d.txt")}, ["d.txt"]),
        ({"select": ["data.txt"], "rename": renamed("a/b.txt")}, ["a/b.txt"]),
        (
            {"select": ["data.txt"], "rename": [Rename(pattern="a", repl="A")]},
            ["dAta.txt"],
        ),
        (
            {
                "select": ["data.txt"],
                "rename": [Rename(pattern="data(.+)", repl=r"new\1")],
            },
            ["new.txt"],
        ),
        (
            {
                "select": ["m.*25.*|d.*"],
                "rename": [
                    Rename(pattern="z", repl="x"),
                    Rename(pattern="d", repl="D"),
                    Rename(pattern="a", repl="o"),
                ],
            },
            ["Data.txt", "moDel-0.25.h5"],
        ),
    ],
)
def test_what_is_selected(
    bench: Bench, prep: Upstream, keys: dict[str, Any], expected: list[str]
) -> None:
    for how in ("link", "copy"):
        wanted = of_run(**keys, target_type=how, replace_existing=True)
        bench.resolve(wanted, upstream=prep)
        assert bench.there == expected


def test_what_a_run_required_itself_is_not_passed_on_unless_selected(
    bench: Bench, prep: Upstream
) -> None:
    (prep.folder / "out.txt").write_text("made", "utf-8")
    (prep.folder / "sub" / "new.txt").write_text("made", "utf-8")
    inputs = ["data.txt", "sub/x-1.bin", "model-0.5.h5", "model-0.25.h5"]
    upstream = Upstream(prep.folder, inputs)
    done = bench.resolve(of_run(), upstream=upstream)
    assert [placed.path for placed in done.placed] == ["out.txt", "sub"]
    only = Upstream(prep.folder, [*inputs, "sub"])
    wanted = of_run(target_path="b")
    assert [p.path for p in bench.resolve(wanted, upstream=only).placed] == [
        "b/out.txt"
    ]
    bench.resolve(of_run(select=["data.txt"]), upstream=upstream)
    assert "data.txt" in bench.there


def test_links_that_a_run_made_are_passed_on_but_nothing_of_ours(
    bench: Bench, prep: Upstream
) -> None:
    (prep.folder / "empty").mkdir()
    (prep.folder / "latest").symlink_to("empty")
    (prep.folder / ".sweepflow" / "inner").mkdir(parents=True)
    (prep.folder / ".sweepflow" / "inner" / "spec").touch()
    done = bench.resolve(of_run(), upstream=prep)
    names = [placed.path for placed in done.placed]
    assert names == ["data.txt", "latest", "model-0.25.h5", "model-0.5.h5", "sub"]
    wanted = of_run(select=[".*spec", ".sweep.*"], warn_if_empty=False)
    assert bench.resolve(wanted, upstream=prep).placed == ()


def test_what_python_leaves_beside_modules_is_not_passed_on(
    bench: Bench, prep: Upstream
) -> None:
    for folder in ("__pycache__", "pkg/__pycache__"):
        (prep.folder / folder).mkdir(parents=True)
        (prep.folder / folder / "m.pyc").touch()
    (prep.folder / ".attempts" / "1").mkdir(parents=True)
    names = [placed.path for placed in bench.resolve(of_run(), upstream=prep).placed]
    assert names == ["data.txt", "model-0.25.h5", "model-0.5.h5", "sub"]
    wanted = of_run(select=[".*pyc", ".*__"], warn_if_empty=False)
    assert bench.resolve(wanted, upstream=prep).placed == ()


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"select": ["data.txt"]},
        {"select": ["sub"]},
        {"select": ["sub/.+", "nope"]},
        {"select_min": [r"model-([0-9.]+)\.h5"]},
        {"select": ["nope"], "warn_if_empty": False},
        {"select": [".*"]},
    ],
)
def test_of_what_is_recorded_the_same_is_chosen(
    bench: Bench, prep: Upstream, keys: dict[str, Any]
) -> None:
    names = ["data.txt", "model-0.25.h5", "model-0.5.h5", "sub/x-1.bin", ".guild/x"]
    wanted = of_run(**keys, preserve_path=True)
    bench.resolve(wanted, upstream=prep)
    assert chosen(names, wanted) == bench.there


def test_of_steps_only_a_selected_one_is_passed_on(
    bench: Bench, prep: Upstream
) -> None:
    pipe = bench.places.run.parent / "2"
    pipe.mkdir()
    (pipe / "prep").symlink_to("../0")
    upstream = Upstream(pipe, ["prep"])
    bench.resolve(of_run(), upstream=upstream)
    bench.resolve(of_run(select=["prep/data.txt"]), upstream=upstream)
    assert bench.there == []
    assert bench.warnings == ["nothing resolved for operation:prep"] * 2
    bench.resolve(of_run(select=["prep"]), upstream=upstream)
    assert "prep/data.txt" in bench.there


def test_nothing_selected_warns_is_silent_or_fails(
    bench: Bench, prep: Upstream
) -> None:
    bench.resolve(of_run(select=["nope"]), upstream=prep)
    assert bench.warnings == ["nothing resolved for operation:prep"]
    bench.resolve(of_run(select=["nope"], warn_if_empty=False), upstream=prep)
    assert len(bench.warnings) == 1
    with pytest.raises(RequirementError, match="nothing resolved for operation:prep"):
        bench.resolve(of_run(select=["nope"], fail_if_empty=True), upstream=prep)


def test_without_a_run_it_fails_and_says_how_to_make_one(bench: Bench) -> None:
    with pytest.raises(RequirementError, match="no suitable run for prep") as caught:
        bench.resolve(of_run())
    assert "sweepflow run prep" in str(caught.value.hint)
    assert caught.value.exit_status == 1
    with pytest.raises(RequirementError) as caught:
        bench.resolve(of_run(help="ask Ann"))
    assert caught.value.hint == "ask Ann"
    skipped = bench.resolve(of_run(optional=True)).skipped
    assert skipped
    assert "skipping because dependency is optional" in skipped


@pytest.mark.parametrize(
    ("keys", "part"),
    [
        ({"select": ["("]}, "no regular expression"),
        ({"select_min": ["model.*"]}, "has no group"),
        ({"rename": renamed(r"\7")}, "cannot rename"),
        ({"target_type": "move"}, "target-type 'move' is not known"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    bench: Bench, prep: Upstream, keys: dict[str, Any], part: str
) -> None:
    with pytest.raises(RequirementError, match=part) as caught:
        bench.resolve(of_run(**keys), upstream=prep)
    assert caught.value.hint
