"""Trainings at a service, which drives them itself.

Service, State, UnansweredError   what we need of it           service.py
HostedBackend                     begins one, never twice      backend.py
HostedRun                         follows one                  run.py
completed, key_of, scrubbed       hyperparameters and keys     given.py
"""

from sweepflow.training.hosted.backend import HostedBackend
from sweepflow.training.hosted.given import completed, key_of, scrubbed
from sweepflow.training.hosted.service import Service, State, UnansweredError

__all__ = [
    "HostedBackend",
    "Service",
    "State",
    "UnansweredError",
    "completed",
    "key_of",
    "scrubbed",
]
