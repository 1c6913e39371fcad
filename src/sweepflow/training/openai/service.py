"""OpenAI, through its own package.

The package knows which answers may pass and how long to wait before asking again. Only
the making of a job is not left to it: after a lost answer it would make a second one.
"""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias, cast

from pydantic import BaseModel, Field

from sweepflow.extras import need
from sweepflow.training.errors import TrainingError
from sweepflow.training.hosted import (
    State,
    UnansweredError,
    completed,
    key_of,
    scrubbed,
)
from sweepflow.training.openai.curve import results, step_of
from sweepflow.training.retry import retry_after

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from openai import OpenAI
    from openai.types.fine_tuning import FineTuningJob

    from sweepflow.training.jobs import Job
    from sweepflow.training.run import Progress, Status

KEY: Final = "OPENAI_API_KEY"
MARK: Final = "sweepflow"
"""The name of the metadata that holds the key of the request."""
QUOTA: Final = "insufficient_quota"
SECONDS: Final = 60.0
"""How long an answer may take."""
RETRIES: Final = 6
RETRIES_OF_POLLS: Final = 40
"""With up to 8 seconds before each: the connection may be dead for five minutes."""
_STATUS: Final[Mapping[str, Status]] = {
    "validating_files": "queued",
    "queued": "queued",
    "succeeded": "succeeded",
    "failed": "failed",
    "cancelled": "cancelled",
}

Count: TypeAlias = Annotated[int, Field(ge=1)] | Literal["auto"]
Factor: TypeAlias = Annotated[float, Field(gt=0, allow_inf_nan=False)] | Literal["auto"]


class _Hyperparameters(BaseModel):
    n_epochs: Count = "auto"
    batch_size: Count = "auto"
    learning_rate_multiplier: Factor = "auto"
    seed: int = Field(0, ge=0)


class OpenAIService:
    """OpenAI, as it fine-tunes its own models."""

    name = "openai"
    title = "OpenAI"

    def complete(self, hyperparameters: Mapping[str, Any]) -> dict[str, Any]:
        """Give all hyperparameters, the defaults too."""
        return completed(_Hyperparameters, hyperparameters, self.title)

    def check(self, model: str, suffix: str | None) -> None:
        """Look for package and key, and that model and suffix may be valid."""
        _package()
        key_of(KEY, self.title)
        if not re.fullmatch(r"[\w.:-]+", model) or model in {"tiny", "smollm2-135m"}:
            raise TrainingError(
                f"OpenAI has no model {model!r} to train",
                hint="name one of theirs, such as gpt-4.1-nano-2025-04-14",
            )
        if suffix and len(suffix) > 64:
            raise TrainingError(
                f"the suffix {suffix!r} has {len(suffix)} characters",
                hint="OpenAI takes at most 64",
            )

    def upload(self, job: Job) -> str:
        """Upload the dataset, unless its file is there."""
        package = _package()
        with self._asked() as client:
            if known := job.notes.get("file"):
                with suppress(package.NotFoundError):
                    return client.files.retrieve(known).id
            content = (job.folder / "dataset.jsonl").read_bytes()
            name = f"{job.request.key}.jsonl"
            return client.files.create(file=(name, content), purpose="fine-tune").id

    def find(self, job: Job) -> str | None:
        """Look for the key of the request in the metadata of the jobs."""
        key = job.request.key
        with self._asked() as client:
            for each in client.fine_tuning.jobs.list(metadata={MARK: key}, limit=100):
                is_ours = (each.metadata or {}).get(MARK) == key
                is_over = each.status in {"failed", "cancelled"}
                if is_ours and not is_over and each.id not in job.earlier:
                    return each.id
        return None

    def create(self, job: Job) -> str:
        """Have a job made, asking once."""
        hyperparameters = dict(job.request.hyperparameters)
        seed = hyperparameters.pop("seed")
        with self._asked(retries=0) as client:
            return client.fine_tuning.jobs.create(
                model=job.request.model,
                training_file=job.notes["file"],
                method={
                    "type": "supervised",
                    "supervised": {"hyperparameters": cast("Any", hyperparameters)},
                },
                seed=seed,
                suffix=job.request.suffix,
                metadata={MARK: job.request.key},
            ).id

    def state(self, job_id: str) -> State:
        """Tell how a job stands."""
        with self._asked(RETRIES_OF_POLLS) as client:
            job = client.fine_tuning.jobs.retrieve(job_id)
        status: Status = _STATUS.get(job.status, "running")
        return State(status, job.fine_tuned_model, self._error(job))

    def progress(self, job_id: str) -> Iterator[Progress]:
        """Give the steps that its events tell of, then those of its results."""
        with self._asked(RETRIES_OF_POLLS) as client:
            for event in client.fine_tuning.jobs.list_events(job_id, limit=100):
                data = cast("dict[str, Any]", event.data or {})
                if step := step_of(data, event.message):
                    yield step
        # Some more of the curve is nothing that a model may be lost for.
        with suppress(TrainingError, ValueError, KeyError), self._asked() as client:
            for file in client.fine_tuning.jobs.retrieve(job_id).result_files:
                yield from results(client.files.content(file).content)

    def stop(self, job_id: str) -> None:
        """Have a job cancelled."""
        with self._asked() as client:
            client.fine_tuning.jobs.cancel(job_id)

    @contextmanager
    def _asked(self, retries: int = RETRIES) -> Generator[OpenAI]:
        """Give a client whose errors are told as ours."""
        package = _package()
        try:
            yield self._client.with_options(max_retries=retries)
        except package.OpenAIError as error:
            raise self._told(error) from None  # whose requests carry the key

    @cached_property
    def _client(self) -> OpenAI:
        package = _package()
        http = package.DefaultHttpxClient(event_hooks={"response": [_look_for_quota]})
        return package.OpenAI(
            api_key=key_of(KEY, self.title), timeout=SECONDS, http_client=http
        )

    def _told(self, error: Any) -> TrainingError:  # noqa: ANN401 - of a package that need not be there
        package = _package()
        if isinstance(error, package.AuthenticationError):
            return TrainingError(
                f"OpenAI refuses the key in {KEY}", hint="see whether it is still valid"
            )
        words = scrubbed(_words(error), KEY)
        if isinstance(error, package.APIConnectionError):
            host = self._client.base_url.host
            return UnansweredError(
                f"OpenAI cannot be reached at {host}: {words}",
                hint="nothing is lost; run this again when there is a connection",
            )
        if not isinstance(error, package.APIStatusError):
            return TrainingError(f"OpenAI: {words}")
        code = error.status_code
        if code >= 500 or (code == 429 and error.code != QUOTA):
            return UnansweredError(
                f"OpenAI has no answer now ({code}): {words}",
                hint="nothing is lost; run this again later",
                after=retry_after(error.response.headers),
            )
        return TrainingError(f"OpenAI refuses this ({code}): {words}")

    def _error(self, job: FineTuningJob) -> str | None:
        if not job.error or not (job.error.message or job.error.code):
            return None
        about = f" (about {job.error.param})" if job.error.param else ""
        return scrubbed(f"{job.error.code}: {job.error.message}{about}", KEY)


def _package() -> Any:  # noqa: ANN401 - it need not be installed
    return need("openai", extra="openai", purpose="training by OpenAI")


def _look_for_quota(response: Any) -> None:  # noqa: ANN401 - as above
    """Have the package not try again where only money helps."""
    if response.status_code == 429 and QUOTA.encode() in response.read():
        response.headers["x-should-retry"] = "false"


def _words(error: Any) -> str:  # noqa: ANN401 - as above
    body: object = error.body if hasattr(error, "body") else None
    if isinstance(body, dict):
        said = cast("dict[str, Any]", body)
        about = f" (about {said['param']})" if said.get("param") else ""
        return f"{said.get('message')}{about}"
    return str(error)
