"""Training by Tinker.

TinkerBackend   a backend                               backend.py
Settings        its hyperparameters                     settings.py
Loop            step by step, with checkpoints          loop.py
                Tinker's package, at our border         service.py
"""

from sweepflow.training.tinker.backend import TinkerBackend

__all__ = ["TinkerBackend"]
