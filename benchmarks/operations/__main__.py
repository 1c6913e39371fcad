"""Measure what operations cost, and print the tables."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.operations.guild import VERSION, Guild
from benchmarks.operations.overhead import Bench, measure_listings, measure_runs
from benchmarks.operations.sweepflow import Sweepflow
from benchmarks.peer import CACHE, version

_TABLES = {"runs": measure_runs, "listings": measure_listings}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.operations",
        description="Measure Sweepflow and Guild AI on the same operations.",
    )
    parser.add_argument("--only", choices=_TABLES, help="one of the tables")
    parser.add_argument(
        "--repeat", type=int, default=5, metavar="N", help="medians of N (default 5)"
    )
    arguments = parser.parse_args()
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="operations-", dir=CACHE) as folder:
        bench = Bench(Guild(), Sweepflow(), Path(folder), arguments.repeat)
        for name in [arguments.only] if arguments.only else _TABLES:
            print(f"{_TABLES[name](bench).text()}\n", flush=True)
    machine = f"{os.cpu_count()} cores ({platform.system()} {platform.machine()})"
    known = version(bench.sweepflow.side, "sweepflow")
    load = f"load {os.getloadavg()[2]:.1f} in the last quarter of an hour"
    print(
        f"{time.strftime('%Y-%m-%d')}, {machine}, Python {platform.python_version()}, "
        f"Sweepflow {known}, Guild {VERSION}, medians of {arguments.repeat}; {load}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
