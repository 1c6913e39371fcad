"""Searching for the best values of parameters, with Optuna.

space        what may be chosen: ranges and choices
definition   what a search is
samplers     Optuna's samplers and pruners, by their names
study        the conversation with Optuna
explore      rounds of trials, each a plan of its own
outcome      what came of a trial
watch        what ends trials before their time
"""

from sweepflow.search.definition import DEFAULT_TRIALS, Search
from sweepflow.search.space import (
    Choices,
    Dimension,
    Range,
    Value,
    as_words,
    extremes,
    read_dimension,
    read_word,
    split_space,
)

__all__ = [
    "DEFAULT_TRIALS",
    "Choices",
    "Dimension",
    "Range",
    "Search",
    "Value",
    "as_words",
    "extremes",
    "read_dimension",
    "read_word",
    "split_space",
]
