"""`python -m sweepflow`, the same as the `sweepflow` command."""

from sweepflow.cli import main

main()
