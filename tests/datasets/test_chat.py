"""A chat dataset does not change, and equal ones are equal to the byte."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.datasets import ChatDataset, DatasetError

if TYPE_CHECKING:
    from pathlib import Path

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | text,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(text, inner),
    max_leaves=3,
).filter(lambda value: "Infinity" not in json.dumps(value))


def message(role: str, **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"role": st.just(role), "content": text}, optional={"name": text, **more}
    )


@st.composite
def samples(draw: st.DrawFn) -> dict[str, Any]:
    before = st.sampled_from(["system", "developer", "user"]).flatmap(message)
    answer = message("assistant", weight=st.sampled_from([0, 1]))
    after = st.lists(message("user"), max_size=1)
    more = st.fixed_dictionaries({}, optional={"metadata": json_values})
    messages = [*draw(st.lists(before)), draw(answer), *draw(after)]
    return {"messages": messages, **draw(more)}


def dataset(count: int) -> ChatDataset:
    return ChatDataset(one(f"question {number}") for number in range(count))


def one(question: str, answer: str = "Yes.") -> dict[str, Any]:
    return {
        "messages": [
            {"role": "user", "content": question},
            {"role": "assistant", "content": answer},
        ]
    }


def questions(dataset: ChatDataset) -> list[str]:
    return [sample["messages"][0]["content"] for sample in dataset]


@given(st.lists(samples(), min_size=1, max_size=5))
def test_what_was_saved_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, given: list[dict[str, Any]]
) -> None:
    file = tmp_path_factory.mktemp("saved") / "new" / "folder" / "data.jsonl"
    dataset = ChatDataset(given)
    dataset.save(file)
    loaded = ChatDataset.load(str(file))
    assert loaded == dataset
    assert list(loaded) == given
    assert loaded.digest == hashlib.sha256(file.read_bytes()).hexdigest()
    assert [path.name for path in file.parent.iterdir()] == ["data.jsonl"]


def test_the_order_of_keys_makes_no_other_dataset() -> None:
    turned = {"messages": [dict(reversed(m.items())) for m in one("é")["messages"]]}
    assert ChatDataset([turned]) == ChatDataset([one("é")])
    assert ChatDataset([turned]).digest == ChatDataset([one("é")]).digest
    assert hash(ChatDataset([turned])) == hash(ChatDataset([one("é")]))
    assert ChatDataset([one("é")]) != ChatDataset([one("e")])
    assert ChatDataset([one("é")]) != [one("é")]


def test_a_changed_sample_changes_no_dataset() -> None:
    mine = one("question")
    dataset = ChatDataset([mine])
    mine["messages"].clear()
    dataset[0]["messages"].clear()
    assert list(dataset) == [one("question")]


def test_it_is_a_sequence() -> None:
    four = dataset(4)
    assert len(four) == 4
    assert four[-1] == one("question 3")
    assert questions(four[1:3]) == ["question 1", "question 2"]
    assert isinstance(four[:0], ChatDataset)
    assert one("question 2") in four
    assert four[:2] + four[2:] == four
    assert ChatDataset.concatenate(four[:1], four[1:2], four[2:]) == four
    assert repr(four) == "<ChatDataset of 4 samples>"
    with pytest.raises(IndexError):
        four[4]


@given(
    st.integers(0, 30),
    st.floats(0, 1) | st.integers(0, 30),
    st.integers(),
)
def test_a_split_loses_and_doubles_nothing(count: int, part: float, seed: int) -> None:
    whole = dataset(count)
    if isinstance(part, int):
        part = min(part, count)
    first, second = whole.split(part, seed)
    assert Counter(questions(first + second)) == Counter(questions(whole))
    wanted = part if isinstance(part, int) else part * count
    assert abs(len(first) - wanted) <= 0.5
    assert whole.split(part, seed) == (first, second)


@given(st.integers(0, 30), st.integers())
def test_a_shuffle_is_decided_by_its_seed(count: int, seed: int) -> None:
    whole = dataset(count)
    shuffled = whole.shuffle(seed)
    assert shuffled == whole.shuffle(seed)
    assert sorted(questions(shuffled)) == sorted(questions(whole))


def test_another_seed_gives_another_order() -> None:
    whole = dataset(50)
    assert whole.shuffle(1) != whole.shuffle(2) != whole
    assert whole.sample(10, 1) != whole.sample(10, 2)


def test_a_sample_takes_none_twice() -> None:
    assert len(set(questions(dataset(20).sample(15, 7)))) == 15


def test_what_cannot_be_taken_is_told() -> None:
    three = dataset(3)
    with pytest.raises(DatasetError, match="cannot take 4 of 3 samples"):
        three.sample(4, 0)
    with pytest.raises(DatasetError, match="cannot take -1 of 3 samples"):
        three.sample(-1, 0)
    with pytest.raises(DatasetError, match="cannot split 4 off 3 samples"):
        three.split(4, 0)
    with pytest.raises(DatasetError, match=r"cannot split at 1\.5"):
        three.split(1.5, 0)
    with pytest.raises(DatasetError, match="cannot split at nan"):
        three.split(float("nan"), 0)
    with pytest.raises(DatasetError, match="without samples is not saved"):
        three[:0].save("none.jsonl")


def test_what_cannot_be_written_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    with pytest.raises(DatasetError, match="cannot be written: File exists"):
        dataset(1).save(tmp_path / "file" / "data.jsonl")
    (tmp_path / "folder").mkdir()
    with pytest.raises(DatasetError, match="cannot be written: Is a directory"):
        dataset(1).save(tmp_path / "folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
