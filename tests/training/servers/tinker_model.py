"""A small model that learns step by step, for a server that is asked for each step."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Datum:
    """Tokens that are read, what is to follow each, and how much that counts."""

    tokens: list[int]
    targets: list[int]
    weights: list[float]


@dataclass(frozen=True)
class Sampled:
    """What was generated, with the token that ended it."""

    tokens: list[int]
    logprobs: list[float]
    stopped: bool


def base(folder: Path) -> Any:  # noqa: ANN401 - transformers has no types
    """Load a model from a folder of transformers."""
    import transformers

    torch.set_num_threads(1)
    loader: Any = transformers.AutoModelForCausalLM
    return loader.from_pretrained(folder).eval()


class Learner:
    """A copy of a model, all weights of which are trained by AdamW."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401
        self.model = copy.deepcopy(model)
        self.optimizer: Any = torch.optim.AdamW(self.model.parameters())

    def learn(self, data: Sequence[Datum]) -> list[list[float]]:
        """Add to the gradients, and give the log probability of each target."""
        given: list[list[float]] = []
        for datum in data:
            logits = self.model(input_ids=torch.tensor([datum.tokens])).logits[0]
            logprobs = torch.log_softmax(logits, -1)
            targets = torch.tensor(datum.targets)
            chosen: Any = logprobs.gather(1, targets[:, None])[:, 0]
            loss = -(chosen * torch.tensor(datum.weights)).sum()
            loss.backward()
            given.append(chosen.tolist())
        return given

    def step(self, adam: Mapping[str, float]) -> None:
        """Change the weights by the gradients."""
        if adam["grad_clip_norm"]:
            clip = torch.nn.utils.clip_grad_norm_
            clip(self.model.parameters(), adam["grad_clip_norm"])
        self.optimizer.param_groups[0].update(
            lr=adam["learning_rate"],
            betas=(adam["beta1"], adam["beta2"]),
            eps=adam["eps"],
            weight_decay=adam["weight_decay"],
        )
        self.optimizer.step()
        self.optimizer.zero_grad()

    def state(self) -> dict[str, Any]:
        """Give a copy of all that `load` needs."""
        return copy.deepcopy(
            {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        )

    def load(self, state: Mapping[str, Any], *, optimizer: bool) -> None:
        """Take on what was saved."""
        self.model.load_state_dict(state["model"])
        if optimizer:
            self.optimizer.load_state_dict(copy.deepcopy(state["optimizer"]))


@torch.no_grad()
def sample(
    model: Any,  # noqa: ANN401
    prompt: Sequence[int],
    *,
    max_tokens: int,
    stop: Sequence[int],
    temperature: float,
) -> Sampled:
    """Generate, token by token."""
    tokens: list[int] = []
    logprobs: list[float] = []
    while len(tokens) < max_tokens:
        logits = model(input_ids=torch.tensor([[*prompt, *tokens]])).logits[0, -1]
        all_logprobs = torch.log_softmax(logits, -1)
        token = int(
            torch.multinomial(torch.softmax(logits / temperature, -1), 1)
            if temperature
            else logits.argmax()
        )
        tokens.append(token)
        logprobs.append(float(all_logprobs[token]))
        if token in stop:
            return Sampled(tokens, logprobs, stopped=True)
    return Sampled(tokens, logprobs, stopped=False)
