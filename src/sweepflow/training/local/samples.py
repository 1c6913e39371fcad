"""Samples as tokens, by the model's own chat template, and which of them are trained.

Trained is what the assistant says, with the token that ends its turn; of a message with
weight 0, nothing. What the assistant says is found in the text: it is what a message
adds to the conversation before it, after the header that invites an answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sweepflow.training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sweepflow.datasets import Sample


@dataclass(frozen=True, slots=True)
class Tokens:
    """A sample as a model reads it.

    Args:
        ids: Its tokens.
        trained: For each, whether the model is to learn to say it.
        is_cut: Whether there were more.
    """

    ids: tuple[int, ...]
    trained: tuple[bool, ...]
    is_cut: bool = False


def encode(
    samples: Iterable[Sample],
    tokenizer: Any,  # noqa: ANN401 - of `transformers`, which may be missing
    max_seq_len: int,
) -> list[Tokens]:
    """Give the tokens of samples; those after the first `max_seq_len` are cut off.

    Args:
        samples: As a `ChatDataset` gives them.
        tokenizer: One of `transformers` that is backed by `tokenizers`.
        max_seq_len: In tokens.

    Raises:
        TrainingError: A sample has nothing to train, or nothing is left of that, or
            the model's chat template cannot write it; with its number, from 1.
    """
    if not getattr(tokenizer, "chat_template", None):
        raise TrainingError(
            "the base model has no chat template, so it cannot be trained on chats",
            hint="take one that was made for chat, such as an -Instruct model",
        )
    found: list[Tokens] = []
    for number, sample in enumerate(samples, 1):
        try:
            found.append(_encode(sample, tokenizer, max_seq_len))
        except _UnfitError as error:
            raise TrainingError(f"sample {number:,} {error}", hint=error.hint) from None
    return found


class _UnfitError(Exception):
    """A sample cannot be trained on; the text goes on after "sample 3"."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def _encode(sample: Sample, tokenizer: Any, max_seq_len: int) -> Tokens:  # noqa: ANN401
    text, spans = _Chat(sample, tokenizer).spans()
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    ids: list[int] = encoded["input_ids"]
    places: list[tuple[int, int]] = encoded["offset_mapping"]
    special = set(tokenizer.all_special_ids) | set(tokenizer.added_tokens_decoder)
    trained = [False] * len(ids)
    for start, end in spans:
        inside = [i for i, (a, b) in enumerate(places) if start <= a < b <= end]
        for i in _until_end_of_turn(inside, ids, special):
            trained[i] = i > 0  # the first token of all follows from nothing
    if not any(trained):
        raise _UnfitError(
            "trains nothing: no message of the assistant has a weight other than 0",
            "leave it out of the dataset",
        )
    if not any(trained[:max_seq_len]):
        raise _UnfitError(
            f"has {len(ids):,} tokens, and the assistant's come only after the first "
            f"{max_seq_len:,}, where it is cut",
            "raise max_seq_len, or leave it out of the dataset",
        )
    cut = slice(max_seq_len)
    return Tokens(tuple(ids[cut]), tuple(trained[cut]), len(ids) > max_seq_len)


def _until_end_of_turn(
    inside: Sequence[int], ids: Sequence[int], special: set[int]
) -> Sequence[int]:
    """Leave out what a template writes after the token that ends a turn."""
    ends = [place for place, i in enumerate(inside) if ids[i] in special]
    return inside[: ends[-1] + 1] if ends else inside


class _Chat:
    """A conversation, as the template of a model writes it."""

    def __init__(self, sample: Sample, tokenizer: Any) -> None:  # noqa: ANN401
        self._messages = [_for_template(message) for message in sample["messages"]]
        self._weights = [message.get("weight") for message in sample["messages"]]
        self._tools = sample.get("tools")
        self._tokenizer = tokenizer

    def spans(self) -> tuple[str, list[tuple[int, int]]]:
        """Give the text, and from where to where in it stands what is trained."""
        whole = self._write(len(self._messages))
        spans = [
            self._span(number, whole)
            for number, message in enumerate(self._messages)
            if message["role"] == "assistant" and self._weights[number] != 0
        ]
        return whole, spans

    def _span(self, number: int, whole: str) -> tuple[int, int]:
        to_its_end = self._write(number + 1)
        before = self._before(number, to_its_end)
        if before is None or not whole.startswith(to_its_end):
            raise _UnfitError(
                f"is rewritten by the chat template of the model, such that message "
                f"{number + 1} cannot be told from the others",
                "make a sample of each answer, with what came before it at weight 0",
            )
        self._check_calls(number, to_its_end[len(before) :])
        return len(before), len(to_its_end)

    def _before(self, number: int, to_its_end: str) -> str | None:
        """Give what stands before an answer, if that can be told."""
        if number == 0:  # a template may begin with a system prompt of its own
            head, content, _ = to_its_end.rpartition(self._messages[0]["content"])
            return head if content else None
        # Some templates invite with more than the answer then has: a thought, say.
        texts = (self._write(number, invite=True), self._write(number))
        return next((text for text in texts if to_its_end.startswith(text)), None)

    def _check_calls(self, number: int, written: str) -> None:
        for call in self._messages[number].get("tool_calls") or ():
            if call.get("function", {}).get("name", "") not in written:
                raise _UnfitError(
                    f"calls a tool in message {number + 1}, which the chat template "
                    "of the model cannot write",
                    "take a base model that was made to call tools",
                )

    def _write(self, count: int, *, invite: bool = False) -> str:
        try:
            text = self._tokenizer.apply_chat_template(
                self._messages[:count],
                tools=self._tools,
                tokenize=False,
                add_generation_prompt=invite,
            )
        except Exception as error:
            raise _UnfitError(
                f"is refused by the chat template of the model: {error}",
                "see which roles the model knows, and in which order",
            ) from error
        return cast("str", text)


def _for_template(message: dict[str, Any]) -> dict[str, Any]:
    """Give a message as templates expect it, where OpenAI's format differs."""
    role = "system" if message["role"] == "developer" else message["role"]
    changed = {**message, "role": role, "content": message.get("content") or ""}
    changed.pop("weight", None)
    if calls := message.get("tool_calls"):
        changed["tool_calls"] = [_with_arguments(call) for call in calls]
    return changed


def _with_arguments(call: dict[str, Any]) -> dict[str, Any]:
    """Give a tool call whose arguments are an object, where they are its text."""
    function: dict[str, Any] = call.get("function") or {}
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except ValueError:
            return call
    return {**call, "function": {**function, "arguments": arguments}}
