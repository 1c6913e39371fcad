"""Which tokens of a sample are trained."""

from __future__ import annotations

from typing import Any, TypeAlias

import pytest

pytest.importorskip("transformers")

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sweepflow.training import TrainingError
from sweepflow.training.local.samples import Tokens, encode

Tokenizer: TypeAlias = Any  # of `transformers`, which has no types to speak of
Messages: TypeAlias = list[dict[str, Any]]

END = "<|im_end|>"
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
askers = st.sampled_from(["user", "system"])
asked = st.fixed_dictionaries({"role": askers, "content": texts})
answered = st.fixed_dictionaries(
    {
        "role": st.just("assistant"),
        "content": texts,
        "weight": st.sampled_from([0, 1, None]),
    }
)
chats: st.SearchStrategy[Messages] = st.lists(asked | answered, min_size=1, max_size=6)


def trained(tokens: Tokens, tokenizer: Tokenizer) -> str:
    chosen = [i for i, is_so in zip(tokens.ids, tokens.trained, strict=True) if is_so]
    return tokenizer.decode(chosen)


def sample(*messages: str | tuple[str, int]) -> dict[str, Any]:
    """Give a sample of messages that take turns; a user's comes first."""
    said: list[dict[str, Any]] = []
    for number, each in enumerate(messages):
        text, weight = each if isinstance(each, tuple) else (each, None)
        role = "assistant" if number % 2 else "user"
        said.append({"role": role, "content": text})
        if weight is not None:
            said[-1]["weight"] = weight
    return {"messages": said}


def test_all_that_the_assistant_says_is_trained(tokenizer: Tokenizer) -> None:
    (tokens,) = encode(
        [sample("a?", "yes", "b?", ("no", 0), "c?", "so")], tokenizer, 99
    )
    assert trained(tokens, tokenizer) == f"yes{END}so{END}"


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(messages=chats)
def test_the_trained_tokens_are_the_answers(
    messages: Messages, tokenizer: Tokenizer
) -> None:
    answers = [
        each["content"] + END
        for each in messages
        if each["role"] == "assistant" and each["weight"] != 0
    ]
    if not answers:
        with pytest.raises(TrainingError, match="sample 1 trains nothing"):
            encode([{"messages": messages}], tokenizer, 10_000)
        return
    (tokens,) = encode([{"messages": messages}], tokenizer, 10_000)
    assert trained(tokens, tokenizer) == "".join(answers)
    assert not tokens.trained[0]
    assert not tokens.is_cut


def test_what_is_too_long_is_cut(tokenizer: Tokenizer) -> None:
    (whole,) = encode([sample("a?", "a long answer")], tokenizer, 99)
    (cut,) = encode([sample("a?", "a long answer")], tokenizer, len(whole.ids) - 5)
    assert cut.is_cut
    assert cut.ids == whole.ids[:-5]
    assert trained(cut, tokenizer) == "a long ans"


def test_a_sample_of_which_nothing_is_left_is_named(tokenizer: Tokenizer) -> None:
    long = sample("a question that goes on and on and on and on", "yes")
    with pytest.raises(TrainingError) as error:
        encode([sample("a?", "b"), long], tokenizer, 40)
    assert "sample 2 has 68 tokens" in str(error.value)
    assert "raise max_seq_len" in str(error.value)


def with_template(tokenizer: Tokenizer, template: str) -> Tokenizer:
    import copy

    changed = copy.deepcopy(tokenizer)
    changed.chat_template = template
    return changed


def test_a_system_prompt_of_the_template_is_not_trained(tokenizer: Tokenizer) -> None:
    own = "{% if messages[0]['role'] != 'system' %}<|im_start|>system\nhi{% endif %}"
    (first, second) = encode(
        [
            sample("a?", "yes"),
            {"messages": [{"role": "assistant", "content": "hi"}]},
        ],
        with_template(tokenizer, own + CHATML),
        200,
    )
    assert trained(first, tokenizer) == f"yes{END}"
    assert trained(second, tokenizer) == f"hi{END}"


def test_an_invitation_to_think_does_no_harm(tokenizer: Tokenizer) -> None:
    thinking = CHATML.replace("assistant\n{% endif", "assistant\n<think>{% endif")
    (tokens,) = encode([sample("a?", "yes")], with_template(tokenizer, thinking), 200)
    assert f"yes{END}" in trained(tokens, tokenizer)


def test_a_template_that_rewrites_the_past_is_refused(tokenizer: Tokenizer) -> None:
    forgetful = CHATML.replace("in messages", "in messages[-2:]")
    with pytest.raises(TrainingError, match=r"sample 1 is rewritten .* message 2"):
        encode([sample("a", "b", "c", "d")], with_template(tokenizer, forgetful), 99)


def test_a_template_that_refuses_is_told(tokenizer: Tokenizer) -> None:
    strict = "{{ raise_exception('no system messages, please') }}"
    with pytest.raises(TrainingError, match="no system messages, please"):
        encode([sample("a", "b")], with_template(tokenizer, strict), 99)


def test_a_model_without_a_template_is_refused(tokenizer: Tokenizer) -> None:
    with pytest.raises(TrainingError, match="no chat template"):
        encode([sample("a", "b")], with_template(tokenizer, ""), 99)


CALL = {
    "messages": [
        {"role": "developer", "content": "be brief"},
        {"role": "user", "content": "add"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "1",
                    "type": "function",
                    "function": {"name": "add", "arguments": '{"a": 1}'},
                }
            ],
        },
    ]
}


def test_a_tool_call_is_trained_where_the_template_knows_tools(
    tokenizer: Tokenizer,
) -> None:
    template = CHATML.replace(
        "{{ m['content'] }}",
        "{{ m['content'] }}{% for c in m.tool_calls or [] %}"
        "{{ c.function.name }}={{ c.function.arguments['a'] }}{% endfor %}",
    )
    (tokens,) = encode([CALL], with_template(tokenizer, template), 200)
    assert trained(tokens, tokenizer) == f"add=1{END}"
    assert "system\nbe brief" in tokenizer.decode(tokens.ids)


def test_a_tool_call_that_would_be_lost_is_refused(tokenizer: Tokenizer) -> None:
    with pytest.raises(TrainingError, match="calls a tool in message 3"):
        encode([CALL], tokenizer, 200)
