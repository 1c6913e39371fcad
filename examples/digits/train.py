"""Classify handwritten digits: a support vector machine on scikit-learn's own data."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import mlflow
from sklearn.datasets import load_digits
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.svm import SVC

import sweepflow

if TYPE_CHECKING:
    from mlflow.entities import Run

log = logging.getLogger(__name__)


@dataclass
class Config:
    """What is swept, and what makes a run repeatable.

    Args:
        kernel: Of the support vector machine: linear, poly, rbf or sigmoid.
        c: The penalty of an error, the inverse of regularisation.
        gamma: The kernel's coefficient, for pixels between 0 and 16.
        seed: Decides which images are held out.
    """

    kernel: str = "rbf"
    c: float = 1.0
    gamma: float = 0.001
    seed: int = 0


@sweepflow.main(Config)
def train(run: Run, cfg: Config) -> float:
    """Train on 3 of 4 images; give the accuracy in 5-fold cross-validation."""
    images, digits = load_digits(return_X_y=True)
    seen, held_out, seen_digits, held_out_digits = train_test_split(
        images, digits, test_size=0.25, stratify=digits, random_state=cfg.seed
    )
    model = SVC(kernel=cfg.kernel, C=cfg.c, gamma=cfg.gamma)
    began = perf_counter()
    accuracy = float(cross_val_score(model, seen, seen_digits, cv=5).mean())
    model.fit(seen, seen_digits)
    mlflow.log_metrics(
        {
            "cv_accuracy": accuracy,
            "test_accuracy": float(model.score(held_out, held_out_digits)),
            "seconds": perf_counter() - began,
        }
    )
    confusion = confusion_matrix(held_out_digits, model.predict(held_out))
    mlflow.log_text(str(confusion), "confusion.txt")
    log.info("run %s: accuracy %.4f", run.info.run_id, accuracy)
    return accuracy


if __name__ == "__main__":
    train()
