"""Ready-made datasets, tasks, steps and workflows; see `sweepflow.zoo.catalog`."""
