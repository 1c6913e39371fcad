"""Steps that ask for a training, and wait for its model."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NamedTuple, cast

from sweepflow.atom import Atom, DatasetAtom, TrainingJobAtom
from sweepflow.datasets import ChatDataset
from sweepflow.training import Progress, TrainedModel, TrainingRun, get_backend
from sweepflow.training.progress import shown
from sweepflow.workflow import AtomConstructor, log_metric, step
from sweepflow.zoo.steps.configs import SubmitTrainingConfig, WaitForTrainingConfig
from sweepflow.zoo.steps.prepare import write_model


class Submitted(NamedTuple):
    """What `submit_training` makes."""

    training_job: Annotated[Path, "training_job"]
    base_model: Annotated[Path, "model"]


class Trained(NamedTuple):
    """What `wait_for_training` makes."""

    trained_model: Annotated[AtomConstructor, "model"]


def _lost(known: Mapping[str, Atom]) -> str | None:
    job = cast("TrainingJobAtom", known["training_job"])
    is_lost = get_backend(job.backend).is_lost(job.job_id)
    return f"job {job.job_id} failed, or is gone" if is_lost else None


@step(outdated=_lost)
def submit_training(
    config: SubmitTrainingConfig, prepared_dataset: DatasetAtom, temp_workspace: Path
) -> Submitted:
    """Begin a training, or find the same one that was begun before."""
    backend = get_backend(config.backend_name)
    hyperparameters = config.hyperparameters or {}
    backend.check(config.model, hyperparameters)
    dataset = ChatDataset.load(prepared_dataset.path)
    run = backend.train(dataset, config.model, hyperparameters, config.suffix)
    print(f"{run.backend} job {run.job_id}")  # noqa: T201 - the output of the step
    made = Submitted(temp_workspace / "job.json", temp_workspace / "base.json")
    run.save(made.training_job)
    write_model(made.base_model, config.backend_name, config.model)
    return made


@step
def wait_for_training(
    config: WaitForTrainingConfig,  # noqa: ARG001 - so that a file may have its section
    training_job: TrainingJobAtom,
    temp_workspace: Path,
) -> Trained:
    """Wait for the model; what is measured on the way becomes metrics of the run."""
    run = TrainingRun.load(training_job.path)
    with shown() as show:

        def listen(progress: Progress) -> None:
            show(progress)
            for name, value in progress.metrics.items():
                log_metric(name, value, progress.step)

        model = run.wait(listen)
    return Trained(_kept(model, temp_workspace))


def _kept(model: TrainedModel, workspace: Path) -> AtomConstructor:
    if model.path is None:
        path = workspace / "model.json"
        write_model(path, model.backend, model.model_id)
        return AtomConstructor("trained_model", path, "model")
    path = workspace / "model"
    shutil.copytree(model.path, path, copy_function=_link)
    metadata = {"backend": model.backend}
    return AtomConstructor("trained_model", path, "model", metadata=metadata)


def _link(source: str, target: str) -> None:
    """Give a file another name, or copy it where that cannot be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
