from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sweepflow.errors import AtomNotFoundError
from sweepflow.store import kept as kept_module
from sweepflow.store.records import AtomRecord, Claim, Ending, Output, Reuse, sha256
from tests.store.conftest import a_claim, a_run, an_atom, an_ending, did

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sweepflow.store.ledger import Ledger
    from sweepflow.store.records import Run

FULL = AtomRecord.of(
    Output(
        name="out",
        type="model",
        digest=sha256("model"),
        size=5_000_000_000,
        filename="weights é.bin",
        tags=("b", "a", 'x"y'),
        metadata={"loss": 0.5, "deep": {"z": [None, "\0"], "a": True}},
    ),
    "ada",
    12.25,
)


def ids(runs: Iterable[Run]) -> list[str]:
    return [run.id for run in runs]


def test_gives_back_the_atom_that_was_recorded(ledger: Ledger) -> None:
    assert ledger.add_atom(FULL) == FULL
    assert ledger.catalog.atom(FULL.id) == FULL
    assert ledger.catalog.atom("model-ada-") == FULL


def test_an_atom_that_is_there_stays_as_it_is(ledger: Ledger) -> None:
    ledger.add_atom(FULL)
    assert ledger.add_atom(replace(FULL, created_at=99.0)) == FULL
    assert ledger.catalog.atoms() == [FULL]


def test_an_atom_is_found_by_a_unique_prefix(ledger: Ledger) -> None:
    one, two = an_atom("1"), an_atom("2")
    ledger.add_atom(one)
    ledger.add_atom(two)

    assert ledger.catalog.atom(one.id[:-3]) == one
    with pytest.raises(AtomNotFoundError, match="more than one atom") as caught:
        ledger.catalog.atom("dataset-u-")
    assert one.id in str(caught.value)
    for unknown in ("zz", "\0", "\udcff", "%", "DATASET"):
        with pytest.raises(AtomNotFoundError, match="no atom has the id"):
            ledger.catalog.atom(unknown)


def test_atoms_are_listed_newest_first_and_filtered(ledger: Ledger) -> None:
    old = an_atom("1", created_at=1.0, tags=("x",))
    new = an_atom("2", created_at=2.0, tags=("x", 'a"x', "x"), type="model")
    for atom in (old, new, FULL):
        ledger.add_atom(atom)
    atoms = ledger.catalog.atoms

    assert atoms() == [FULL, new, old]
    assert atoms(limit=2) == [FULL, new]
    assert atoms(type="model") == [FULL, new]
    assert atoms(user="u") == [new, old]
    assert atoms(tag="x") == [new, old]
    assert atoms(tag="x", limit=1) == [new]
    assert atoms(tag="x", type="model", user="u") == [new]
    assert atoms(tag='"x') == atoms(type="%") == []


def test_who_made_an_atom_and_who_read_it(ledger: Ledger) -> None:
    atom = ledger.add_atom(an_atom("1"))
    reads = {"in": atom.id, "again": atom.id}
    for n, status in enumerate(["completed", "failed", "running"]):
        claim = a_claim(status, status, started_at=float(n))
        ledger.acquire([replace(claim, inputs=reads)])
        if status != "running":
            made = {"out": atom}
            ledger.commit([Ending(status, status, 1.0, outputs=made)])
    cached = a_run("cached", status="cached", cached_from="completed", fingerprint="f")
    ledger.commit((), [Reuse(cached, reads, {"out": atom.id})])

    assert ids(ledger.catalog.makers(atom.id)) == ["completed"]
    assert ids(ledger.catalog.readers(atom.id)) == ["completed", "failed", "running"]
    assert ids(ledger.catalog.makers("unknown")) == []
    assert ledger.catalog.inputs("cached") == {"in": atom, "again": atom}
    assert ledger.catalog.outputs("cached") == {"out": atom}
    assert ledger.catalog.outputs("unknown") == {}


def test_inputs_and_outputs_keep_their_order(ledger: Ledger) -> None:
    names = [f"n{n}" for n in (3, 1, 2, 10, 0)]
    atoms = {name: ledger.add_atom(an_atom(name)) for name in names}
    claim = replace(a_claim("a"), inputs={name: a.id for name, a in atoms.items()})
    ledger.acquire([claim])
    ledger.commit([Ending("a", "completed", 1.0, outputs=atoms)])

    assert list(ledger.catalog.inputs("a").items()) == list(atoms.items())
    assert list(ledger.catalog.outputs("a").items()) == list(atoms.items())


def test_what_a_fingerprint_was_made_of(ledger: Ledger) -> None:
    parts = {"code": {"f": sha256("def f(): 1")}, "params": {"lr": 0.1, "n": None}}
    texts = {sha256("def f(): 1"): "def f(): 1"}
    for run_id, fingerprint in (("a", "1"), ("b", "2")):
        run = a_run(run_id, fingerprint=fingerprint)
        ledger.acquire([Claim(run, {}, parts, texts)])
        ledger.commit([an_ending(run_id)])
    ledger.acquire([Claim(a_run("c", fingerprint="1"), {}, {}, {})], fresh=True)

    assert ledger.catalog.parts("1") == ledger.catalog.parts("2") == parts
    assert ledger.catalog.text(sha256("def f(): 1")) == "def f(): 1"
    assert ledger.catalog.parts("3") is None
    assert ledger.catalog.text("3") is None


def test_earlier_runs_of_the_same_task(ledger: Ledger) -> None:
    for n, other in enumerate(({}, {"task": "x"}, {"name": "x"}, {"kind": "x"}, {})):
        did(ledger, a_claim(f"{n}", f"{n}", started_at=float(n), **other))
    ledger.acquire([a_claim("5", "5", started_at=5.0)])
    ledger.commit([an_ending("5", status="failed")])
    cached = a_run("6", status="cached", fingerprint="f", started_at=6.0)
    ledger.commit((), [Reuse(cached, {}, {})])
    ledger.start(a_run("7", status="completed", started_at=7.0))  # may not be reused
    run = a_run("8", started_at=8.0)

    assert ids(ledger.catalog.earlier(run)) == ["6", "4", "0"]
    assert ids(ledger.catalog.earlier(run, limit=1)) == ["6"]
    assert ids(ledger.catalog.earlier(replace(run, started_at=4.0))) == ["0"]


@pytest.mark.parametrize("page", [1, 2, 1000])
def test_what_must_be_kept(
    ledger: Ledger, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_module, "PAGE", page)
    atoms = {name: an_atom(name) for name in ("loose", "first", "middle", "last")}

    def kept(without: Sequence[str] = ()) -> Sequence[str]:
        found = list(ledger.catalog.kept_atoms(without=without))
        assert [atom.id for atom in found] == sorted(atom.id for atom in found)
        return sorted(name for name, atom in atoms.items() if atom in found)

    ledger.add_atom(atoms["loose"])
    ledger.add_atom(atoms["first"])
    for source, target in (("first", "middle"), ("middle", "last")):
        claim = replace(a_claim(target, target), inputs={"in": atoms[source].id})
        ledger.acquire([claim])
        ledger.commit(
            [Ending(target, "completed", 1.0, outputs={"out": atoms[target]})]
        )

    assert kept() == ["first", "last", "loose", "middle"]
    assert kept(without=["middle", "last"]) == ["first", "loose"]
    ledger.forget(["middle"])
    assert kept() == ["first", "last", "loose", "middle"]
    ledger.forget(["last"])
    assert kept() == ["first", "loose"]

    running = replace(a_claim("r", "r", kept=False), inputs={"in": atoms["last"].id})
    ledger.acquire([running])
    assert kept() == kept(without=["r"]) == ["first", "last", "loose"]
    ledger.commit([an_ending("r", status="failed")])
    assert kept() == ["first", "loose"]
    cached = a_run("c", status="cached", cached_from="last", fingerprint="f")
    ledger.commit((), [Reuse(cached, {}, {"out": atoms["last"].id})])
    assert kept() == ["first", "last", "loose"]
    assert kept(without=["last"]) == ["first", "loose"]


def test_the_maker_of_an_input_within_its_plan(ledger: Ledger) -> None:
    atom = an_atom("a")
    for name in ("0", "1", "2"):
        plan = "before" if name == "0" else "plan"
        run = replace(a_claim(name, name, started_at=float(name)), inputs={})
        ledger.acquire([replace(run, run=replace(run.run, plan_id=plan))])
        output = "wanted" if name == "2" else "other"
        ending = Ending(name, "completed", 3.0, outputs={output: atom})
        ledger.commit([ending])
    cached = a_run("3", plan_id="again", status="cached", cached_from="0")
    ledger.commit((), [Reuse(replace(cached, fingerprint="0"), {}, {"x": atom.id})])

    def maker(plan: str, name: str) -> str | None:
        found = ledger.catalog.maker_within(plan, atom.id, name)
        return found and found.id

    assert maker("plan", "wanted") == "2"
    assert maker("plan", "other") == "1"
    assert maker("plan", "unknown") == "1"
    assert maker("again", "wanted") == "3"
    assert maker("elsewhere", "wanted") is None


def test_the_latest_run_of_a_task(ledger: Ledger) -> None:
    for name, task, at in (("0", "t", 2.0), ("1", "t", 1.0), ("2", "u", 3.0)):
        ledger.start(a_run(name, task=task, started_at=at))
    latest = ledger.catalog.latest("t")
    assert latest is not None
    assert latest.id == "0"
    assert ledger.catalog.latest("v") is None


def test_of_runs_with_one_fingerprint_the_newest_counts(ledger: Ledger) -> None:
    first = a_claim("0", "f", started_at=0.0)
    did(ledger, first)
    same = {"status": "cached", "fingerprint": first.run.fingerprint}
    for n in range(1, 5):
        cached = a_run(f"{n}", started_at=float(n), **same)
        ledger.commit((), [Reuse(cached, {}, {})])
    did(ledger, a_claim("5", "g", started_at=5.0))
    run = a_run("9", started_at=9.0)
    assert ids(ledger.catalog.earlier(run)) == ["5", "4"]
