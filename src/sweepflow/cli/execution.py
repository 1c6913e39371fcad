"""Running a plan for a command: what is set up around the engine."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from sweepflow import collector

if TYPE_CHECKING:
    from sweepflow.engine.engine import Engine, Report
    from sweepflow.engine.plan import Plan


def execute(engine: Engine, plan: Plan) -> Report:
    """Run a plan, show how it goes, and say how it went; the store stays open."""
    from sweepflow.cli.progress import Display
    from sweepflow.engine.recovery import settle

    with closing(engine.executor), Display() as display:
        settle(engine.store)
        engine.listeners = [display]
        collector.resume()
        return engine.run(plan)
