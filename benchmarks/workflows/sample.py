"""The project whose files are edited to see what runs again.

A chain of steps in a file each. Step 3 calls `scale` of `helpers.py`, which reads the
constant FACTOR; the others use neither. Each step adds its name to a file when it
starts, so that executions can be counted whatever the tool says of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.workflows.graphs import EXECUTED

if TYPE_CHECKING:
    from pathlib import Path

HELPERS = """\
FACTOR = 2


def scale(value):
    return value * FACTOR
"""

RECORD = f"""\
import time
from pathlib import Path

FOLDER = Path(__file__).parent


def record(step):
    with open(FOLDER / "{EXECUTED}", "a") as log:
        log.write(f"{{step}}\\n")
    if (FOLDER / "slow").exists():
        time.sleep(0.4)
    while (FOLDER / f"hold-{{step}}").exists():
        time.sleep(0.02)
"""

USER = 3
"""The step that uses the helper and the constant, and is edited itself."""


@dataclass(frozen=True)
class Edit:
    """A change of the text of one file.

    Args:
        name: Of the kind of change, for people.
        steps: The ones that it concerns, and that ought to run again.
    """

    name: str
    file: str
    old: str
    new: str
    steps: frozenset[int]

    def apply(self, folder: Path) -> None:
        path = folder / self.file
        text = path.read_text("utf-8")
        if text.count(self.old) != 1:
            raise ValueError(f"{self.old!r} does not stand once in {self.file}")
        path.write_text(text.replace(self.old, self.new), "utf-8")


_FROM_USER = frozenset({3, 4, 5})
_STEP = f"step_{USER}.py"

EDITS = (
    Edit("a comment", _STEP, "# add three", "# now add three", frozenset()),
    Edit("a helper", "helpers.py", "* FACTOR", "* FACTOR + 1", _FROM_USER),
    Edit("a constant", "helpers.py", "FACTOR = 2", "FACTOR = 3", _FROM_USER),
    Edit("the body", _STEP, "+ 3", "+ 4", _FROM_USER),
)

_WORDS = ("nothing", "one", "two", "three", "four", "five")


def step_source(step: int) -> str:
    """Give the module of a step: a function named after its result.

    Its argument has the name of the result that it takes, as one of the peers needs it.
    """
    uses = step == USER
    imports = ["from helpers import scale"] if uses else []
    argument = f"value_{step - 1}: int" if step > 1 else ""
    before = f"value_{step - 1}" if step > 1 else "0"
    value = f"scale({before})" if uses else before
    word = _WORDS[step] if step < len(_WORDS) else str(step)
    lines = [
        *imports,
        "from record import record",
        "",
        "",
        f"def value_{step}({argument}) -> int:",
        f"    record({step})",
        f"    # add {word}",
        f"    return {value} + {step}",
        "",
    ]
    return "\n".join(lines)


def write_steps(folder: Path, count: int, trailer: str = "") -> None:
    """Write the steps, and leave those that are there.

    The trailer is what a tool needs at the end of each step's file, with `{step}` for
    the number of that step.
    """
    files = {"helpers.py": HELPERS, "record.py": RECORD}
    for step in range(1, count + 1):
        text = step_source(step)
        if trailer:
            text += "\n\n" + trailer.format(step=step)
        files[f"step_{step}.py"] = text
    for name, text in files.items():
        if not (folder / name).exists():  # some tools go by the time of a file
            (folder / name).write_text(text, "utf-8")
