"""`tiny`: a language model of random weights, so small that it trains in seconds.

It reads bytes and knows nothing; what it is taught of few samples, it repeats. It is
for trying a pipeline out, and for tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sweepflow.extras import need

if TYPE_CHECKING:
    from pathlib import Path

_START, _END, _PAD = "<|im_start|>", "<|im_end|>", "<|pad|>"

_TEMPLATE: Final = (
    "{% for message in messages %}"
    "<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""ChatML, as SmolLM2 and many others have it."""

_SEED: Final = 20


def build(folder: Path) -> None:
    """Write the model into a folder, such as `transformers` reads; same bytes always.

    Raises:
        MissingExtraError: `torch` or `transformers` is not installed.
    """
    torch = need("torch", extra="local", purpose="the model `tiny`")
    tokenizer = _tokenizer()
    tokenizer.save_pretrained(folder)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        _model(tokenizer).save_pretrained(folder)


def _tokenizer() -> Any:  # noqa: ANN401 - of `transformers`, which may be missing
    """Give a tokenizer of the 256 bytes, each written as a character of its own."""
    transformers = need("transformers", extra="local", purpose="the model `tiny`")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {character: number for number, character in enumerate(alphabet)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(
        add_prefix_space=False, use_regex=False
    )
    tokenizer.decoder = decoders.ByteLevel()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        additional_special_tokens=[_START],
        eos_token=_END,
        pad_token=_PAD,
        chat_template=_TEMPLATE,
        clean_up_tokenization_spaces=False,
        model_max_length=2048,
    )


def _model(tokenizer: Any) -> Any:  # noqa: ANN401 - likewise
    from transformers.models.llama import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        initializer_range=0.15,  # such that LoRA, too, can make it say something
        bos_token_id=tokenizer.convert_tokens_to_ids(_START),
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(config)
