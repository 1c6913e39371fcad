"""Operations by Sweepflow and by Guild AI: `python -m benchmarks.operations --help`."""
