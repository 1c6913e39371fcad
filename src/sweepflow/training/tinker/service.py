"""Tinker's own package, at the border of ours: its errors in our words, its data.

Of itself it asks again for minutes where a connection breaks or a rate limit is met.
"""

from __future__ import annotations

import contextlib
import math
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, cast

from sweepflow.extras import need
from sweepflow.training.driven import StoppedError
from sweepflow.training.errors import TrainingError, TrainingFailedError

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from sweepflow.training.driven import Stop
    from sweepflow.training.local.samples import Tokens

KEY: Final = "TINKER_API_KEY"
_LOOK: Final = 0.5
_PATIENCE: Final = 10.0
"""Seconds between two looks whether to stop; for an answer, once that is so."""
_PASSES: Final = {408, 409, 410, 429}


class LostError(TrainingError):
    """The service cannot be reached, or has lost what it was doing for us."""

    exit_status = 1


def sdk() -> Any:  # noqa: ANN401 - a module
    """Give the package.

    Raises:
        MissingExtraError: It is not installed.
    """
    return need("tinker", extra="tinker", purpose="training by Tinker")


def check_key() -> None:
    """See that there is a key, without telling it to anybody.

    Raises:
        TrainingError: It is not set, or is none of Tinker's.
    """
    key = os.environ.get(KEY, "")
    if not key:
        raise TrainingError(f"{KEY} is not set", hint=f"export {KEY}=tml-…")
    if not key.startswith(("tml-", "eyJ")):
        raise TrainingError(
            f"{KEY} is no key of Tinker's, which begin with tml-",
            hint="look whether it is that of another service",
        )


@contextmanager
def session(key: str) -> Generator[Any]:
    """Give a client of the service, which is told at the end that it may forget us.

    Args:
        key: Of the job, by which a person finds the session in Tinker's console.

    Raises:
        LostError, TrainingFailedError: See `told`.
    """
    with told():
        client = sdk().ServiceClient(user_metadata={"sweepflow": key})
        try:
            yield client
        finally:
            with contextlib.suppress(Exception):  # it forgets us anyhow, soon
                client.close("success").result(timeout=_PATIENCE)


@contextmanager
def told() -> Generator[None]:
    """Tell what goes wrong inside as errors of ours, in the service's words.

    Raises:
        LostError: What may pass.
        TrainingFailedError: What would come again.
    """
    tinker = sdk()
    lost = need("tinker.lib.retryable_exception", extra="tinker", purpose="Tinker")
    try:
        yield
    except tinker.RequestFailedError as error:
        words = f"Tinker says: {_words(error)}"
        if error.category == "user":
            raise TrainingFailedError(words) from error
        raise LostError(words) from error
    except (tinker.APIConnectionError, lost.RetryableException) as error:
        raise LostError(f"Tinker cannot be reached: {error}") from error
    except tinker.APIStatusError as error:
        status = error.status_code
        words = f"Tinker says ({status}): {_words_of_body(error.body) or error}"
        if status in _PASSES or status >= 500:
            raise LostError(words) from error
        hint = f"see whether {KEY} is right" if status in {401, 403} else None
        raise TrainingFailedError(words, hint=hint) from error
    except tinker.TinkerError as error:
        raise TrainingFailedError(f"Tinker says: {error}") from error


def _words(error: Any) -> str:  # noqa: ANN401
    """Give what the service said, without what its package wraps around it."""
    words, _, _ = str(error.message).partition(" for self.request_id=")
    return words.removeprefix("Request failed: ")


def _words_of_body(body: Any) -> str:  # noqa: ANN401
    if not isinstance(body, dict):
        return ""
    said = cast("dict[str, Any]", body)
    return str(said.get("detail") or said.get("message") or said.get("error") or "")


def refused() -> tuple[type[Exception], ...]:
    """Give the errors by which the service says that it has not got something."""
    return sdk().NotFoundError, sdk().RequestFailedError


def result(future: Any, stop: Stop) -> Any:  # noqa: ANN401
    """Wait for an answer; if it is time to stop, a few seconds only.

    Raises:
        StoppedError: It was, and no answer came.
    """
    left = _PATIENCE
    while left > 0:
        try:
            return future.result(timeout=_LOOK)
        except TimeoutError:
            if future.future().done():
                raise
            left -= _LOOK if stop() else 0
    raise StoppedError


def data(batch: Sequence[Tokens]) -> list[Any]:
    """Give samples as Tinker wants them: each token is to foretell the next.

    All that is trained in the batch counts the same, and 1 in sum.
    """
    tinker = sdk()
    weight = 1 / sum(sum(tokens.trained[1:]) for tokens in batch)
    return [
        tinker.Datum(
            model_input=tinker.ModelInput.from_ints(list(tokens.ids[:-1])),
            loss_fn_inputs={
                "target_tokens": list(tokens.ids[1:]),
                "weights": [weight * trained for trained in tokens.trained[1:]],
            },
        )
        for tokens in batch
    ]


def mean_loss(batch: Sequence[Tokens], output: Any) -> float:  # noqa: ANN401
    """Give the mean loss over what is trained in a batch, in nats."""
    logprobs = [
        logprob
        for tokens, given in zip(batch, output.loss_fn_outputs, strict=True)
        for trained, logprob in zip(
            tokens.trained[1:], given["logprobs"].data, strict=True
        )
        if trained
    ]
    return -math.fsum(logprobs) / len(logprobs)
