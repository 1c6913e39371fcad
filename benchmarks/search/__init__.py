"""What a search costs: Sweepflow, Optuna by hand, and a bare loop."""
