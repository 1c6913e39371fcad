"""Steps that prepare what training and evaluation take."""

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple, cast

from sweepflow.datasets import ChatDataset
from sweepflow.errors import SweepflowError
from sweepflow.workflow import AtomConstructor, step
from sweepflow.zoo.references import function_of
from sweepflow.zoo.steps.configs import (
    PrepareDatasetConfig,
    PrepareModelConfig,
    PrepareTaskConfig,
)


class PreparedDataset(NamedTuple):
    """What `prepare_dataset` makes."""

    prepared_dataset: Annotated[AtomConstructor, "dataset"]


class PreparedTask(NamedTuple):
    """What `prepare_task` makes."""

    task: Annotated[Path, "task"]


class PreparedModel(NamedTuple):
    """What `prepare_model` makes."""

    model: Annotated[Path, "model"]


@step
def prepare_dataset(
    config: PrepareDatasetConfig, temp_workspace: Path
) -> PreparedDataset:
    """Call the loader, and keep the dataset that it gives."""
    loader = function_of(config.dataset_loader)
    arguments = config.loader_kwargs or {}
    _check_arguments(config.dataset_loader, loader, arguments)
    dataset = _as_dataset(config.dataset_loader, loader(**arguments))
    path = temp_workspace / "dataset.jsonl"
    dataset.save(path)
    print(f"{len(dataset):,} samples")  # noqa: T201 - the output of the step
    metadata = {"samples": len(dataset)}
    return PreparedDataset(
        AtomConstructor("prepared_dataset", path, "dataset", metadata=metadata)
    )


@step
def prepare_task(config: PrepareTaskConfig, temp_workspace: Path) -> PreparedTask:
    """Keep which task it is; those who evaluate look whether there is one."""
    said = {"task": config.task_loader, "task_args": config.loader_kwargs or {}}
    path = temp_workspace / "task.json"
    path.write_text(json.dumps(said, sort_keys=True), "utf-8")
    return PreparedTask(path)


@step
def prepare_model(config: PrepareModelConfig, temp_workspace: Path) -> PreparedModel:
    """Keep which model it is."""
    path = temp_workspace / "model.json"
    write_model(path, config.backend_name, config.model)
    return PreparedModel(path)


def write_model(path: Path, backend: str, model_id: str) -> None:
    """Write down a model that is not here, or not yet."""
    said = {"backend": backend, "model_id": model_id}
    path.write_text(json.dumps(said, sort_keys=True), "utf-8")


def _as_dataset(name: str, given: object) -> ChatDataset:
    if inspect.isawaitable(given):
        given = asyncio.run(_result(given))
    if isinstance(given, ChatDataset):
        return given
    if isinstance(given, Iterable) and not isinstance(given, str | bytes):
        return ChatDataset(cast("Iterable[dict[str, Any]]", given))
    raise SweepflowError(
        f"{name} gave {type(given).__name__}, not a dataset",
        hint="let it give a ChatDataset, or samples in that form",
    )


async def _result(given: Awaitable[object]) -> object:
    return await given


def _check_arguments(
    name: str, function: Callable[..., object], arguments: Mapping[str, object]
) -> None:
    try:
        inspect.signature(function).bind(**arguments)
    except TypeError as error:
        taken = ", ".join(inspect.signature(function).parameters) or "nothing"
        raise SweepflowError(f"{name}: {error}", hint=f"it takes: {taken}") from None
