"""A run is exported with all that it came from, and public tools can read it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.errors import RunNotFoundError, StoreError
from sweepflow.provenance import export
from sweepflow.store.objects import File
from tests.provenance.readers import report, validate

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.store.records import AtomRecord
    from tests.provenance.world import World


class Story:
    """Raw data, prepared, then trained on; and what has nothing to do with it."""

    def __init__(self, world: World) -> None:
        self.raw = world.given(
            world.file("raw ü.csv", "1,2\n", tags=("small",), metadata={"rows": 1})
        )
        self.data = world.folder({"train/a.txt": "A", "test/b.txt": "B"})
        self.model = world.file("model.bin", "weights", type="model")
        other = world.file("other.txt", "nothing to do with it")
        world.run("other", outputs={"other": other})
        self.prepare = world.run(
            "prepare",
            {"raw": self.raw},
            {"data": self.data},
            params={"n": 3, "shuffle": True, "split": [0.5, None]},
            code={
                "function:pkg.steps:prepare": ("d1", "def prepare(): ...\n"),
                "package:numpy": ("2.1.0", ""),
            },
        )
        self.train = world.run(
            "train lr=1/3",
            {"data": self.data, "raw": self.raw},
            {"model": self.model},
            params={"lr": 0.1},
            depends_on={"env:TOKEN": "digest-of-the-token"},
        )


@pytest.fixture
def story(world: World) -> Story:
    return Story(world)


def entities(crate: Path) -> dict[str, Any]:
    graph = json.loads((crate / "ro-crate-metadata.json").read_text("utf-8"))["@graph"]
    return {entity["@id"]: entity for entity in graph}


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize("name", ["crate", "crate.zip"])
def test_the_public_validator_accepts_it(
    world: World, story: Story, tmp_path: Path, name: str
) -> None:
    export(world, story.train.id, tmp_path / name)
    assert validate(tmp_path / name, tmp_path / "cache") == []


@pytest.mark.parametrize(
    ("id_", "key"),
    [
        ("workflow.json", "hasPart"),
        ("#step/prepare", "workExample"),
        ("#tool/prepare/input/raw", "additionalType"),
        ("#connection/workflow/output/model", "sourceParameter"),
    ],
)
def test_the_public_validator_would_see_what_is_missing(
    world: World, story: Story, tmp_path: Path, id_: str, key: str
) -> None:
    crate = tmp_path / "crate"
    export(world, story.train.id, crate)
    metadata = crate / "ro-crate-metadata.json"
    document = json.loads(metadata.read_text("utf-8"))
    (entity,) = (each for each in document["@graph"] if each["@id"] == id_)
    del entity[key]
    metadata.write_text(json.dumps(document), "utf-8")
    assert validate(crate, tmp_path / "cache")


def test_runcrate_tells_the_story(world: World, story: Story, tmp_path: Path) -> None:
    export(world, story.train.id, tmp_path / "crate")
    text = report(tmp_path / "crate")
    whole, *steps = text.strip().split("\n\n")
    assert "model.bin <- #workflow/output/model" in whole
    assert len(steps) == 2
    prepare, train = steps
    assert "raw%20%C3%BC.csv <- #tool/prepare/input/raw" in prepare
    assert "true <- #tool/prepare/parameter/shuffle" in prepare
    assert "[0.5,null] <- #tool/prepare/parameter/split" in prepare
    assert f"{story.data.id}/ <- #tool/prepare/output/data" in prepare
    assert "step: #step/train%20lr%3D1%2F3" in train
    assert f"{story.data.id}/ <- #tool/train%20lr%3D1%2F3/input/data" in train
    assert "0.1 <- #tool/train%20lr%3D1%2F3/parameter/lr" in train


def test_it_holds_the_bytes_of_all_atoms(
    world: World, story: Story, tmp_path: Path
) -> None:
    export(world, story.train.id, tmp_path / "crate")
    found = contents(tmp_path / "crate")
    atoms = {name: data for name, data in found.items() if name.startswith("atoms/")}
    assert atoms == {
        f"atoms/{story.raw.id}/raw ü.csv": b"1,2\n",
        f"atoms/{story.data.id}/train/a.txt": b"A",
        f"atoms/{story.data.id}/test/b.txt": b"B",
        f"atoms/{story.model.id}/model.bin": b"weights",
    }


def test_it_lists_the_digest_of_each_file(
    world: World, story: Story, tmp_path: Path
) -> None:
    export(world, story.train.id, tmp_path / "crate")
    found = contents(tmp_path / "crate")
    listed = found.pop("SHA256SUMS").decode().splitlines()
    assert sorted(line.split("  ", 1)[::-1] for line in listed) == sorted(
        [name, hashlib.sha256(data).hexdigest()] for name, data in found.items()
    )


def test_atoms_are_described(world: World, story: Story, tmp_path: Path) -> None:
    export(world, story.train.id, tmp_path / "crate")
    found = entities(tmp_path / "crate")
    raw = found[f"atoms/{story.raw.id}/raw%20%C3%BC.csv"]
    assert raw["@type"] == "File"
    assert raw["sha256"] == story.raw.digest
    assert raw["contentSize"] == "4"
    assert raw["encodingFormat"] == "text/csv"
    assert raw["additionalType"] == "dataset"
    assert raw["keywords"] == "small"
    metadata = found[raw["additionalProperty"]["@id"]]
    assert (metadata["name"], metadata["value"]) == ("rows", "1")
    data = found[f"atoms/{story.data.id}/"]
    assert data["@type"] == "Dataset"
    assert data["identifier"] == [story.data.id, story.data.digest]


def test_runs_are_described(world: World, story: Story, tmp_path: Path) -> None:
    export(world, story.train.id, tmp_path / "crate")
    found = entities(tmp_path / "crate")
    run = found[f"#run/{story.prepare.id}"]
    assert run["startTime"] == "2023-11-14T22:15:20.000+00:00"
    assert run["endTime"] == "2023-11-14T22:15:50.000+00:00"
    assert run["agent"] == {"@id": "#user/ann"}
    assert found[run["location"]["@id"]]["name"] == "node-1"
    assert found[run["resourceUsage"]["@id"]]["value"] == "1.5"
    packages = tmp_path / "crate" / run["subjectOf"]["@id"]
    assert packages.read_text() == "numpy==2.1.0\nrich==13.9.4\n"
    tool = found[run["instrument"]["@id"]]
    assert tool["softwareVersion"] == "c0ffee with local changes"
    needed = [found[each["@id"]] for each in tool["softwareRequirements"]]
    assert [(each["name"], each["softwareVersion"]) for each in needed] == [
        ("Python", "3.11.9"),
        ("numpy", "2.1.0"),
    ]
    source = tmp_path / "crate" / tool["hasPart"]["@id"]
    assert "def prepare(): ...\n" in source.read_text()


def test_what_an_environment_variable_held_is_left_out(
    world: World, story: Story, tmp_path: Path
) -> None:
    export(world, story.train.id, tmp_path / "crate")
    assert b"digest-of-the-token" not in b"".join(contents(tmp_path / "crate").values())


@pytest.mark.parametrize("name", ["crate", "crate.zip"])
def test_the_same_run_makes_the_same_crate(
    world: World, story: Story, tmp_path: Path, name: str
) -> None:
    export(world, story.train.id, tmp_path / "one" / name)
    export(world, story.train.id, tmp_path / "two" / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_zip_file_holds_what_a_folder_would(
    world: World, story: Story, tmp_path: Path
) -> None:
    export(world, story.train.id, tmp_path / "crate")
    export(world, story.train.id, tmp_path / "crate.zip")
    with zipfile.ZipFile(tmp_path / "crate.zip") as archive:
        archive.extractall(tmp_path / "extracted")
    assert contents(tmp_path / "extracted") == contents(tmp_path / "crate")


def test_a_cached_run_stands_for_the_one_that_did_the_work(
    world: World, story: Story, tmp_path: Path
) -> None:
    cached = world.cached("train lr=1/3", story.train)
    export(world, cached.id, tmp_path / "crate")
    found = entities(tmp_path / "crate")
    assert f"#run/{story.train.id}" in found
    assert f"#run/{cached.id}" not in found
    assert cached.id in found["./"]["description"]


def test_a_failed_run_tells_its_error(
    world: World, story: Story, tmp_path: Path
) -> None:
    run = world.run("train", {"data": story.data}, status="failed")
    export(world, run.id, tmp_path / "crate")
    action = entities(tmp_path / "crate")[f"#run/{run.id}"]
    assert action["actionStatus"].endswith("FailedActionStatus")
    assert validate(tmp_path / "crate", tmp_path / "cache") == []


def test_links_and_executable_files_stay_what_they_are(
    world: World, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "run.sh").write_text("#!/bin/sh\n")
    (source / "run.sh").chmod(0o755)
    (source / "link").symlink_to("run.sh")
    (source / "empty").mkdir()
    atom = world.stored(source, None)
    run = world.run("make", outputs={"tree": atom})
    export(world, run.id, tmp_path / "crate")
    tree = tmp_path / "crate" / "atoms" / atom.id
    assert os.access(tree / "run.sh", os.X_OK)
    assert str((tree / "link").readlink()) == "run.sh"
    assert (tree / "empty").is_dir()


def test_the_license_is_the_given_one(
    world: World, story: Story, tmp_path: Path
) -> None:
    url = "https://creativecommons.org/licenses/by/4.0/"
    export(world, story.train.id, tmp_path / "crate", license_url=url)
    assert entities(tmp_path / "crate")["./"]["license"] == {"@id": url}
    assert validate(tmp_path / "crate", tmp_path / "cache") == []


@pytest.mark.parametrize("name", ["crate", "crate.zip"])
@pytest.mark.parametrize("which", ["raw", "data", "model"])
@pytest.mark.parametrize("how", ["missing", "altered"])
def test_damage_names_the_atom_and_leaves_nothing(  # noqa: PLR0913
    world: World, story: Story, tmp_path: Path, *, name: str, which: str, how: str
) -> None:
    atom: AtomRecord = getattr(story, which)
    if atom.filename is None:
        inside = world.objects.entries(atom.digest)
        digest = next(each.digest for each in inside if isinstance(each, File))
    else:
        digest = atom.digest
    if how == "missing":
        world.objects.delete(digest)
    else:
        path = world.home.root / "objects" / digest[:2] / digest[2:]
        path.chmod(0o644)
        path.write_bytes(b"?" * path.stat().st_size)
    with pytest.raises(StoreError, match=atom.id):
        export(world, story.train.id, tmp_path / "out" / name)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_run_that_has_not_ended_is_refused(
    world: World, story: Story, tmp_path: Path
) -> None:
    run = world.run("train", {"data": story.data}, status="running")
    with pytest.raises(StoreError, match=f"{run.id}.* has no recorded end"):
        export(world, run.id, tmp_path / "crate")
    assert not (tmp_path / "crate").exists()


def test_an_unknown_run_is_refused(world: World, tmp_path: Path) -> None:
    with pytest.raises(RunNotFoundError):
        export(world, "no such run", tmp_path / "crate")


def test_what_is_there_is_not_replaced(
    world: World, story: Story, tmp_path: Path
) -> None:
    (tmp_path / "crate").mkdir()
    with pytest.raises(StoreError, match="exists"):
        export(world, story.train.id, tmp_path / "crate")
    assert list((tmp_path / "crate").iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(
    world: World, story: Story, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"cannot write .*crate"):
        export(world, story.train.id, tmp_path / "file" / "crate")


def test_without_the_library_it_says_what_to_install(
    world: World, story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rocrate.rocrate", None)
    with pytest.raises(StoreError) as caught:
        export(world, story.train.id, tmp_path / "crate")
    assert caught.value.hint == "pip install 'sweepflow[crate]'"
    assert not (tmp_path / "crate").exists()


def test_odd_names_do_no_harm(world: World, tmp_path: Path) -> None:
    odd = ["a/b", "a b", "é", "\udc80", "#", "..", "%2F", "a\nb", '"', "<>"]
    made = {
        name: world.file(f"{n}.txt", "", metadata={name: name}, tags=(name,))
        for n, name in enumerate(odd)
    }
    for name, atom in made.items():
        world.run(name, outputs={name: atom}, params={name: name})
    run = world.run("last", made, {"result": world.file("a \n\\b%.txt", "")})
    export(world, run.id, tmp_path / "crate")
    assert validate(tmp_path / "crate", tmp_path / "cache") == []
    assert report(tmp_path / "crate").count("action: #run/") == len(odd) + 1
    subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=tmp_path / "crate",
        check=True,
    )
