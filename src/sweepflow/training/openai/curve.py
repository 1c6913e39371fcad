"""The steps that OpenAI tells of, in events and files of results."""

from __future__ import annotations

import base64
import csv
import io
import re
from typing import TYPE_CHECKING, Any

from sweepflow.training.run import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def step_of(data: Mapping[str, Any], message: str = "") -> Progress | None:
    """Give the step that an event or a line of the results tells of."""
    if not isinstance(data.get("step"), int):
        return None
    counted = re.search(r"[Ss]tep \d+/(\d+)", message)
    total = data.get("total_steps") or (int(counted[1]) if counted else None)
    metrics = {
        "loss" if name == "train_loss" else name: float(value)
        for name, value in data.items()
        if name not in {"step", "total_steps"} and isinstance(value, int | float)
    }
    return Progress(data["step"], total, metrics)


def results(content: bytes) -> Iterator[Progress]:
    """Read a file of results: CSV, which some of their servers give in base64."""
    if not content.startswith(b"step"):
        content = base64.b64decode(content)
    for row in csv.DictReader(io.StringIO(content.decode())):
        numbers = {name: float(value) for name, value in row.items() if value}
        if step := step_of({**numbers, "step": int(numbers["step"])}):
            yield step
