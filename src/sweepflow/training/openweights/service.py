"""OpenWeights, through its own package, which speaks to Supabase.

Their jobs are named by their content, and one that failed is begun anew under the same
name when it is asked for again. Ours carry the number of the attempt as well, so that
each job is one training; and they are found by the key of the request, since a name
made by another version of the package would be another one.
"""

from __future__ import annotations

import io
import os
import re
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias, TypeVar

from pydantic import BaseModel, Field

from sweepflow.extras import need
from sweepflow.training.errors import TrainingError
from sweepflow.training.hosted import (
    State,
    completed,
    key_of,
    scrubbed,
)
from sweepflow.training.openweights.errors import KEY, passes, told
from sweepflow.training.retry import patiently
from sweepflow.training.run import Progress, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sweepflow.training.jobs import Job

T = TypeVar("T")

MARK: Final = "sweepflow"
"""The name in a job's `meta` that holds the key of the request."""
SECONDS: Final = 30.0
SECONDS_OF_POLLS: Final = 600.0
"""How long is asked again after what may pass, beside what the package itself does."""
LINES: Final = 5
"""Of the log of a job that failed, told from its end."""
_STATUS: Final[Mapping[str, Status]] = {
    "pending": "queued",
    "in_progress": "running",
    "completed": "succeeded",
    "failed": "failed",
    "canceled": "cancelled",
}
Count: TypeAlias = Annotated[int, Field(ge=1)]


class _Hyperparameters(BaseModel):
    n_epochs: Count = 3
    learning_rate: float = Field(1e-4, gt=0, allow_inf_nan=False)
    batch_size: Count = 8
    lora_rank: int = Field(16, ge=0)
    lora_alpha: Count = 16
    seed: int = Field(0, ge=0)
    max_seq_len: Count = 2048
    load_in_4bit: bool = False
    requires_vram_gb: Count = 24


class OpenWeightsService:
    """OpenWeights, as it fine-tunes models of Hugging Face on rented GPUs."""

    name = "openweights"
    title = "OpenWeights"

    def complete(self, hyperparameters: Mapping[str, Any]) -> dict[str, Any]:
        """Give all hyperparameters, the defaults too."""
        return completed(_Hyperparameters, hyperparameters, self.title)

    def check(self, model: str, suffix: str | None) -> None:
        """Look for package and key, and that model and suffix may be valid."""
        _package()
        key_of(KEY, self.title)
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", model):
            raise TrainingError(
                f"OpenWeights cannot train {model!r}",
                hint="name a model of Hugging Face, such as unsloth/Qwen3-4B",
            )
        if suffix and not re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", suffix):
            raise TrainingError(
                f"the suffix {suffix!r} cannot be in the name of a model",
                hint="write letters, digits and single hyphens",
            )

    def upload(self, job: Job) -> str:
        """Upload the dataset; it is theirs to see whether it is there."""
        file = io.BytesIO((job.folder / "dataset.jsonl").read_bytes())
        file.name = f"{job.request.key}.jsonl"
        row = self._asked(lambda ow: ow.files.create(file, purpose="conversations"))
        return str(row["id"])

    def find(self, job: Job) -> str | None:
        """Look for the key of the request in what the jobs say of themselves."""
        mark = {"validated_params->meta": {MARK: job.request.key}}
        for each in self._asked(lambda ow: ow.jobs.find(**mark)):
            is_over = each.status in {"failed", "canceled"}
            if not is_over and each.id not in job.earlier:
                return str(each.id)
        return None

    def create(self, job: Job) -> str:
        """Have a job made; asking twice makes no second one."""
        given = dict(job.request.hyperparameters)
        batch, rank = given["batch_size"], given["lora_rank"]
        at_once = 2 if batch % 2 == 0 else 1
        attempt = len(job.earlier) + 1
        parameters = {
            "model": job.request.model,
            "training_file": job.notes["file"],
            "loss": "sft",
            "epochs": given["n_epochs"],
            "learning_rate": given["learning_rate"],
            "per_device_train_batch_size": at_once,
            "gradient_accumulation_steps": batch // at_once,
            "packing": False,  # a batch is so many samples, as elsewhere
            "is_peft": rank > 0,
            "r": rank or 16,
            "lora_alpha": given["lora_alpha"],
            "seed": given["seed"],
            "max_seq_length": given["max_seq_len"],
            "load_in_4bit": given["load_in_4bit"],
            "merge_before_push": not given["load_in_4bit"],
            "job_id_suffix": job.request.suffix,
            "meta": {MARK: job.request.key, "attempt": attempt},
            "requires_vram_gb": given["requires_vram_gb"],
        }
        return str(self._asked(lambda ow: ow.fine_tuning.create(**parameters)).id)

    def state(self, job_id: str) -> State:
        """Tell how a job stands."""
        job = self._asked(lambda ow: ow.jobs.retrieve(job_id), SECONDS_OF_POLLS)
        status = _STATUS.get(job.status, "running")
        model = job.params["validated_params"]["finetuned_model_id"]
        message = self._failure(job) if status == "failed" else None
        return State(status, model if status == "succeeded" else None, message)

    def progress(self, job_id: str) -> Iterator[Progress]:
        """Give the steps that its events tell of."""
        events = self._asked(lambda ow: ow.events.list(job_id=job_id), SECONDS_OF_POLLS)
        for event in reversed(events):
            numbers = {
                name: float(value)
                for name, value in event["data"].items()
                if isinstance(value, int | float)
            }
            if "step" in numbers and "loss" in numbers:
                step = int(numbers.pop("step"))
                yield Progress(step, metrics=numbers)

    def stop(self, job_id: str) -> None:
        """Have a job cancelled."""
        self._asked(lambda ow: ow.jobs.cancel(job_id))

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401 - of a package that need not be installed
        # The package reads this when it is imported; it may be set since.
        url = os.environ.get("SUPABASE_URL")
        chosen = {"supabase_url": url} if url else {}
        return _package().OpenWeights(auth_token=key_of(KEY, self.title), **chosen)

    def _asked(self, ask: Callable[[Any], T], seconds: float | None = None) -> T:
        patience = SECONDS if seconds is None else seconds
        _package()  # else its errors are not known either
        try:
            return patiently(lambda: ask(self._client), passes=passes, seconds=patience)
        except Exception as error:
            if ours := told(error):
                raise ours from None  # whose requests may carry the key
            raise

    def _failure(self, job: Any) -> str:  # noqa: ANN401 - as above
        """Give what a job said of its failure, with the end of its log."""
        outputs: dict[str, Any] = job.outputs or {}
        said = outputs.get("error") or "no reason is given"
        lines: list[str] = []
        with suppress(TrainingError):
            runs = self._asked(lambda ow: ow.runs.list(job_id=job.id))
            logs = [run.log_file for run in runs if run.log_file]
            if logs:
                log = self._asked(lambda ow: ow.files.content(logs[-1]))
                text = log.decode(errors="replace")
                lines = [line for line in text.splitlines() if line.strip()][-LINES:]
        return scrubbed("\n".join((str(said), *lines)), KEY)


def _package() -> Any:  # noqa: ANN401 - it need not be installed
    return need("openweights", extra="openweights", purpose="training by OpenWeights")
