"""Optuna's samplers and pruners, by the names that users give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sweepflow.extras import need

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

    from sweepflow.search.definition import Search

_CLASSES = {
    "tpe": "TPESampler",
    "random": "RandomSampler",
    "gp": "GPSampler",
    "qmc": "QMCSampler",
    "cmaes": "CmaEsSampler",
}
_NEEDS = {"gp": ("scipy", "torch"), "qmc": ("scipy",), "cmaes": ("cmaes",)}
_WITH_STARTUP = {"tpe", "gp", "cmaes"}
_QUIET = {"warn_independent_sampling": False, "warn_asynchronous_seeding": False}
_TAKES = {"gp": ["warn_independent_sampling"], "qmc": list(_QUIET)}


def make_sampler(search: Search) -> BaseSampler:
    """Give the sampler of a search.

    Raises:
        MissingExtraError: It needs a package that is not installed.
    """
    from optuna import samplers

    name = search.sampler
    for module in _NEEDS.get(name, ()):
        need(module, extra="search", purpose=f"the sampler {name!r}")
    given: dict[str, Any] = {"seed": search.seed}
    if name in _WITH_STARTUP and search.startup is not None:
        given["n_startup_trials"] = search.startup
    # It learns from values on the way only where trials are pruned by them.
    given |= {key: _QUIET[key] for key in _TAKES.get(name, ())}
    return getattr(samplers, _CLASSES[name])(**given)


def make_pruner(search: Search) -> BasePruner:
    """Give the pruner of a search; one that never prunes if none is named."""
    from optuna import pruners

    if search.pruner is None:
        return pruners.NopPruner()
    if search.pruner == "halving":
        return pruners.SuccessiveHalvingPruner()
    if search.pruner == "hyperband":
        return pruners.HyperbandPruner()
    if search.startup is None:
        return pruners.MedianPruner()
    return pruners.MedianPruner(n_startup_trials=search.startup)
