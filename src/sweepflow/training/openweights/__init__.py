"""Training by OpenWeights.

OpenWeightsBackend   a backend
OpenWeightsService   OpenWeights, through its own package   service.py
                     what goes wrong there                  errors.py
"""

from sweepflow.training.hosted import HostedBackend
from sweepflow.training.openweights.service import OpenWeightsService


class OpenWeightsBackend(HostedBackend):
    """Has OpenWeights train a model of Hugging Face.

    Hyperparameters: `n_epochs`, `learning_rate`, `batch_size` (samples), `lora_rank` (0
    trains all weights), `lora_alpha`, `seed`, `max_seq_len` (tokens), `load_in_4bit`,
    and `requires_vram_gb`, the memory that the GPU has to have.
    """

    name = "openweights"
    service = OpenWeightsService


__all__ = ["OpenWeightsBackend"]
