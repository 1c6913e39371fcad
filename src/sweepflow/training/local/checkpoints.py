"""What a training goes on from: weights, optimizer and random state after a step.

    checkpoints/step-00000012/
      weights.safetensors  what is trained
      state.pt             the optimizer and the random numbers; only tensors in it
      state.json           the step, what was measured, the digests of the other two

The last two are kept. One that is not as it was written is passed over.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sweepflow.extras import need
from sweepflow.training.local.files import whole_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_WEIGHTS: Final = "weights.safetensors"
_STATE: Final = "state.pt"
_KEPT: Final = 2


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A training after some steps.

    Args:
        curve: What was measured at each of them.
        weights: What is trained, by name.
        state: Of the optimizer and of the random numbers.
    """

    curve: list[dict[str, float]]
    weights: Mapping[str, Any]
    state: Mapping[str, Any]


def save(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, for certain, and remove those before the last two."""
    import torch

    tensors = need("safetensors.torch", extra="local", purpose="a checkpoint")

    with whole_folder(folder / f"step-{len(checkpoint.curve):08}") as temporary:
        weights = {
            name: value.contiguous() for name, value in checkpoint.weights.items()
        }
        tensors.save_file(weights, temporary / _WEIGHTS)
        torch.save(dict(checkpoint.state), temporary / _STATE)
        said = {"curve": checkpoint.curve, "digests": _digests(temporary)}
        (temporary / "state.json").write_text(json.dumps(said), "utf-8")
    for old in _all(folder)[:-_KEPT]:
        shutil.rmtree(old)


def load(folder: Path) -> Checkpoint | None:
    """Give the last checkpoint that is as it was written, if there is one."""
    for place in reversed(_all(folder)):
        try:
            return _load(place)
        except (OSError, ValueError, KeyError) as error:
            print(f"{place.name} cannot be used: {error}")  # noqa: T201 - to the log
    return None


def _load(place: Path) -> Checkpoint:
    import torch

    tensors = need("safetensors.torch", extra="local", purpose="a checkpoint")

    said = json.loads((place / "state.json").read_bytes())
    if _digests(place) != said["digests"]:
        raise ValueError("it is not as it was written")
    state = torch.load(place / _STATE, map_location="cpu", weights_only=True)
    return Checkpoint(said["curve"], tensors.load_file(place / _WEIGHTS), state)


def _all(folder: Path) -> list[Path]:
    return sorted(folder.glob("step-*"))


def _digests(place: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in (_WEIGHTS, _STATE):
        with (place / name).open("rb") as file:
            found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found
