"""`sweepflow atoms`, as a user types it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.atom import Atom
from sweepflow.store import Home
from sweepflow.store.objects import File
from sweepflow.store.store import Store, use_store
from tests.atom.conftest import Laboratory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Shell


@pytest.fixture
def laboratory(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[Laboratory]:
    """Stand in a project whose store runs are recorded in."""
    monkeypatch.delenv("SWEEPFLOW_HOME", raising=False)
    shell.write("jobs: {}")
    with Store(Home.of(shell.cwd)) as store, use_store(store):
        yield Laboratory(store)


def listed(shell: Shell, *args: str) -> list[dict[str, Any]]:
    result = shell.sweepflow("atoms", "list", "--json", *args)
    assert result.returncode == 0, result
    return json.loads(result.stdout)


def test_are_listed_newest_first_and_filtered(
    shell: Shell, laboratory: Laboratory
) -> None:
    raw = Atom.create("raw", data="x" * 3000, user="ann", tags=["a", "b\n"])
    made = laboratory.run("make", {"raw": raw}, {"out": "content"})["out"]

    assert [atom["id"] for atom in listed(shell)] == [made.id, raw.id]
    assert [atom["id"] for atom in listed(shell, "--type", "raw")] == [raw.id]
    assert [atom["id"] for atom in listed(shell, "--tag", "a")] == [raw.id]
    assert [atom["id"] for atom in listed(shell, "-n", "1")] == [made.id]
    assert len(listed(shell, "--user", "ann", "-n", "0")) == 2
    assert listed(shell, "--user", "bob") == []
    table = shell.sweepflow("atoms", "list").stdout.splitlines()
    assert table[0].split() == ["atom", "type", "size", "created", "tags"]
    assert table[2].split()[:4] == [raw.id, "raw", "2.9", "KiB"]
    assert table[2].endswith(r"a, b\n")


def test_show_tells_what_is_known(shell: Shell, laboratory: Laboratory) -> None:
    raw = Atom.create(
        "raw", data={"k": 1}, user="ann", tags=["t"], metadata={"n": {"x": None}}
    )
    made = laboratory.run("make", {"in": raw}, {"out": "content"})["out"]

    text = shell.sweepflow("atoms", "show", "raw").stdout
    assert "file:       data.json\n" in text
    assert "made by:    (from outside)\n" in text
    assert 'metadata:\n  n: {"x": null}\n' in text
    text = shell.sweepflow("atoms", "show", made.id).stdout
    assert f"made from:\n  in: {raw.id}\n" in text
    facts = json.loads(shell.sweepflow("atoms", "show", made.id, "--json").stdout)
    assert facts["made_from"] == {"in": raw.id}
    assert facts["digest"] == made.digest
    [run_id] = facts["made_by"]
    assert laboratory.store.ledger.get(run_id).task == "make"


def test_lineage_draws_both_ways(shell: Shell, laboratory: Laboratory) -> None:
    raw = Atom.create("raw", data="x", user="ann")
    made = laboratory.run("make", {"in": raw}, {"out": "content"})["out"]

    up = shell.sweepflow("atoms", "lineage", made.id).stdout
    down = shell.sweepflow("atoms", "lineage", raw.id, "--down").stdout
    chart = shell.sweepflow("atoms", "lineage", made.id, "--mermaid").stdout
    data = shell.sweepflow("atoms", "lineage", made.id, "--json").stdout

    assert up == made.lineage().to_text()
    assert down == raw.descendants().to_text()
    assert chart == made.lineage().to_mermaid()
    assert json.loads(data) == made.lineage().to_json()
    assert "choose one" in shell.bad("atoms", "lineage", "raw", "--json", "--mermaid")


def test_an_unknown_id_is_refused(shell: Shell, laboratory: Laboratory) -> None:
    assert "nothing was made in" in shell.bad("atoms", "show", "zzz")
    Atom.create("raw", data="x")
    Atom.create("raw", data="y")
    for command in ("show", "lineage"):
        assert "no atom has the id 'zzz'" in shell.bad("atoms", command, "zzz")
        assert "more than one atom" in shell.bad("atoms", command, "raw")


def damage(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(b"damaged")


def test_verify_finds_damage_and_whom_it_hurts(
    shell: Shell, laboratory: Laboratory
) -> None:
    (shell.cwd / "folder").mkdir()
    (shell.cwd / "folder" / "file").write_text("in a folder")
    folder = Atom.create("model", shell.cwd / "folder")
    lost = Atom.create("raw", data="lost")
    Atom.create("raw", data="whole")
    result = shell.sweepflow("atoms", "verify")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr.startswith("hashed 4 objects, ")

    objects = laboratory.store.objects
    [entry] = objects.entries(folder.digest)
    assert isinstance(entry, File)
    inner = entry.digest
    root = shell.cwd / ".sweepflow" / "objects"
    damage(root / inner[:2] / inner[2:])
    objects.delete(lost.digest)
    result = shell.sweepflow("atoms", "verify", "--json")

    assert result.returncode == 1
    report = json.loads(result.stdout)
    assert {(found["digest"], found["problem"]) for found in report["damage"]} == {
        (inner, "altered"),
        (lost.digest, "missing"),
    }
    assert set(report["atoms"]) == {folder.id, lost.id}
    text = shell.sweepflow("atoms", "verify").stdout.splitlines()
    assert f"missing: {lost.digest}" in text
    assert f"not to be used: {folder.id}" in text


def test_gc_removes_what_nothing_needs(shell: Shell, laboratory: Laboratory) -> None:
    outside = Atom.create("raw", data="outside")
    kept = laboratory.run("keep", {"in": outside}, {"out": "kept"})["out"]
    gone = laboratory.run("drop", {}, {"out": "dropped"})["out"]
    both = laboratory.run("share", {}, {"out": "kept"})["out"]
    catalog = laboratory.store.catalog
    dropped = [run.id for atom in (gone, both) for run in catalog.makers(atom.id)][:1]
    laboratory.store.ledger.forget(dropped)
    paths = {atom: atom.path for atom in (outside, kept, gone)}

    dry = shell.sweepflow("atoms", "gc", "--dry-run")
    assert dry.stdout == "would remove 1 object, 7 B\n"
    assert laboratory.store.objects.has(gone.digest)
    with laboratory.store.objects.in_use():
        busy = shell.sweepflow("atoms", "gc")
    assert busy.returncode == 1
    assert "try again when it has ended" in busy.stderr
    assert gone.path.exists()
    done = shell.sweepflow("atoms", "gc", "--json")

    assert json.loads(done.stdout) == {"objects": 1, "bytes": 7}
    assert not laboratory.store.objects.has(gone.digest)
    assert [path.exists() for path in paths.values()] == [True, True, False]
    assert not paths[gone].parent.exists()
    assert shell.sweepflow("atoms", "gc").stdout == "removed 0 objects, 0 B\n"
    assert shell.sweepflow("atoms", "verify").returncode == 0


def test_there_may_be_none(shell: Shell) -> None:
    assert listed(shell) == []
    assert shell.sweepflow("atoms", "list").stderr == "no such atoms\n"
    assert shell.sweepflow("atoms", "verify").returncode == 0
    assert shell.sweepflow("atoms", "gc").stdout == "removed 0 objects, 0 B\n"
    assert not list(shell.cwd.iterdir())  # looking changes nothing
