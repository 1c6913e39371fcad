"""Samples from Hugging Face, by the `datasets` package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sweepflow.datasets.errors import DatasetError
from sweepflow.extras import need

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sweepflow.datasets.checks import Sample


def samples(
    name: str,
    messages: str | Callable[[dict[str, Any]], list[dict[str, Any]]],
    options: dict[str, Any],
) -> Iterator[Sample]:
    """Give the samples of a split; see `ChatDataset.from_hugging_face`.

    Raises:
        DatasetError: It cannot be had, or has no such column.
        MissingExtraError: The package is not installed.
    """
    rows = _rows(name, options)
    if isinstance(messages, str) and messages not in rows.column_names:
        found = ", ".join(rows.column_names)
        raise DatasetError(
            f"{name} has no column {messages!r}, only {found}",
            hint="name the column with the messages, or give a function that makes "
            "them of a row",
        )
    for row in rows:
        taken = row[messages] if isinstance(messages, str) else messages(row)
        yield {"messages": [_without_fillers(message) for message in taken or []]}


def _rows(name: str, options: dict[str, Any]) -> Any:  # noqa: ANN401 - its types are partly unknown
    hub = need(
        "datasets", extra="huggingface", purpose="taking datasets from Hugging Face"
    )
    try:
        return hub.load_dataset(name, **options)
    except (OSError, ValueError, hub.exceptions.DatasetsError) as error:
        which = f"{name} ({options['name']})" if options["name"] else name
        raise DatasetError(
            f"the split {options['split']!r} of {which} cannot be had from Hugging "
            f"Face: {error}",
            hint="see that the names are right and that there is a network",
        ) from error


def _without_fillers(message: dict[str, Any]) -> dict[str, Any]:
    """Leave out the keys that its columns have because other messages have them."""
    return {
        key: value
        for key, value in message.items()
        if value is not None or key == "content"
    }
