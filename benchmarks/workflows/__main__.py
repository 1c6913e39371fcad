"""Run the benchmarks and print their tables."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import say
from benchmarks.peer import CACHE
from benchmarks.workflows.cases import CASES
from benchmarks.workflows.peers import TOOLS
from benchmarks.workflows.session import Session
from benchmarks.workflows.tool import chosen, names, sides


def main() -> int:
    arguments = _parse()
    tools = chosen(arguments.peers, TOOLS)
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="workflows-", dir=CACHE) as folder:
        session = Session(
            sides(tools),
            Path(folder),
            repeat=1 if arguments.quick else arguments.repeat,
            limit=arguments.limit,
            divisor=10 if arguments.quick else 1,
        )
        for name in arguments.only or CASES:
            say(name)
            print(f"{CASES[name](session).text()}\n", flush=True)
    versions = [f"{tool.name} {tool.known_version()}" for tool in tools]
    machine = f"{os.cpu_count()} cores ({platform.system()} {platform.machine()})"
    python = f"Python {platform.python_version()}"
    print(f"{time.strftime('%Y-%m-%d')}, {', '.join([machine, python, *versions])}")
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.workflows",
        description="Measure Sweepflow and other workflow engines on the same work.",
    )
    parser.add_argument(
        "--only", type=names(CASES), metavar="A,B", help=f"of {', '.join(CASES)}"
    )
    parser.add_argument(
        "--peers", type=names(TOOLS), metavar="X,Y", help=f"of {', '.join(TOOLS)}"
    )
    parser.add_argument(
        "--repeat", type=int, default=3, metavar="N", help="medians of N (default 3)"
    )
    parser.add_argument(
        "--limit",
        type=float,
        default=120,
        metavar="S",
        help="leave out what would take more seconds (default 120)",
    )
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the sizes, measured once"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
