"""What a search is: where it looks, for what, and how."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final, get_args

from sweepflow.errors import PlanError
from sweepflow.store.records import canonical_json, sha256

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.project.models import Direction, Pruner, Sampler
    from sweepflow.search.space import Dimension
    from sweepflow.store.records import Json

DEFAULT_TRIALS: Final = 20
_GREATEST_SEED: Final = 2**32 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search for the values with the best result.

    Args:
        space: What may be chosen, by the names of the parameters.
        metric: The name of the number that is the result: its last value counts. Of
            several steps that give it the last one counts, unless the step's name
            stands before it: `evaluate.accuracy`.
        direction: Which result is better.
        trials: How many are tried, those that failed or were pruned among them.
        sampler: Who chooses: one of Optuna's samplers.
        pruner: Who ends trials that promise little, by their values on the way.
        startup: How many trials are chosen at random, or run undisturbed, before
            sampler and pruner begin; None for what Optuna has.
        seed: What all chance comes from.
        at_once: How many are chosen, and run, before anybody learns from them.

    Raises:
        PlanError: There is nothing to choose, or a number makes no sense.
    """

    space: Mapping[str, Dimension]
    metric: str
    direction: Direction = "minimize"
    trials: int = DEFAULT_TRIALS
    sampler: Sampler = "tpe"
    pruner: Pruner | None = None
    startup: int | None = None
    seed: int = 0
    at_once: int = 1

    def __post_init__(self) -> None:
        if not self.space:
            raise PlanError(
                "the search has nothing to choose from",
                hint="write a range for a parameter, such as lr=log(1e-4:0.1)",
            )
        for name, least in (("trials", 1), ("at_once", 1), ("startup", 0)):
            given = getattr(self, name)
            if given is not None and (not isinstance(given, int) or given < least):
                raise PlanError(
                    f"a search cannot have {name} {given}",
                    hint=f"write a whole number, {least} or more",
                )
        from sweepflow.project.models import Direction, Pruner, Sampler

        names = {
            "direction": get_args(Direction),
            "sampler": get_args(Sampler),
            "pruner": (*get_args(Pruner), None),
        }
        for name, known in names.items():
            given = getattr(self, name)
            if given not in known:
                raise PlanError(
                    f"a search cannot have the {name} {given!r}",
                    hint=f"write one of {', '.join(filter(None, known))}",
                )
        if not 0 <= self.seed <= _GREATEST_SEED:
            raise PlanError(
                f"{self.seed} cannot be the seed of a search",
                hint=f"write a number from 0 to {_GREATEST_SEED}",
            )

    def id(self, target: Json) -> str:
        """Give what tells this search of a target from all others, as 16 digits.

        More trials do not make it another one.

        Args:
            target: What is run with the values, as JSON.
        """
        own = asdict(self) | {"target": target}
        own["space"] = {name: repr(one) for name, one in self.space.items()}
        del own["trials"]
        return sha256(canonical_json(own))[:16]
