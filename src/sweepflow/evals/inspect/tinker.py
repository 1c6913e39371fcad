"""Models at Tinker, for Inspect: what was trained there, and the base models."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import anyio.to_thread
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    modelapi,
)

from sweepflow.evals.errors import EvaluationError
from sweepflow.extras import need

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspect_ai.tool import ToolChoice, ToolInfo

MAX_TOKENS: Final = 2048
"""Of an answer, where nobody says."""
CONNECTIONS: Final = 64
"""Prompts that are under way at a time; Tinker makes batches of them."""
_MARK: Final = "answer"


@modelapi(name="tinker")
class TinkerModel(ModelAPI):
    """Samples from a model at Tinker, by the chat template of its base model.

    The name is `tinker://…` of weights for sampling, or that of a base model. The key
    is TINKER_API_KEY. What may pass is asked for again by Tinker's own package.
    """

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig | None = None,
    ) -> None:
        super().__init__(
            model_name,
            base_url,
            api_key,
            ["TINKER_API_KEY"],
            config or GenerateConfig(),
        )
        self._sdk = need("tinker", extra="tinker", purpose="a model at Tinker")
        self._opening = threading.Lock()
        self._opened: _Sampler | None = None

    async def generate(
        self,
        input: list[ChatMessage],  # noqa: A002 - Inspect's name for it
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> ModelOutput:
        """Give an answer, or several; each ends where the turn does."""
        del tool_choice
        if tools:
            raise EvaluationError("a model at Tinker cannot be given tools here")
        sampler = await anyio.to_thread.run_sync(self._open)
        prompt = sampler.prompt(input)
        began = time.monotonic()
        answer = await sampler.client.sample(
            prompt=self._sdk.ModelInput.from_ints(prompt),
            num_samples=config.num_choices or 1,
            sampling_params=self._params(config, sampler.stop),
        )
        texts = [list[int](sequence.tokens) for sequence in answer.sequences]
        output = ModelOutput(
            model=self.model_name,
            choices=[
                self._choice(sampler, tokens, config.stop_seqs) for tokens in texts
            ],
            usage=_usage(len(prompt), sum(map(len, texts))),
        )
        output.time = time.monotonic() - began
        return output

    def _params(self, config: GenerateConfig, stop: Sequence[int]) -> Any:  # noqa: ANN401
        return self._sdk.SamplingParams(
            max_tokens=config.max_tokens or MAX_TOKENS,
            temperature=1.0 if config.temperature is None else config.temperature,
            top_p=1.0 if config.top_p is None else config.top_p,
            top_k=-1 if config.top_k is None else config.top_k,
            seed=config.seed,
            stop=list(stop),
        )

    def _choice(
        self, sampler: _Sampler, tokens: list[int], stop_seqs: list[str] | None
    ) -> ChatCompletionChoice:
        is_over = bool(tokens) and tokens[-1] in sampler.stop
        text = sampler.text(tokens[:-1] if is_over else tokens)
        # Tinker takes tokens or texts to stop at; the end of the turn is a token.
        for stop in stop_seqs or []:
            before, found, _ = text.partition(stop)
            text, is_over = before, is_over or bool(found)
        return ChatCompletionChoice(
            message=ChatMessageAssistant(
                content=text, model=self.model_name, source="generate"
            ),
            stop_reason="stop" if is_over else "max_tokens",
        )

    def _open(self) -> _Sampler:
        with self._opening:
            if self._opened is None:
                self._opened = _Sampler.open(self._sdk, self.model_name)
            return self._opened

    def max_connections(self) -> int:
        """Give how many prompts may be under way."""
        return CONNECTIONS


@dataclass(frozen=True)
class _Sampler:
    """A model that answers tokens with tokens.

    Args:
        service: What has to stay open while it is used.
        client: What is asked for answers.
        tokenizer: Of the base model.
        stop: The tokens that end a turn.
    """

    service: Any
    client: Any
    tokenizer: Any
    stop: tuple[int, ...]

    @classmethod
    def open(cls, sdk: Any, name: str) -> _Sampler:  # noqa: ANN401
        service = sdk.ServiceClient()
        kind = "model_path" if name.startswith("tinker://") else "base_model"
        client = service.create_sampling_client(**{kind: name}).result()
        base = client.get_base_model()
        try:
            tokenizer = client.get_tokenizer()
        except (OSError, ValueError) as error:
            raise EvaluationError(
                f"the tokenizer of {base!r} cannot be loaded: {error}",
                hint="it comes from Hugging Face: set HF_HUB_OFFLINE=0 for the first "
                "time, if it is not in the cache of this machine yet",
            ) from error
        if not tokenizer.chat_template:
            raise EvaluationError(
                f"the tokenizer of {base!r} has no chat template",
                hint="evaluate a model that was made for chat",
            )
        return cls(service, client, tokenizer, end_of_turn(tokenizer))

    def prompt(self, messages: Sequence[ChatMessage]) -> list[int]:
        """Give the tokens of a conversation that is to be answered."""
        said = [{"role": each.role, "content": each.text} for each in messages]
        return _encode(self.tokenizer, _write(self.tokenizer, said, invite=True))

    def text(self, tokens: list[int]) -> str:
        return self.tokenizer.decode(tokens, skip_special_tokens=True)


def end_of_turn(tokenizer: Any) -> tuple[int, ...]:  # noqa: ANN401
    """Give the tokens that end an answer: of the chat template, and of the tokenizer.

    Those of a base model are two, as its own end of text is no end of a turn.
    """
    said = [{"role": "user", "content": "ask"}, {"role": "assistant", "content": _MARK}]
    _, _, after = _write(tokenizer, said).rpartition(_MARK)
    special = set(tokenizer.all_special_ids) | set(tokenizer.added_tokens_decoder)
    ends = [token for token in _encode(tokenizer, after) if token in special][:1]
    if tokenizer.eos_token_id is not None:
        ends.append(tokenizer.eos_token_id)
    return tuple(dict.fromkeys(ends))


def _write(
    tokenizer: Any,  # noqa: ANN401
    said: list[dict[str, str]],
    *,
    invite: bool = False,
) -> str:
    return tokenizer.apply_chat_template(
        said, tokenize=False, add_generation_prompt=invite
    )


def _encode(tokenizer: Any, text: str) -> list[int]:  # noqa: ANN401
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def _usage(read: int, written: int) -> ModelUsage:
    return ModelUsage(
        input_tokens=read, output_tokens=written, total_tokens=read + written
    )
