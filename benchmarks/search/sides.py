"""A search by each side: in a new folder, then once more, where all is known."""

from __future__ import annotations

import json
import re
import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from benchmarks.measure import SideError, run
from benchmarks.peer import ours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.measure import Sample

Sampler: TypeAlias = Literal["random", "tpe"]

COMMANDS = {
    "sh": ["sh", "-c", "echo loss: 1"],
    "python": ["python", "train.py"],
}
"""What a trial runs, by what the tables call it."""

_BY_HAND = Path(__file__).with_name("by_hand.py")
_SCRIPT = """\
import sys

said = dict(word.split("=", 1) for word in sys.argv[1:] if "=" in word)
lr, layers = float(said["lr"]), int(said["layers"])
print("loss:", (lr - 0.01) ** 2 + abs(layers - 3))
"""
_PROJECT = """\
jobs:
  tune:
    run: {command}
    sets:
      - search: lr=log(1e-4:0.1) layers=1:8
        metric: loss
        trials: {trials}
        sampler: {sampler}
        at_once: {jobs}
"""


@dataclass(frozen=True)
class Search:
    """A search that is measured.

    Args:
        command: A name among `COMMANDS`.
        sampler: Who chooses.
        jobs: How many trials run at a time.
        trials: How many there are.
        parent: Where to make its folders.
    """

    command: str
    sampler: Sampler
    jobs: int
    trials: int
    parent: Path

    def sweepflow(self) -> Sample:
        """Run it as a job, which is to leave a run for each pair of values."""
        argv = [ours().command, "run", "tune", "--jobs", str(self.jobs)]
        return self._measure(argv, rf"(?m)^{self.trials} .* completed +\w+$")

    def optuna(self) -> Sample:
        """Run it as a study of Optuna that is kept in SQLite."""
        return self._measure(self._by_hand(self.sampler), f"^{self.trials} trials")

    def loop(self) -> Sample:
        """Run its command as often."""
        return self._measure(self._by_hand("loop"), f"^{self.trials} trials")

    def _by_hand(self, how: str) -> list[str]:
        numbers = [str(self.trials), str(self.jobs)]
        return [ours().python, str(_BY_HAND), how, *numbers, *COMMANDS[self.command]]

    def _measure(self, argv: Sequence[str], last: str) -> Sample:
        """Measure two calls, and see that the last trial is told of by both.

        Raises:
            SideError: It failed, or it is not.
        """
        folder = Path(tempfile.mkdtemp(dir=self.parent))
        (folder / "train.py").write_text(_SCRIPT, "utf-8")
        project = _PROJECT.format(
            command=json.dumps(shlex.join(COMMANDS[self.command])),
            trials=self.trials,
            sampler=self.sampler,
            jobs=self.jobs,
        )
        (folder / "sweepflow.yaml").write_text(project, "utf-8")
        sample: dict[str, float] = {}
        for call in ("first", "second"):
            ended = run(ours(), argv, folder)
            if not re.search(last, ended.output):
                raise SideError(f"no trial {self.trials} in the {call} call")
            sample |= {f"{call} {key}": value for key, value in ended.sample.items()}
        return sample
