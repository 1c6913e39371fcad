"""Training: datasets to models, on this machine or by a service.

get_backend, TrainingBackend        who trains                     backend.py
TrainingRun, TrainedModel, Progress a training, and what it makes  run.py
TrainingError, TrainingFailedError  what can go wrong              errors.py
"""

from sweepflow.training.backend import TrainingBackend, get_backend
from sweepflow.training.errors import TrainingError, TrainingFailedError
from sweepflow.training.run import Progress, Status, TrainedModel, TrainingRun

__all__ = [
    "Progress",
    "Status",
    "TrainedModel",
    "TrainingBackend",
    "TrainingError",
    "TrainingFailedError",
    "TrainingRun",
    "get_backend",
]
