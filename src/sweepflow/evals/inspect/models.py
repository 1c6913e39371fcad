"""Which model of Inspect stands for a target, and what that needs.

A provider of our own is a module with a class under Inspect's `@modelapi`, such as
`dummy_model.py`; its row here names the module as `registered_by`.
"""

from __future__ import annotations

import importlib.util
import math
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sweepflow.evals.errors import EvaluationError
from sweepflow.extras import need
from sweepflow.workflow.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sweepflow.evals.backend import Target

LARGEST_BATCH: Final = 32
"""How many samples a local model answers at a time."""

RETRIES: Final = 8
"""How often a service is asked again that does not answer; the pauses grow."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is known of an evaluation when its model is chosen.

    Args:
        config: What the task and `eval_kwargs` say of generation, by Inspect's names.
        samples: How many there are, each epoch counted.
    """

    config: Mapping[str, Any]
    samples: int


@dataclass(frozen=True, slots=True)
class InspectModel:
    """What `inspect_ai.eval` is told of a model.

    Args:
        name: As `provider/model`.
        args: Of the provider.
        config: Of the generation; what the task or `eval_kwargs` say goes before it.
    """

    name: str
    args: Mapping[str, Any] = field(default_factory=dict[str, Any])
    config: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Provider:
    """How the models of a backend are evaluated.

    Args:
        model: Gives Inspect's model for a target; runs where Inspect does.
        packages: Modules that it needs, each with the extra that brings it.
        variables: Of the environment, which must be set.
        hint: What to do where they are not.
        registered_by: The module that tells Inspect of the provider.
    """

    model: Callable[[Target, Wish], InspectModel]
    packages: tuple[tuple[str, str], ...] = ()
    variables: tuple[str, ...] = ()
    hint: str | None = None
    registered_by: str | None = None


def find_provider(backend: str) -> Provider:
    """Give how the models of a backend are evaluated.

    Raises:
        EvaluationError: They cannot be.
    """
    if backend not in _PROVIDERS:
        raise EvaluationError(
            f"Inspect cannot evaluate models of backend {backend!r}",
            hint=did_you_mean(backend, _PROVIDERS, "backends"),
        )
    return _PROVIDERS[backend]


def check_provider(backend: str) -> None:
    """See whether models of a backend could be evaluated here.

    Raises:
        MissingExtraError: A package is not installed.
        EvaluationError: There is no such backend, or a variable is not set.
    """
    provider = find_provider(backend)
    for module, extra in (("inspect_ai", "inspect"), *provider.packages):
        if not _is_installed(module):
            need(module, extra=extra, purpose=f"evaluating a model of {backend!r}")
    for variable in provider.variables:
        if not os.environ.get(variable):
            raise EvaluationError(
                f"{variable} is not set, which a model of {backend!r} needs",
                hint=provider.hint or f"export {variable}=…",
            )


def _is_installed(module: str) -> bool:
    """Tell it without an import, which would take seconds."""
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:
        return False


def _local(target: Target, wish: Wish) -> InspectModel:
    """Load it from its folder; greedy unless a temperature was asked for."""
    import torch

    if target.path is None:
        raise EvaluationError(f"the local model {target.model_id!r} has no folder")
    path = str(target.path)
    samples = _asks_for_samples(wish.config)
    config: dict[str, Any] = {"max_connections": _batch(wish.samples)}
    if samples:  # the provider takes its seed from here alone, not from the task
        config["seed"] = wish.config.get("seed", 0)
    args = {
        "model_path": path,
        "tokenizer_path": path,
        "device": "cuda:0" if torch.cuda.is_available() else "cpu",
        "do_sample": samples,
    }
    return InspectModel("hf/local", args, config)


def _asks_for_samples(config: Mapping[str, Any]) -> bool:
    temperature = config.get("temperature")
    if temperature is not None:
        return temperature > 0
    return any(config.get(name) is not None for name in ("top_p", "top_k"))


def _batch(samples: int) -> int:
    """Give a size of which all batches are, but for the last.

    The provider waits two seconds for a batch that is not full.
    """
    batches = math.ceil(samples / LARGEST_BATCH)
    return math.ceil(samples / batches) if batches else 1


def _tinker(target: Target, wish: Wish) -> InspectModel:
    """Ask Tinker for it; greedy unless a temperature was asked for."""
    config = {} if _asks_for_samples(wish.config) else {"temperature": 0.0}
    return InspectModel(f"tinker/{target.model_id}", config=config)


def _service(prefix: str) -> Callable[[Target, Wish], InspectModel]:
    def model(target: Target, _: Wish) -> InspectModel:
        config = {"max_retries": RETRIES}
        return InspectModel(f"{prefix}{target.model_id}", config=config)

    return model


_PROVIDERS: Final = {
    "local": Provider(_local, packages=(("torch", "local"), ("transformers", "local"))),
    "openai": Provider(
        _service("openai/"),
        packages=(("openai", "openai"),),
        variables=("OPENAI_API_KEY",),
    ),
    # A model of OpenWeights has no place where it answers until someone pays for a GPU
    # to serve it, by `ow.api.deploy` or otherwise; Inspect reads the two variables.
    "openweights": Provider(
        _service("openai-api/openweights-serving/"),
        packages=(("openai", "openai"),),
        variables=("OPENWEIGHTS_SERVING_BASE_URL", "OPENWEIGHTS_SERVING_API_KEY"),
        hint="serve the model (`ow.api.deploy`, vLLM) and name the address and its key",
    ),
    "tinker": Provider(
        _tinker,
        packages=(("tinker", "tinker"),),
        variables=("TINKER_API_KEY",),
        registered_by="sweepflow.evals.inspect.tinker",
    ),
    "dummy": Provider(
        lambda target, _: InspectModel(f"sweepflow-dummy/{target.model_id}"),
        registered_by="sweepflow.evals.inspect.dummy_model",
    ),
    "inspect": Provider(lambda target, _: InspectModel(target.model_id)),
}
