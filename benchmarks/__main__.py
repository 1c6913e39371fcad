"""Run the benchmarks and print their tables."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import expansion, lookup, overhead, startup
from benchmarks.measure import Failure, Side, SideError, say
from benchmarks.peer import CACHE, ours, theirs, version
from benchmarks.suite import Setting

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.report import Result

BENCHMARKS: dict[str, Callable[[Setting], Result]] = {
    "expansion": expansion.measure,
    "bare": overhead.measure_bare,
    "app": overhead.measure_app,
    "lookup": lookup.measure,
    "startup": startup.measure,
}


def main() -> int:
    arguments = _parse()
    peer = _peer()
    failed = False
    CACHE.mkdir(exist_ok=True)
    for name in arguments.names or BENCHMARKS:
        say(name)
        with tempfile.TemporaryDirectory(prefix="benchmark-", dir=CACHE) as folder:
            setting = Setting(
                ours(), peer, Path(folder), arguments.full, arguments.repeat
            )
            try:
                result = BENCHMARKS[name](setting)
            except SideError as error:
                failed = True
                print(f"{name} failed: {error}\n", flush=True)
                continue
        failed = failed or result.we_failed
        print(f"{result.table()}\n", flush=True)
    print(_machine(peer))
    return 1 if failed else 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure Sweepflow and HydraFlow side by side.",
    )
    names = ", ".join(BENCHMARKS)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"one of {names}; all by default",
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="also 100 apps, and 10,000 finished runs: about an hour",
    )
    parser.add_argument(
        "--repeat", type=int, metavar="N", help="measure everything N times"
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(BENCHMARKS):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {names}")
    if arguments.repeat is not None and arguments.repeat < 1:
        parser.error("--repeat takes 1 or more")
    return arguments


def _peer() -> Side | Failure:
    try:
        return theirs()
    except SideError as error:
        return Failure(f"cannot be installed: {error}")


def _machine(peer: Side | Failure) -> str:
    """Say on what, with what and when this was measured."""
    us = ours()
    mlflow = version(us, "mlflow")
    parts = [
        f"{os.cpu_count()} cores ({platform.system()} {platform.machine()})",
        f"Python {platform.python_version()}",
        f"sweepflow {version(us, 'sweepflow')} with mlflow {mlflow}",
    ]
    if isinstance(peer, Side):
        known, its = version(peer, "hydraflow"), version(peer, "mlflow")
        parts.append(f"hydraflow {known} with mlflow {its}")
    return f"{', '.join(parts)}; {time.strftime('%Y-%m-%d %H:%M')}"


if __name__ == "__main__":
    sys.exit(main())
