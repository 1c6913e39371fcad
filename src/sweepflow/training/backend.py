"""Who trains: one interface for this machine and for services."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from sweepflow.training.errors import TrainingError
from sweepflow.workflow.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.datasets import ChatDataset
    from sweepflow.training.run import TrainingRun

_BACKENDS: Final = {
    "local": "sweepflow.training.local:LocalBackend",
    "tinker": "sweepflow.training.tinker:TinkerBackend",
    "openai": "sweepflow.training.openai:OpenAIBackend",
    "openweights": "sweepflow.training.openweights:OpenWeightsBackend",
    "dummy": "sweepflow.training.dummy:DummyBackend",
}
NAMES: Final = tuple(_BACKENDS)


class TrainingBackend(Protocol):
    """Trains models. What it needs of accounts comes from the environment alone.

    The same request (dataset, model, hyperparameters with their defaults, suffix) is
    the same training, however often it is made and after whatever was killed: `train`
    gives the one that there is, unless that has failed or was cancelled.
    """

    name: str

    def check(self, model: str, hyperparameters: Mapping[str, Any]) -> None:
        """Look whether `train` could begin, without spending anything.

        Raises:
            MissingExtraError: A package is not installed.
            TrainingError: A key is not set, or model or hyperparameters are not valid.
        """
        ...

    def train(
        self,
        dataset: ChatDataset,
        model: str,
        hyperparameters: Mapping[str, Any] | None = None,
        suffix: str | None = None,
    ) -> TrainingRun:
        """Begin a training, and do not wait for its end.

        Args:
            dataset: What the model is to answer, and how.
            model: What training starts from.
            hyperparameters: By name, such as `n_epochs`; see those of the backend.
            suffix: A few words for the name of the model.

        Raises:
            MissingExtraError, TrainingError: See `check`; or the service refused it.
        """
        ...

    def open(self, job_id: str) -> TrainingRun:
        """Give a training that was begun, by its id, without asking how it stands."""
        ...

    def is_lost(self, job_id: str) -> bool:
        """Tell whether a training is known here to have failed, or to be gone.

        It is asked before a known result is used, so it asks no service.
        """
        ...


def get_backend(name: str) -> TrainingBackend:
    """Give the backend of a name, or the one at `package.module:Class`.

    Raises:
        TrainingError: There is none.
    """
    ref = _BACKENDS.get(name, name)
    if ":" not in ref:
        raise TrainingError(
            f"no training backend {name!r}", hint=did_you_mean(name, NAMES, "backends")
        )
    module, _, attribute = ref.partition(":")
    try:
        kind = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise TrainingError(
            f"no training backend {name!r}: {error}",
            hint=f"write one of {', '.join(NAMES)}, or package.module:Class",
        ) from None
    return cast("TrainingBackend", kind())
