"""What each tool does to give a frame of all runs and their values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.analysis.store import EXPERIMENT, KEYS
from benchmarks.measure import SideError, run
from benchmarks.projects import SQLITE

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.measure import Sample, Side

_CHILD = """\
import json, sys, time
{imports}

begun, cpu = time.perf_counter(), time.process_time()
{work}
took = time.perf_counter() - begun, time.process_time() - cpu
count = int(sys.argv[1])
if len(frame) != count or len(set(frame[{seed!r}])) != count:
    sys.exit(f"the frame has {{len(frame)}} rows, and not {{count}}")
print(json.dumps(dict(zip(("wall", "cpu"), took))))
"""


@dataclass(frozen=True)
class Tool:
    """A tool and the lines that do the work.

    Args:
        name: As the table shows it.
        side: Its environment.
        imports: Lines that are not measured.
        work: Lines that leave `frame`, which are.
        seed: The column with the seeds, by which it is checked.
    """

    name: str
    side: Side
    imports: str
    work: str
    seed: str = "seed"

    def measure(self, folder: Path, count: int) -> Sample:
        """Measure it in a process of its own.

        Raises:
            SideError: It failed, or gave another frame.
        """
        code = _CHILD.format(imports=self.imports, work=self.work, seed=self.seed)
        environment = {**SQLITE, "POLARS_VERBOSE": "0"}
        argv = [self.side.python, "-W", "ignore", "-c", code, str(count)]
        ended = run(self.side, argv, folder, environment)
        for line in reversed(ended.output.splitlines()):
            if line.startswith("{"):
                return json.loads(line) | {"process": ended.wall}
        raise SideError("it printed no figures")


_PATHS = "from pathlib import Path"
_EVERY = "Path('mlruns/1').iterdir()"


def ours(side: Side) -> list[Tool]:
    """Give what Sweepflow and MLflow do, in our environment."""
    return [
        Tool(
            "Sweepflow: `Run.load`, `to_frame`",
            side,
            f"from sweepflow import Run\nimport polars\n{_PATHS}",
            f"frame = Run.load({_EVERY}).to_frame()",
        ),
        Tool(
            "Sweepflow: `runs(experiment=…)`, `to_frame`",
            side,
            "import polars\nfrom sweepflow import runs",
            f"frame = runs(experiment={EXPERIMENT!r}).to_frame()",
        ),
        Tool(
            "MLflow: `search_runs`",
            side,
            "import mlflow",
            f"frame = mlflow.search_runs(experiment_names=[{EXPERIMENT!r}])",
            "params.seed",
        ),
    ]


def remote(side: Side, url: str) -> list[Tool]:
    """Give what both do with a server; MLflow is imported by both."""
    return [
        Tool(
            "Sweepflow: `runs(tracking_uri=SERVER)`, `to_frame`",
            side,
            "import mlflow, polars\nfrom sweepflow import runs",
            f"frame = runs(tracking_uri={url!r}).to_frame()",
        ),
        Tool(
            "MLflow: `search_runs` of the server",
            side,
            f"import mlflow\nmlflow.set_tracking_uri({url!r})",
            f"frame = mlflow.search_runs(experiment_names=[{EXPERIMENT!r}])",
            "params.seed",
        ),
    ]


def hydraflow(side: Side) -> Tool:
    """Give what HydraFlow 0.14.4 does."""
    return Tool(
        "HydraFlow 0.14.4: `list_runs`, `data.config`",
        side,
        "import mlflow, hydraflow",
        f"frame = hydraflow.list_runs({EXPERIMENT!r}).data.config",
    )


def newer(side: Side, version: str) -> Tool:
    """Give what a HydraFlow does that has `Run.load`, from 0.15 on."""
    return Tool(
        f"HydraFlow {version}: `Run.load`, `to_frame` of all keys",
        side,
        f"from hydraflow import Run\nimport polars\n{_PATHS}",
        f"frame = Run.load({_EVERY}).to_frame(*{KEYS!r})",
    )
