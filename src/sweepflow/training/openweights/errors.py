"""What goes wrong at OpenWeights, and with its Supabase, told as errors of ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sweepflow.training.errors import TrainingError
from sweepflow.training.hosted import UnansweredError, scrubbed

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY: Final = "OPENWEIGHTS_API_KEY"
LOST: Final = "lost"
_PASSING: Final = re.compile(rf"{LOST}|5\d\d|429|PGRST00\d|(08|53|57|58|XX)\w{{3}}")
"""Of a connection, of HTTP, of PostgREST without a database, of PostgreSQL in need."""
_REFUSED_KEY: Final = {"401", "PGRST301", "PGRST302", "PGRST303"}
_NO_ROWS: Final = "PGRST116"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _code(error: BaseException) -> str | None:
    """Give the code of an error of theirs: of HTTP, PostgREST or PostgreSQL."""
    import httpx
    from postgrest.exceptions import APIError
    from storage3.exceptions import (  # pyright: ignore[reportMissingTypeStubs]
        StorageApiError,
    )

    if isinstance(error, httpx.TransportError):
        return LOST
    if isinstance(error, httpx.HTTPStatusError):
        return str(error.response.status_code)
    if isinstance(error, StorageApiError):
        return str(error.status)
    return str(error.code) if isinstance(error, APIError) else None


def passes(error: BaseException) -> bool:
    """Tell whether it may be gone when asked again."""
    return any(_PASSING.fullmatch(_code(each) or "") for each in _causes(error))


def told(error: Exception) -> TrainingError | None:
    """Give an error of theirs as one of ours; None for what is none of theirs."""
    from openweights.client import (  # pyright: ignore[reportMissingTypeStubs]
        ApiTokenError,
    )

    if isinstance(error, ApiTokenError):
        return _refused_key(str(error))
    words = scrubbed(str(getattr(error, "message", None) or error), KEY)
    if passes(error):
        return UnansweredError(
            f"OpenWeights cannot be reached, or not now: {words}",
            hint="nothing is lost; run this again later",
        )
    code = _code(error)
    if code in _REFUSED_KEY:
        return _refused_key(words)
    if code == _NO_ROWS:
        return TrainingError("OpenWeights knows no such job in this organization")
    if code or isinstance(error, ValueError):
        return TrainingError(f"OpenWeights refuses this: {words}")
    return None


def _refused_key(words: str) -> TrainingError:
    return TrainingError(
        f"OpenWeights refuses the key in {KEY}: {words}",
        hint="see whether it is still valid",
    )
