"""Datasets of Hugging Face's form become chat datasets; here from local folders."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"  # is read at the import
pytest.importorskip("datasets")

from sweepflow.datasets import ChatDataset, DatasetError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """Give a folder as Hugging Face loads it: two splits, with a column of messages."""
    rows: list[dict[str, Any]] = [
        {
            "question": f"What is {n} + 1?",
            "messages": [
                {"role": "user", "content": f"What is {n} + 1?"},
                {"role": "assistant", "content": f"{n + 1}", "weight": 1},
            ],
        }
        for n in range(4)
    ]
    for name, part in (("train", rows[:3]), ("test", rows[3:])):
        text = "\n".join(json.dumps(row) for row in part)
        (tmp_path / f"{name}.jsonl").write_text(text)
    return str(tmp_path)


def test_a_split_is_taken(folder: str) -> None:
    train = ChatDataset.from_hugging_face(folder)
    test = ChatDataset.from_hugging_face(folder, split="test")
    assert (len(train), len(test)) == (3, 1)
    # The user's message has no weight, though its column has one.
    assert test[0]["messages"] == [
        {"role": "user", "content": "What is 3 + 1?"},
        {"role": "assistant", "content": "4", "weight": 1},
    ]


def test_messages_are_made_of_a_row(folder: str) -> None:
    def swapped(row: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"role": "assistant", "content": row["question"]}]

    made = ChatDataset.from_hugging_face(folder, split="train[:2]", messages=swapped)
    assert [sample["messages"][0]["content"] for sample in made] == [
        "What is 0 + 1?",
        "What is 1 + 1?",
    ]


def test_what_cannot_be_had_is_told(folder: str) -> None:
    with pytest.raises(DatasetError, match="has no column 'chat', only question, mess"):
        ChatDataset.from_hugging_face(folder, messages="chat")
    with pytest.raises(DatasetError, match=r"the split 'dev' of .* cannot be had"):
        ChatDataset.from_hugging_face(folder, split="dev")
    with pytest.raises(DatasetError, match=r"the split 'train' of no/such \(main\)"):
        ChatDataset.from_hugging_face("no/such", config="main")
