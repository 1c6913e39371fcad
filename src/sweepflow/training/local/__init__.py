"""Training on this machine, by torch, transformers and peft.

LocalBackend, Hyperparameters  who trains, and how it can be told to  backend.py
base_model                     where training starts from             models.py
"""

from sweepflow.training.local.backend import LocalBackend
from sweepflow.training.local.hyperparameters import Hyperparameters
from sweepflow.training.local.models import base_model

__all__ = ["Hyperparameters", "LocalBackend", "base_model"]
