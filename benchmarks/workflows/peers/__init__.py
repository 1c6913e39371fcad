"""The workflow engines, each in a module of its own."""

from __future__ import annotations

from benchmarks.workflows.peers.doit_ import DOIT
from benchmarks.workflows.peers.dvc_ import DVC
from benchmarks.workflows.peers.hamilton_ import HAMILTON
from benchmarks.workflows.peers.joblib_ import JOBLIB
from benchmarks.workflows.peers.luigi_ import LUIGI
from benchmarks.workflows.peers.redun_ import REDUN
from benchmarks.workflows.peers.snakemake_ import SNAKEMAKE
from benchmarks.workflows.peers.sweepflow_ import SWEEPFLOW

TOOLS = {
    tool.name: tool
    for tool in (
        SWEEPFLOW,
        JOBLIB,
        DOIT,
        HAMILTON,
        REDUN,
        LUIGI,
        SNAKEMAKE,
        DVC,
    )
}
