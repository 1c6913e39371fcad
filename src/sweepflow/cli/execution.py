"""Running plans for a command: what is set up around the engine."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from sweepflow import collector

if TYPE_CHECKING:
    from collections.abc import Generator

    from sweepflow.cli.progress import Display
    from sweepflow.engine.engine import Engine, Report
    from sweepflow.engine.plan import Plan


def execute(engine: Engine, plan: Plan) -> Report:
    """Run a plan, show how it goes, and say how it went; the store stays open."""
    with executing(engine):
        return engine.run(plan)


@contextmanager
def executing(engine: Engine, trials: int | None = None) -> Generator[Display]:
    """Show how all plans go that the engine runs meanwhile; see `Display`."""
    from sweepflow.cli.progress import Display
    from sweepflow.engine.recovery import settle

    with closing(engine.executor), Display(trials) as display:
        settle(engine.store)
        engine.listeners = [display]
        collector.resume()
        yield display
