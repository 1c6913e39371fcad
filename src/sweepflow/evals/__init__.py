"""Evaluation: models put to tasks, and what came of it.

Target, Evaluation, EvaluationBackend, get_backend   the contract   backend.py
EvaluationError                                      errors.py
"inspect"                                            inspect/
"dummy"                                              dummy.py
"""

from sweepflow.evals.backend import (
    Evaluation,
    EvaluationBackend,
    Target,
    get_backend,
)
from sweepflow.evals.errors import EvaluationError

__all__ = [
    "Evaluation",
    "EvaluationBackend",
    "EvaluationError",
    "Target",
    "get_backend",
]
