"""(a) Expanding a sweep expression into a million combinations: time and memory.

Both sides get the same four keys in their own syntax and are gone through once, in a
process of their own. The clock starts after the imports, and the memory is what the
peak grew by since then, so that neither pays here for what its package imports.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.measure import Failure, Side, SideError, alternate, run
from benchmarks.report import Result, seconds, size

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.measure import Sample
    from benchmarks.suite import Setting

COUNT = 1_000_000

# The peak is that of the process's memory map: getrusage would start at the peak of
# the process that started it.
_CHILD = """\
import json, resource, sys, time
from collections import deque

def peak():
    try:
        with open("/proc/self/status") as status:
            return next(int(l.split()[1]) for l in status if "VmHWM" in l) * 1024
    except OSError:
        scale = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale

{prepare}
before, cpu, wall = peak(), time.process_time(), time.perf_counter()
last, count = deque(enumerate({expand}, 1), maxlen=1)[0][::-1]
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
sample = {{"wall": wall, "cpu": cpu, "memory": peak() - before}}
print(json.dumps([sample, count, list(last)]))
"""

_OURS = _CHILD.format(
    prepare="from sweepflow.sweep import expand",
    expand="expand('a=1:100 b=1:100 c=1:10 d=0.1:1:0.1')",
)
_THEIRS = _CHILD.format(
    prepare="from hydraflow.executor.parser import expand",
    expand="expand('a=1:100 b=1:100 c=1:10 d=0.1:0.1:1')",
)
_FLOOR = _CHILD.format(
    prepare="""\
from itertools import product
lists = [[f"{k}={v}" for v in range(1, n + 1)] for k, n in zip("abc", (100, 100, 10))]
lists.append([f"d={v / 10:g}" for v in range(1, 11)])
""",
    expand="product(*lists)",
)


def measure(setting: Setting) -> Result:
    """Measure both sides, and a bare product of ready lists as the machine's floor."""
    result = Result(f"Expansion of {COUNT:,} combinations of 4 keys")
    sides: dict[str, Callable[[], Sample]] = {
        "ours": partial(_expand, setting.ours, _OURS, setting.folder),
        "theirs": setting.by_peer(_expand, _THEIRS, setting.folder),
        "floor": partial(_expand, setting.ours, _FLOOR, setting.folder),
    }
    found = alternate(setting.repeat or 5, sides)
    result.compare("expand", found["ours"], found["theirs"])
    floor = found["floor"]
    if not isinstance(floor, Failure):
        result.note(
            "floor of this machine, itertools.product over ready lists: "
            f"{seconds(floor['wall'])}, {size(floor['memory'])}"
        )
    return result


def _expand(side: Side, code: str, folder: Path) -> Sample:
    sample, count, last = json.loads(
        run(side, [side.python, "-c", code], folder).output
    )
    if (count, last) != (COUNT, ["a=100", "b=100", "c=10", "d=1"]):
        raise SideError(f"{count:,} combinations, the last one {last}")
    return sample
