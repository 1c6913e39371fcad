"""What is no sample is told: which line of which file, and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from sweepflow.datasets import ChatDataset, DatasetError

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.datasets import Sample

USER = {"role": "user", "content": "How are you?"}
ANSWER = {"role": "assistant", "content": "Well."}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "3"}

GOOD = [
    [USER, ANSWER],
    [{"role": "system", "content": ""}, USER, ANSWER, USER, ANSWER],
    [{"role": "developer", "content": "Be short."}, USER, ANSWER],
    [USER, CALLING, RESULT, ANSWER],
    [USER, {"role": "assistant", "tool_calls": [CALL]}, RESULT, ANSWER],
    [USER | {"name": "Ann"}, ANSWER | {"weight": 0}, ANSWER | {"weight": 1}],
    [USER, ANSWER | {"tool_calls": None, "name": None, "refusal": None}],
    [ANSWER],
]

BAD: list[tuple[Any, str]] = [
    ([USER, ANSWER], "is a list, not an object with messages"),
    ("text", "is a text, not an object"),
    (None, "is nothing, not an object"),
    ({}, "has no `messages`, a list of at least one"),
    ({"messages": []}, "has no `messages`"),
    ({"messages": {"role": "user"}}, "has no `messages`"),
    ({"messages": [USER]}, "has no message of the assistant"),
    ({"messages": [USER, "Well."]}, "has a message 2 that is a text, not an object"),
    ({"messages": [{"content": "?"}, ANSWER]}, "message 1 that has the role None"),
    ({"messages": [USER | {"role": "human"}, ANSWER]}, "has the role 'human', and not"),
    ({"messages": [USER | {"role": []}, ANSWER]}, r"has the role \[\], and not one of"),
    ({"messages": [USER, {"role": "assistant"}]}, "has nothing as `content`, not a"),
    ({"messages": [USER | {"content": 3}, ANSWER]}, "message 1 that has a number as"),
    ({"messages": [USER | {"content": True}, ANSWER]}, "has a truth value as"),
    ({"messages": [USER | {"content": [USER]}, ANSWER]}, "has a list as `content`"),
    ({"messages": [USER | {"content": None}, ANSWER]}, "has nothing as `content`"),
    ({"messages": [USER | {"tool_calls": [CALL]}, ANSWER]}, "not the assistant's"),
    ({"messages": [CALLING | {"tool_calls": ["f"]}]}, "no list of objects"),
    ({"messages": [CALLING | {"tool_calls": []}]}, "has nothing as `content`"),
    ({"messages": [CALLING, RESULT | {"tool_call_id": None}]}, "its `tool_call_id`"),
    ({"messages": [USER | {"name": 3}, ANSWER]}, "has a `name` that is no text"),
    ({"messages": [USER, ANSWER | {"weight": 2}]}, "message 2 that has the weight 2"),
    ({"messages": [USER, ANSWER | {"weight": 0.5}]}, "has the weight 0.5"),
    ({"messages": [USER, ANSWER | {"weight": True}]}, "has the weight True"),
    ({"messages": [USER | {"weight": 1}, ANSWER]}, "others have none"),
    ({"messages": [USER, ANSWER], "tools": {"type": "function"}}, "has `tools` that"),
    ({"messages": [USER, ANSWER], "score": float("nan")}, "cannot be written as JSON"),
    ({"messages": [USER, ANSWER | {"content": "\ud800"}]}, "'.ud800', which is no cha"),
]


@pytest.mark.parametrize("messages", GOOD)
def test_what_is_a_sample_is_kept_as_it_is(messages: list[Any], tmp_path: Path) -> None:
    sample = {
        "messages": messages,
        "tools": [{"type": "function"}],
        "metadata": {"a": 1},
    }
    (tmp_path / "data.jsonl").write_text(json.dumps(sample))
    assert list(ChatDataset.load(tmp_path / "data.jsonl")) == [sample]


@pytest.mark.parametrize(("sample", "message"), BAD)
def test_what_is_no_sample_is_told_with_its_line(
    sample: object, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text(f"{json.dumps({'messages': GOOD[0]})}\n\n{json.dumps(sample)}\n")
    with pytest.raises(DatasetError, match=message) as caught:
        ChatDataset.load(file)
    assert str(caught.value).startswith(f"{file}:3: the line ")


@pytest.mark.parametrize(("sample", "message"), BAD)
def test_what_is_no_sample_is_told_with_a_number(sample: object, message: str) -> None:
    with pytest.raises(DatasetError, match=message) as caught:
        ChatDataset(cast("list[Sample]", [{"messages": GOOD[0]}, sample]))
    assert str(caught.value).startswith("sample 2 ")


def test_what_json_has_no_word_for_is_told() -> None:
    sample: Any = {"messages": GOOD[0], "metadata": {"day": object()}}
    with pytest.raises(DatasetError, match="sample 1 cannot be written as JSON"):
        ChatDataset([sample])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "there are no samples in it"),
        (b"\n \r\n\n", "there are no samples in it"),
        (b"\xef\xbb\xbf{}", ":1: the file begins with a byte order mark"),
        (b'{"messages": [', ":1: the line is not JSON"),
        (
            b'{"messages": "\xff"}',
            ":1: the line is not text in UTF-8, from its b",
        ),
        ('{"messages": []}'.encode("utf-16-le"), ":1: the line is not JSON"),
        (b"[" * 200_000, ":1: the line is nested too deeply"),
    ],
)
def test_what_is_no_file_of_samples_is_told(
    text: bytes, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "data.jsonl"
    file.write_bytes(text)
    with pytest.raises(DatasetError, match=message) as caught:
        ChatDataset.load(file)
    assert str(caught.value).startswith(str(file))


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="No such file or directory"):
        ChatDataset.load(tmp_path / "missing.jsonl")
    with pytest.raises(DatasetError, match="Is a directory"):
        ChatDataset.load(tmp_path)


def test_the_line_ends_of_another_system_make_no_other_dataset(tmp_path: Path) -> None:
    line = json.dumps({"messages": [USER, ANSWER | {"content": "a\u2028b"}]})
    (tmp_path / "a.jsonl").write_bytes(f"{line}\r\n{line}".encode())
    (tmp_path / "b.jsonl").write_bytes(f"{line}\n\n{line}\n".encode())
    a, b = (ChatDataset.load(tmp_path / name) for name in ("a.jsonl", "b.jsonl"))
    assert a == b
    assert len(a) == 2
