"""Two classifiers of handwritten digits, side by side, on scikit-learn's own data.

Each step runs in a process of its own. What takes long to import is imported where it
is used, so that only the steps that need it wait for it.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
from layers import classify, write_layers

from sweepflow.atom import EvalAtom
from sweepflow.workflow import Workflow, step


@dataclass
class Prepare:
    """Which images are held out.

    Args:
        test_size: Their share of all.
        seed: Decides which.
    """

    test_size: float = 0.25
    seed: int = 0


@dataclass
class Linear:
    """Logistic regression.

    Args:
        c: The inverse of regularisation.
    """

    c: float = 1.0


@dataclass
class Network:
    """A network with one hidden layer.

    Args:
        hidden: Units in it.
        lr: The learning rate at the start.
        epochs: Passes over the images, at most.
        seed: Of the first weights and of the order of the images.
    """

    hidden: int = 32
    lr: float = 0.01
    epochs: int = 300
    seed: int = 0


class Images(NamedTuple):
    """What `prepare` makes."""

    train: Annotated[Path, "dataset"]
    test: Annotated[Path, "dataset"]


@step
def prepare(config: Prepare, temp_workspace: Path) -> Images:
    """Hold some of the images out; pixels go from 0 to 1."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, digits = load_digits(return_X_y=True)
    train, test, train_digits, test_digits = train_test_split(
        images / 16,
        digits,
        test_size=config.test_size,
        stratify=digits,
        random_state=config.seed,
    )
    made = Images(temp_workspace / "train.npz", temp_workspace / "test.npz")
    np.savez(made.train, images=train, digits=train_digits)
    np.savez(made.test, images=test, digits=test_digits)
    return made


@step
def linear(
    config: Linear, train: Annotated[Path, "dataset"], temp_workspace: Path
) -> Annotated[Path, "model"]:
    """Train the one model."""
    from sklearn.linear_model import LogisticRegression

    data = np.load(train)
    model = LogisticRegression(C=config.c, max_iter=1000)
    model.fit(data["images"], data["digits"])
    path = temp_workspace / "linear.npz"
    write_layers(path, [(model.coef_.T, model.intercept_)])
    return path


@step
def network(
    config: Network, train: Annotated[Path, "dataset"], temp_workspace: Path
) -> Annotated[Path, "model"]:
    """Train the other one, at the same time."""
    from sklearn.neural_network import MLPClassifier

    data = np.load(train)
    model = MLPClassifier(
        (config.hidden,),
        learning_rate_init=config.lr,
        max_iter=config.epochs,
        random_state=config.seed,
    )
    model.fit(data["images"], data["digits"])
    print(f"loss {model.loss_:.4f} after {model.n_iter_} epochs")
    path = temp_workspace / "network.npz"
    write_layers(path, list(zip(model.coefs_, model.intercepts_, strict=True)))
    return path


@step
def evaluate(
    linear: Annotated[Path, "model"],
    network: Annotated[Path, "model"],
    test: Annotated[Path, "dataset"],
    temp_workspace: Path,
) -> Annotated[Path, "eval"]:
    """Give the accuracy of both on the images that neither has seen."""
    data = np.load(test)
    metrics = {
        name: float((classify(model, data["images"]) == data["digits"]).mean())
        for name, model in (("linear", linear), ("network", network))
    }
    path = temp_workspace / "metrics.json"
    found = {"images": len(data["digits"]), "metrics": metrics}
    path.write_text(json.dumps(found), "utf-8")
    return path


@step
def report(evaluate: EvalAtom, temp_workspace: Path) -> Annotated[Path, "report"]:
    """Say it in words."""
    images = evaluate.load()["images"]
    lines = [f"Accuracy on {images} images that no model has seen:", ""]
    lines += [f"- {name}: {value:.3f}" for name, value in evaluate.metrics.items()]
    path = temp_workspace / "report.md"
    path.write_text("\n".join([*lines, ""]), "utf-8")
    return path


digits = Workflow.from_steps("digits", [prepare, linear, network, evaluate, report])
