"""What the process of a training does: load, train, save."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sweepflow.extras import need
from sweepflow.training.driven import CHECKPOINTS, MODEL, StoppedError
from sweepflow.training.errors import TrainingError
from sweepflow.training.local import models
from sweepflow.training.local.files import whole_folder
from sweepflow.training.local.hyperparameters import Hyperparameters
from sweepflow.training.local.samples import encode

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.training.driven import Report, Stop
    from sweepflow.training.jobs import Job

PURPOSE = "training on this machine"
BASE = "base"
"""The note of a job that says which model, as the user wrote it."""


@dataclass(frozen=True, slots=True)
class _Packages:
    torch: Any
    transformers: Any
    peft: Any


def work(job: Job, report: Report, stop: Stop) -> None:
    """Train, and leave the model in the folder of the job.

    Raises:
        StoppedError: It was told to stop.
        TrainingError: It cannot be trained; or it failed.
    """
    if stop():
        raise StoppedError
    chosen = Hyperparameters(**job.request.hyperparameters)
    _set_environment()
    packages = _packages(chosen)
    _be_deterministic(packages.torch, chosen.seed)
    folder = _base(job)
    tokenizer = packages.transformers.AutoTokenizer.from_pretrained(folder)
    samples = encode(job.dataset, tokenizer, chosen.max_seq_len)
    cut = sum(sample.is_cut for sample in samples)
    print(f"{len(samples)} samples, {cut} of them cut")  # noqa: T201 - to the log
    model = _load(packages, folder, chosen)

    from sweepflow.training.local.loop import Loop

    curve = Loop(model, samples, chosen, job.folder / CHECKPOINTS).run(report, stop)
    if chosen.lora_rank:
        model = model.merge_and_unload()
    with whole_folder(job.folder / MODEL) as made:
        _save(model, tokenizer, made)
        said = {**asdict(job.request), "cut_samples": cut, "curve": curve}
        text = json.dumps(said, indent=1, sort_keys=True)
        (made / "training.json").write_text(text + "\n", "utf-8")


def _set_environment() -> None:
    """Set what the libraries look for when they are imported."""
    # Threads that wait for others burn the cores that those need: where two trainings
    # share a machine, each step took seven times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # to be deterministic


def _packages(chosen: Hyperparameters) -> _Packages:
    torch, transformers = (
        need(name, extra="local", purpose=PURPOSE) for name in ("torch", "transformers")
    )
    transformers.utils.logging.disable_progress_bar()
    peft = need("peft", extra="local", purpose=PURPOSE) if chosen.lora_rank else None
    return _Packages(torch, transformers, peft)


def _be_deterministic(torch: Any, seed: int) -> None:  # noqa: ANN401 - a module
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # which nothing reads
    torch.manual_seed(seed)


def _base(job: Job) -> Path:
    name = job.notes[BASE]
    if (found := models.identity(name)) != job.request.model:
        raise TrainingError(
            f"the base model {name} has changed since the training was asked for: it "
            f"was {job.request.model} and is {found}",
            hint="ask for the training again",
        )
    return models.base_model(name)


def _load(packages: _Packages, folder: Path, chosen: Hyperparameters) -> Any:  # noqa: ANN401
    device = device_of(packages.torch, chosen.device)
    is_half = chosen.dtype == "bfloat16" or (
        chosen.dtype == "auto" and device == "cuda" and chosen.lora_rank > 0
    )
    model = packages.transformers.AutoModelForCausalLM.from_pretrained(
        folder,
        dtype=packages.torch.bfloat16 if is_half else packages.torch.float32,
        use_safetensors=True,  # which hold nothing but tensors
    ).to(device)
    if not chosen.lora_rank:
        return model
    packages.torch.manual_seed(chosen.seed)  # whatever loading has drawn
    lora = packages.peft.LoraConfig(
        task_type="CAUSAL_LM",
        r=chosen.lora_rank,
        lora_alpha=chosen.scale,
        lora_dropout=0.0,
        target_modules="all-linear",
    )
    return packages.peft.get_peft_model(model, lora)


def device_of(torch: Any, name: str) -> str:  # noqa: ANN401 - a module
    """Give the device that is meant.

    Raises:
        TrainingError: It is not there.
    """
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        return next(device for device, is_there in there.items() if is_there)
    if not there[name]:
        raise TrainingError(f"there is no device {name!r} here", hint="leave it out")
    return name


def _save(model: Any, tokenizer: Any, folder: Path) -> None:  # noqa: ANN401
    """Write a model such that equal ones are equal, byte for byte."""
    model.config._name_or_path = ""  # noqa: SLF001 - a path of this machine
    settings = model.generation_config
    if settings.pad_token_id is None:
        settings.pad_token_id = tokenizer.pad_token_id or tokenizer.eos_token_id
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
