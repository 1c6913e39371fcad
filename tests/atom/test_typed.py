"""The conveniences of the typed atoms."""

from __future__ import annotations

import json
import sys
import tracemalloc
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sweepflow.atom import (
    Atom,
    AtomError,
    DatasetAtom,
    EvalAtom,
    ModelAtom,
    TaskAtom,
    TrainingJobAtom,
)
from sweepflow.atom import (
    atom as atom_module,
)
from sweepflow.store import Home
from sweepflow.store.store import Store, use_store
from tests.memory import peak_memory

if TYPE_CHECKING:
    from pathlib import Path

CLASSES = [DatasetAtom, ModelAtom, EvalAtom, TaskAtom, TrainingJobAtom]
ROWS = [{"n": i} for i in range(20)]


@pytest.mark.parametrize("kind", CLASSES)
def test_an_atom_comes_as_the_class_of_its_type(store: Store, kind: type[Atom]) -> None:
    atom = Atom.create(kind.type, data="x")
    assert type(atom) is type(Atom.get(atom.id)) is kind
    assert type(Atom.create("other", data="x")) is Atom
    assert not hasattr(Atom, "type")


def test_a_class_of_ones_own(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atom_module, "_classes", {})

    class Song(Atom):
        type: ClassVar[str] = "song"

    assert isinstance(Atom.create("song", data="la"), Song)
    with pytest.raises(AtomError, match="cannot be the type"):
        type("Bad", (Atom,), {"type": "a-b"})


def test_rows_come_in_order(store: Store) -> None:
    atom = DatasetAtom.from_rows(iter(ROWS), user="bob", tags=["t"])
    assert list(atom.rows()) == atom.load() == ROWS
    assert len(atom) == 20
    assert (atom.user, atom.tags) == ("bob", ("t",))
    assert atom == Atom.create("dataset", data=ROWS, user="bob", tags=["t"])


def test_an_empty_dataset_is_still_an_atom(store: Store) -> None:
    atom = DatasetAtom.from_rows([])
    assert (len(atom), list(atom.rows()), atom.sample(0, 1)) == (0, [], [])
    assert atom


@given(n=st.integers(0, 20), seed=st.integers())
@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=30,
)
def test_a_sample_has_different_rows_and_is_the_same_for_a_seed(
    store: Store, n: int, seed: int
) -> None:
    atom = DatasetAtom.from_rows(ROWS)
    sample = atom.sample(n, seed)
    assert sample == atom.sample(n, seed)
    assert len({row["n"] for row in sample}) == n
    assert all(row in ROWS for row in sample)


def test_samples_differ_by_seed_and_are_shuffled(store: Store) -> None:
    atom = DatasetAtom.from_rows(ROWS)
    drawn = [tuple(row["n"] for row in atom.sample(10, seed)) for seed in range(5)]
    assert len(set(drawn)) == 5
    assert any(list(rows) != sorted(rows) for rows in drawn)


@pytest.mark.parametrize("n", [-1, 21])
def test_a_sample_cannot_be_larger_than_all(store: Store, n: int) -> None:
    with pytest.raises(AtomError, match=r"cannot take -?\d+ rows .* has 20"):
        DatasetAtom.from_rows(ROWS).sample(n, 0)


def write_and_read_rows(project: Path) -> None:
    row = {"text": "x" * 1000}
    with Store(Home.of(project)) as store, use_store(store):
        DatasetAtom.from_rows([row])  # what is imported is not counted
        tracemalloc.start()
        atom = DatasetAtom.from_rows(row for _ in range(20_000))
        assert sum(1 for _ in atom.rows()) == 20_000
        assert atom.size > 20_000_000


def test_rows_take_the_memory_of_one(tmp_path: Path) -> None:
    assert peak_memory(write_and_read_rows, tmp_path) < 8_000_000


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", "{}\n[1]\n", r"a\.jsonl:2: the row is of type list"),
        ("a.jsonl", "{}\n{\n", r"a\.jsonl:2: not valid JSON"),
        ("a.json", "[]", r"is in a\.json, and rows are read from \.jsonl"),
    ],
)
def test_what_is_no_row_is_named(
    store: Store, tmp_path: Path, name: str, content: str, message: str
) -> None:
    (tmp_path / name).write_text(content)
    atom = Atom.create("dataset", tmp_path / name)
    assert isinstance(atom, DatasetAtom)
    with pytest.raises(AtomError, match=message):
        list(atom.rows())


def test_a_row_that_cannot_be_written_leaves_nothing(store: Store) -> None:
    with pytest.raises(AtomError, match="row 2"):
        DatasetAtom.from_rows([{}, {"a": object()}])
    assert list(store.objects.digests()) == []
    assert list(store.home.workspace.iterdir()) == []


def test_a_model_is_a_name_or_a_folder(store: Store, tmp_path: Path) -> None:
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "w").write_text("1")
    local = ModelAtom.create("model", tmp_path / "weights")
    named = ModelAtom.create("model", tmp_path / "weights", metadata={"model_id": "m"})
    service = ModelAtom.create("model", data={"model_id": "ft:x"})
    nameless = ModelAtom.create("model", data={})

    assert local.model_id == str(local.path)
    assert named.model_id == "m"
    assert service.model_id == "ft:x"
    with pytest.raises(AtomError, match="does not say its 'model_id'"):
        _ = nameless.model_id


def test_an_evaluation_has_metrics_and_samples(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "result"
    folder.mkdir()
    (folder / "metrics.json").write_text(json.dumps({"accuracy": 0.5}))
    (folder / "samples.jsonl").write_text('{"id": 1}\n{"id": 2, "score": 0.5}\n')
    atom = EvalAtom.create("eval", folder)

    assert atom.metrics == {"accuracy": 0.5}
    assert list(atom.samples()) == [{"id": 1}, {"id": 2, "score": 0.5}]
    assert atom.to_frame().to_dicts() == [
        {"id": 1, "score": None},
        {"id": 2, "score": 0.5},
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        {"data": {"metrics": {"a": 1}}},
        {"data": "x", "metadata": {"metrics": {"a": 1}}},
    ],
)
def test_metrics_alone_are_an_evaluation(
    store: Store, arguments: dict[str, Any]
) -> None:
    atom = EvalAtom.create("eval", **arguments)
    assert atom.metrics == {"a": 1}
    assert list(atom.samples()) == []
    assert atom.to_frame().is_empty()


@pytest.mark.parametrize("data", ["x", {}, {"metrics": [1]}, [1]])
def test_an_evaluation_without_metrics_says_so(store: Store, data: object) -> None:
    with pytest.raises(AtomError, match="metrics"):
        _ = EvalAtom.create("eval", data=data).metrics


def test_frames_need_polars(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(AtomError, match="pip install polars"):
        EvalAtom.create("eval", data={}).to_frame()


def test_tasks_and_jobs_say_what_they_are(store: Store) -> None:
    task = TaskAtom.create("task", data={"task": "pkg.tasks:hello"})
    said = {"job_id": "j1", "backend": "local", "status": "running"}
    job = TrainingJobAtom.create("training_job", data="x", metadata=said)

    assert task.task == "pkg.tasks:hello"
    assert (job.job_id, job.backend, job.status) == ("j1", "local", "running")
