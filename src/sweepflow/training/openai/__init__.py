"""Training by OpenAI.

OpenAIBackend   a backend
OpenAIService   OpenAI, through its own package   service.py
                the steps that it tells of        curve.py
"""

from sweepflow.training.hosted import HostedBackend
from sweepflow.training.openai.service import OpenAIService


class OpenAIBackend(HostedBackend):
    """Has OpenAI train one of its models.

    Hyperparameters: `n_epochs`, `batch_size` (samples) and `learning_rate_multiplier`,
    each a number or "auto", which is the default; `seed`, 0 by default.
    """

    name = "openai"
    service = OpenAIService


__all__ = ["OpenAIBackend"]
