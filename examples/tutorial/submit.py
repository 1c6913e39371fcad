"""A handler: runs the app once for each line of the parameter file.

A handler for a cluster would put each line into a queue instead.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path


def main() -> int:
    app, parameters = sys.argv[1:]
    failed = 0
    for line in Path(parameters).read_text("utf-8").splitlines():
        command = [sys.executable, app, *shlex.split(line)]
        failed += subprocess.run(command, check=False).returncode != 0
    return min(failed, 1)


if __name__ == "__main__":
    raise SystemExit(main())
