"""What the generated datasets share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.datasets import DatasetError

if TYPE_CHECKING:
    from sweepflow.datasets import Sample


def answered(prompt: str, answer: str) -> Sample:
    """Give a sample of one turn."""
    return {
        "messages": [
            {"role": "user", "content": prompt},
            {"role": "assistant", "content": answer},
        ]
    }


def see_that_it_is_positive(num_samples: int) -> None:
    """Refuse to make no samples.

    Raises:
        DatasetError: It is not a positive number.
    """
    if num_samples < 1:
        raise DatasetError(f"num_samples is {num_samples:,}, and must be positive")
