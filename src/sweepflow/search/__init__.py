"""Searching for the best values of parameters, with Optuna.

space        what may be chosen: ranges and choices
definition   what a search is
samplers     Optuna's samplers and pruners, by their names
study        rounds of trials: chosen, run, learned from
"""

from sweepflow.search.definition import DEFAULT_TRIALS, Search
from sweepflow.search.space import Choices, Dimension, Range, Value, read_dimension

__all__ = [
    "DEFAULT_TRIALS",
    "Choices",
    "Dimension",
    "Range",
    "Search",
    "Value",
    "read_dimension",
]
